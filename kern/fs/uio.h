// uio.h: the memory of a read or a write: a list of ranges, the user's or the kernel's. Each
// operation of a file takes a struct uio. So read(), readv(), pread() and the kernel's own reads
// call the same operation.
#pragma once

#include "kern.h"
#include "vm/uaccess.h"
#include "vm/user_iovec.h"

// Whether a write goes to the end of a regular file.
enum uio_append {
	UIO_AS_OPENED, // if the file was opened with O_APPEND
	UIO_APPEND,
	UIO_NO_APPEND,
};

struct uio {
	char __user *base;        // what is left of the current range: its start
	size_t len;               // and its length
	size_t left;              // bytes left in all ranges, the current one included
	const struct iovec *next; // the ranges after the current one; unused if len == left
	bool kernel;              // `base` is a kernel address; then there is only one range
	uint8_t append;           // of a write: enum uio_append
};

// About how many instructions a range takes, with a fault on a fresh page. A vector may have a page
// for each byte, so who goes from range to range counts them (thread/yield.h).
#define UIO_RANGE_COST 3000

// Returns a uio of one range of the current space's memory, `len` bytes at `base`, which is not
// checked. Caller: has cut `len` to UIO_MAX, so that byte counts fit into ssize_t.
static inline struct uio uio_user(void __user *base, size_t len)
{
	return (struct uio){ .base = base, .len = len, .left = len };
}

// Returns a uio of one range of kernel memory, `len` bytes at `base`, which stays the caller's
// until the uio is used up. `len` is at most UIO_MAX.
static inline struct uio uio_kernel(void *base, size_t len)
{
	return (struct uio){
		.base = (__force char __user *)base, .len = len, .left = len, .kernel = true
	};
}

// Returns a uio of all ranges of a vector of the current space's memory: vector->total bytes.
// Ranges may be empty; their addresses are not checked. The vector must outlive the uio.
struct uio uio_vector(const struct user_vector *vector);

// The general cases of the two functions below, which alone call them: several ranges, or kernel
// memory. They return how many bytes were copied.
size_t uio_copyin_nofault_slow(const struct uio *uio, void *dst, size_t n);
size_t uio_copyout_nofault_slow(const struct uio *uio, const void *src, size_t n);

// Copy the next `n` <= uio->left bytes of the uio to dst[n], without handling page faults: for
// callers that hold a spinlock. Does not advance the uio. Returns how many bytes were copied
// before the first that is not present. If these are fewer than n, the caller releases its lock,
// calls uio_fault_in with that number, and tries again.
static inline size_t uio_copyin_nofault(const struct uio *uio, void *dst, size_t n)
{
	if (likely(n <= uio->len && !uio->kernel))
		return copyin_nofault(dst, uio->base, n);
	return uio_copyin_nofault_slow(uio, dst, n);
}

// Copy src[n], n <= uio->left, to the uio, without handling page faults: for callers that hold a
// spinlock. Does not advance the uio. Returns how many bytes were copied before the first that is
// not present or not writable. If these are fewer than n, the caller releases its lock, calls
// uio_fault_in for writing with that number, and tries again.
static inline size_t uio_copyout_nofault(const struct uio *uio, const void *src, size_t n)
{
	if (likely(n <= uio->len && !uio->kernel))
		return copyout_nofault(uio->base, src, n);
	return uio_copyout_nofault_slow(uio, src, n);
}

// Make pages of the user present: those of the bytes [from, to), counted from where the uio stands
// now; `from` < `to` <= uio->left. With `write` they can be written afterwards, else read. Stops at
// the first page that does not allow this. The pages are not pinned: they may go again. Does not
// advance the uio. Does nothing for kernel memory, and returns 0. Yields. Caller: holds no lock.
// Returns 0 if at least the first page is present; -EFAULT if it cannot be accessed; -EINTR if the
// thread must die.
int uio_fault_in(const struct uio *uio, size_t from, size_t to, bool write);

// The general case of uio_advance, which alone calls it: the vector has more ranges.
void uio_advance_slow(struct uio *uio, size_t n);

// Advance the uio by `n` <= uio->left bytes, which may have been copied by another function, also
// past empty ranges (n = 0: only these).
static inline void uio_advance(struct uio *uio, size_t n)
{
	if (likely(n == uio->left)) {
		uio->len = uio->left = 0; // the end: `base` is not used any more
	} else if (likely(uio->len == uio->left)) {
		uio->base += n;
		uio->len = uio->left -= n;
	} else {
		uio_advance_slow(uio, n);
	}
}

// Copy up to `n` bytes, at most uio->left, from the uio to `dst`, or from `src` to the uio, and
// advance the uio by as many as were copied. Page faults are handled. Sleep, and yield in long
// copies. Caller: holds no lock. Return how many bytes were copied: fewer than both `n` and
// uio->left if the next byte cannot be accessed, or if the thread must die.
size_t uio_copyin(struct uio *uio, void *dst, size_t n);
size_t uio_copyout(struct uio *uio, const void *src, size_t n);

// Store a value of `n` bytes, at most uio->left, and advance the uio. Page faults are handled.
// Sleeps and yields. Caller: holds no lock. Returns 0; -EFAULT, perhaps with a part of the value
// stored, if not all of it could be: what `uio` describes is undefined then.
static inline int uio_put(struct uio *uio, const void *src, size_t n)
{
	assert_no_lock();
	if (unlikely(uio->kernel || n > uio->len))
		return uio_copyout(uio, src, n) == n ? 0 : -EFAULT;
	if (copyout(aspace_current(), uio->base, src, n))
		return -EFAULT;
	uio_advance(uio, n);
	return 0;
}

// Store up to `n` bytes of zeroes, at most uio->left, and advance the uio by as many. Page faults
// are handled. Sleeps and yields. Caller: holds no lock. Returns how many bytes were stored: fewer
// than both `n` and uio->left if the next byte cannot be accessed, or if a signal waits after a
// yield.
size_t uio_zero(struct uio *uio, size_t n);
