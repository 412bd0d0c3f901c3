// uio.c: copying to and from a list of ranges of memory.
#include "fs/uio.h"

#include "thread/yield.h"

struct uio uio_vector(const struct user_vector *vector)
{
	struct uio uio = { .left = vector->total };

	if (vector->count == 0)
		return uio;
	uio.base = (__force char __user *)vector->iov->iov_base;
	uio.len = vector->iov->iov_len;
	uio.next = vector->iov + 1;
	return uio;
}

// Empty ranges are skipped. The vector may have more bytes than the uio, whose length is cut to
// the greatest one a call may have: `left` + `n` is what the uio still had at this range, so
// `len` never exceeds it.
void uio_advance_slow(struct uio *uio, size_t n)
{
	uio->left -= n;
	for (;;) {
		size_t step = MIN(n, uio->len);

		uio->base += step;
		uio->len -= step;
		n -= step;
		if (uio->len || !uio->left)
			return;
		uio->base = (__force char __user *)uio->next->iov_base;
		uio->len = MIN(uio->next->iov_len, uio->left + n);
		uio->next++;
	}
}

// Copy n bytes at the start of the current range. `in`: from the uio to memory[n], else the
// reverse. Kernel memory cannot fault. Returns how many bytes were copied.
static size_t copy_current(const struct uio *uio, char *memory, size_t n, bool in)
{
	if (uio->kernel && in)
		memcpy(memory, (__force const void *)uio->base, n);
	else if (uio->kernel)
		memcpy((__force void *)uio->base, memory, n);
	else if (in)
		return copyin_nofault(memory, uio->base, n);
	else
		return copyout_nofault(uio->base, memory, n);
	return n;
}

// Copy across ranges without handling faults. Works on a copy of the uio, because the caller may
// have to begin the piece again.
static size_t copy_nofault(const struct uio *uio, char *memory, size_t n, bool in)
{
	struct uio rest = *uio;
	size_t done = 0;

	while (done < n) {
		size_t step = MIN(n - done, rest.len);
		size_t copied = copy_current(&rest, memory + done, step, in);

		done += copied;
		if (copied < step)
			break;
		uio_advance(&rest, step);
	}
	return done;
}

size_t uio_copyin_nofault_slow(const struct uio *uio, void *dst, size_t n)
{
	return copy_nofault(uio, dst, n, true);
}

size_t uio_copyout_nofault_slow(const struct uio *uio, const void *src, size_t n)
{
	return copy_nofault(uio, (char *)src, n, false);
}

// All the pages are faulted in now: the caller begins its copy again from the start, and would
// otherwise do so once for each page. A vector may have a page for each byte.
int uio_fault_in(const struct uio *uio, size_t from, size_t to, bool write)
{
	struct uio rest = *uio;
	size_t at = from;

	assert_no_lock();
	if (uio->kernel)
		return 0;
	uio_advance(&rest, from);
	while (at < to) {
		size_t page = PAGE_SIZE - user_address(rest.base) % PAGE_SIZE;
		size_t step = MIN(MIN(to - at, rest.len), page);
		int error = user_fault_in(aspace_current(), rest.base, write);

		if (error)
			return at == from ? error : 0;
		error = yield_after(UIO_RANGE_COST);
		if (error)
			return error;
		uio_advance(&rest, step);
		at += step;
	}
	return 0;
}

// Bytes between two yields. A byte may cost about an instruction, with the faults of its page.
#define COPY_EACH (16 * PAGE_SIZE)

// Copy up to n bytes with faults handled, and advance the uio. Each piece is checked by itself: a
// range that becomes inaccessible in the middle leaves what was copied before.
static size_t transfer(struct uio *uio, char *memory, size_t n, bool in)
{
	struct aspace *as = aspace_current();
	size_t done = 0;

	n = MIN(n, uio->left);
	while (done < n) {
		size_t step = MIN(MIN(n - done, uio->len), (size_t)COPY_EACH);
		size_t copied;

		if (uio->kernel)
			copied = copy_current(uio, memory + done, step, in);
		else if (in)
			copied = copyin_partial(as, memory + done, uio->base, step);
		else
			copied = copyout_partial(as, uio->base, memory + done, step);
		uio_advance(uio, copied);
		done += copied;
		if (copied < step)
			break;
		if ((done < n || step == COPY_EACH) && yield_after(step + UIO_RANGE_COST))
			break;
	}
	return done;
}

size_t uio_copyin(struct uio *uio, void *dst, size_t n)
{
	assert_no_lock();
	return transfer(uio, dst, n, true);
}

size_t uio_copyout(struct uio *uio, const void *src, size_t n)
{
	assert_no_lock();
	return transfer(uio, (char *)src, n, false);
}

#define ZERO_EACH (16 * PAGE_SIZE) // bytes; then others may run

size_t uio_zero(struct uio *uio, size_t n)
{
	size_t done = 0;

	assert_no_lock();
	n = MIN(n, uio->left);
	while (done < n) {
		size_t step = MIN(MIN(n - done, uio->len), (size_t)ZERO_EACH), cleared = step;

		if (uio->kernel)
			memset((__force void *)uio->base, 0, step);
		else
			cleared = clear_user_partial(aspace_current(), uio->base, step);
		uio_advance(uio, cleared);
		done += cleared;
		if (cleared < step ||
		    (done < n && yield_due(step + UIO_RANGE_COST) && thread_yield_point()))
			break;
	}
	return done;
}
