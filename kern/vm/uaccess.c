// uaccess.c: copies between kernel and user memory. For the current address space they run straight
// through its mapping (uaccess.S), and page faults on the way are served or end them. For another
// space they walk: each page is faulted in, pinned, and reached through the linear map.
#include "vm/uaccess.h"

#include <abi/mman.h>
#include "thread/thread.h"
#include "vm/internal.h"

size_t user_copy(void *dst, const void *src, size_t len);
size_t user_clear(void *dst, size_t len);
ssize_t user_copy_string(char *dst, const char *src, size_t max);

// A user's pointer as a number.
static inline uintptr_t number(const void __user *p)
{
	return (__force uintptr_t)p;
}

// How much of [p, p + len) lies below ULIM.
static inline size_t below_ulim(const void __user *p, size_t len)
{
	return number(p) >= ULIM ? 0 : MIN(len, ULIM - number(p));
}

// Copy between kernel memory and another space, page by page. Returns how many bytes were copied.
static size_t walk_copy(struct aspace *as, uintptr_t va, void *kernel, size_t len,
                        enum fault_access access)
{
	size_t done = 0;

	while (done < len) {
		size_t at = (va + done) % PAGE_SIZE, n = MIN(len - done, PAGE_SIZE - at);
		page_t *pp;
		char *page;

		if (aspace_pin_page(as, va + done, access, &pp))
			break;
		page = page_to_virt(pp);
		if (access == ACCESS_WRITE)
			memcpy(page + at, (char *)kernel + done, n);
		else
			memcpy((char *)kernel + done, page + at, n);
		page_unpin(pp);
		done += n;
	}
	return done;
}

// How much of [va, va + len) lies in areas that say PROT_READ.
static size_t readable_part(struct aspace *as, uintptr_t va, size_t len)
{
	uintptr_t at = va, end = va + len;
	const struct area *area;

	rwlock_read_lock(&as->lock);
	while (at < end && (area = area_find(&as->areas, at)) && (area->prot & PROT_READ))
		at = MIN(area->end, end);
	rwlock_read_unlock(&as->lock);
	return at - va;
}

size_t aspace_read(struct aspace *as, void *dst, const void __user *src, size_t len)
{
	len = readable_part(as, number(src), below_ulim(src, len));
	return walk_copy(as, number(src), dst, len, ACCESS_READ);
}

size_t aspace_write(struct aspace *as, void __user *dst, const void *src, size_t len)
{
	return walk_copy(as, number(dst), (void *)src, below_ulim(dst, len), ACCESS_WRITE);
}

size_t copyin_partial(struct aspace *as, void *dst, const void __user *src, size_t len)
{
	assert_may_copy();
	len = below_ulim(src, len);
	if (likely(as == aspace_current()))
		return len - user_copy(dst, (__force const void *)src, len);
	return walk_copy(as, number(src), dst, len, ACCESS_READ);
}

size_t copyout_partial(struct aspace *as, void __user *dst, const void *src, size_t len)
{
	assert_may_copy();
	len = below_ulim(dst, len);
	if (likely(as == aspace_current()))
		return len - user_copy((__force void *)dst, src, len);
	return walk_copy(as, number(dst), (void *)src, len, ACCESS_WRITE);
}

int copyin(struct aspace *as, void *dst, const void __user *src, size_t len)
{
	return user_range_ok(src, len) && copyin_partial(as, dst, src, len) == len ? 0 : -EFAULT;
}

int copyout(struct aspace *as, void __user *dst, const void *src, size_t len)
{
	return user_range_ok(dst, len) && copyout_partial(as, dst, src, len) == len ? 0 : -EFAULT;
}

size_t copyin_nofault(void *dst, const void __user *src, size_t len)
{
	struct thread *thread = thread_current();
	size_t left;

	len = below_ulim(src, len);
	thread->no_faults = true;
	left = user_copy(dst, (__force const void *)src, len);
	thread->no_faults = false;
	return len - left;
}

size_t copyout_nofault(void __user *dst, const void *src, size_t len)
{
	struct thread *thread = thread_current();
	size_t left;

	len = below_ulim(dst, len);
	thread->no_faults = true;
	left = user_copy((__force void *)dst, src, len);
	thread->no_faults = false;
	return len - left;
}

int user_fault_in(struct aspace *as, const void __user *va, bool write)
{
	enum fault_access access = write ? ACCESS_WRITE : ACCESS_READ;

	return aspace_fault(as, number(va), access) == FAULT_OK ? 0 : -EFAULT;
}

// A string in another space: page by page, up to the NUL.
static ssize_t walk_string(struct aspace *as, char *dst, uintptr_t va, size_t max)
{
	size_t done = 0;

	while (done < max) {
		size_t at = (va + done) % PAGE_SIZE, n = MIN(max - done, PAGE_SIZE - at), len;
		page_t *pp;

		if (aspace_pin_page(as, va + done, ACCESS_READ, &pp))
			return -1;
		len = strnlen((char *)page_to_virt(pp) + at, n);
		memcpy(dst + done, (char *)page_to_virt(pp) + at, MIN(len + 1, n));
		page_unpin(pp);
		done += len;
		if (len < n)
			return (ssize_t)done;
	}
	return (ssize_t)done;
}

ssize_t copyinstr(struct aspace *as, char *dst, const char __user *src, size_t max)
{
	size_t room = below_ulim(src, max);
	ssize_t len;

	assert_may_copy();
	if (max == 0)
		return -ENAMETOOLONG;
	if (room == 0)
		return -EFAULT;
	if (likely(as == aspace_current()))
		len = user_copy_string(dst, (__force const char *)src, room);
	else
		len = walk_string(as, dst, number(src), room);
	if (len < 0)
		return -EFAULT;
	if ((size_t)len == room)
		return room < max ? -EFAULT : -ENAMETOOLONG; // ULIM came before the NUL, or max did
	return len;
}

int clear_user(struct aspace *as, void __user *dst, size_t len)
{
	size_t done = 0;

	assert_may_copy();
	if (!user_range_ok(dst, len))
		return -EFAULT;
	if (likely(as == aspace_current()))
		return user_clear((__force void *)dst, len) ? -EFAULT : 0;
	while (done < len) {
		size_t n = MIN(len - done, PAGE_SIZE);

		if (walk_copy(as, number(dst) + done, page_to_virt(zero_page), n, ACCESS_WRITE) != n)
			return -EFAULT;
		done += n;
	}
	return 0;
}

int user_mem_check(struct aspace *as, const void __user *va, size_t len, int perm,
                   uintptr_t *bad_store)
{
	enum fault_access access = perm & PTE_W ? ACCESS_WRITE : ACCESS_READ;
	uintptr_t at = number(va);
	int error = 0;

	rwlock_read_lock(&as->lock);
	while (len > 0 && !error) {
		struct area *area = at < ULIM ? area_find(&as->areas, at) : NULL;

		if (area && area_admits(area, access)) {
			size_t n = MIN(len, area->end - at);

			at += n;
			len -= n;
		} else {
			error = -EFAULT;
		}
	}
	rwlock_read_unlock(&as->lock);
	if (error && bad_store)
		*bad_store = at;
	return error;
}
