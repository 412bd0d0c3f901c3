// copyin_copyout.c: copies between kernel and user memory. For the current space the copy runs
// straight through the user's mapping (copyin_copyout.S), and a page fault on the way is handled or
// ends it. For another space the copy walks: each page is faulted in, pinned, and reached through
// the linear map.
#include "vm/uaccess.h"

#include "cpu/fpu.h"
#include "cpu/smep_smap.h"
#include "thread/thread.h"
#include "thread/why.h"
#include "thread/yield.h"
#include "vm/area_edit.h"
#include <abi/mman.h>

size_t user_clear(void *dst, size_t len);
bool user_copy_page_by_sse(void *dst, const void *src);

#define WALK_COST 2000 // about how many instructions it takes to copy a page

// Copy `len` bytes between the kernel's memory at `kernel` and the user's at `va` in `as`, page by
// page: to the space for ACCESS_WRITE, else from it. Find and pin each page by aspace_pin_page,
// which handles the page fault; reach it through the linear map (page_to_virt); unpin it before the
// next. The pin keeps the page while it is copied, even if the program unmaps it. Neither end need
// be page-aligned. After each page yield (yield_after(WALK_COST)); if this does not return 0, the
// thread must die: stop. `as` may be NULL: nothing is copied.
// Caller: holds no lock; [va, va + len) lies below ULIM.
// Returns how many bytes were copied before the first page that could not be accessed.
static size_t walk_copy(struct aspace *as, uintptr_t va, void *kernel, size_t len,
                        enum fault_access access)
{
	size_t done = 0;

	assert_no_lock();
	while (as && done < len) {
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
		if (yield_after(WALK_COST))
			break;
	}
	return done;
}

size_t aspace_read(struct aspace *as, void *dst, const void __user *src, size_t len)
{
	assert_no_lock();
	len = admitted_part(as, user_address(src), user_part(src, len), PROT_READ);
	return walk_copy(as, user_address(src), dst, len, ACCESS_READ);
}

size_t aspace_write(struct aspace *as, void __user *dst, const void *src, size_t len)
{
	assert_no_lock();
	return walk_copy(as, user_address(dst), (void *)src, user_part(dst, len), ACCESS_WRITE);
}

size_t copyin_partial(struct aspace *as, void *dst, const void __user *src, size_t len)
{
	assert_may_copy();
	len = user_part(src, len);
	if (user_is_loaded(as))
		return len - user_copy(dst, (__force const void *)src, len);
	return walk_copy(as, user_address(src), dst, len, ACCESS_READ);
}

size_t copyout_partial(struct aspace *as, void __user *dst, const void *src, size_t len)
{
	assert_may_copy();
	len = user_part(dst, len);
	if (user_is_loaded(as))
		return len - user_copy((__force void *)dst, src, len);
	return walk_copy(as, user_address(dst), (void *)src, len, ACCESS_WRITE);
}

int copyin_slow(struct aspace *as, void *dst, const void __user *src, size_t len)
{
	return user_range_ok(src, len) && copyin_partial(as, dst, src, len) == len ?
	               0 :
	               WHY(-EFAULT, "%#x bytes at %#x cannot be read", len, user_address(src));
}

int copyout_slow(struct aspace *as, void __user *dst, const void *src, size_t len)
{
	return user_range_ok(dst, len) && copyout_partial(as, dst, src, len) == len ?
	               0 :
	               WHY(-EFAULT, "%#x bytes at %#x cannot be written", len, user_address(dst));
}

int user_get_slow(struct aspace *as, void *dst, const void __user *src, size_t size)
{
	char bytes[8];

	if (copyin_slow(as, bytes, src, size))
		return -EFAULT;
	memcpy(dst, bytes, size);
	return 0;
}

// put_user must store all of a value or nothing. If the value crosses a page boundary, the first
// page could succeed and the second fail; so the page of the last byte is pinned first.
int user_put_slow(struct aspace *as, void __user *dst, const void *src, size_t size)
{
	page_t *last; // the page of the last byte
	int error;

	if (!as || aspace_pin_page(as, user_address(dst) + size - 1, ACCESS_WRITE, &last))
		return -EFAULT;
	error = copyout_slow(as, dst, src, size);
	page_unpin(last);
	return error;
}

// For another space the zero page is the source of the copy.
size_t clear_user_partial(struct aspace *as, void __user *dst, size_t len)
{
	size_t done = 0, n = 0;

	assert_may_copy();
	len = user_part(dst, len);
	if (user_is_loaded(as))
		return len - user_clear((__force void *)dst, len);
	for (; done < len; done += n) {
		size_t step = MIN(len - done, PAGE_SIZE);

		n = walk_copy(as, user_address(dst) + done, page_to_virt(zero_page), step,
		              ACCESS_WRITE);
		if (n < step)
			return done + n;
	}
	return done;
}

int clear_user(struct aspace *as, void __user *dst, size_t len)
{
	assert_may_copy();
	return user_range_ok(dst, len) && clear_user_partial(as, dst, len) == len ? 0 : -EFAULT;
}

int user_fault_in(struct aspace *as, const void __user *va, bool write)
{
	enum fault_access access = write ? ACCESS_WRITE : ACCESS_READ;

	assert_no_lock();
	return as && aspace_fault(as, user_address(va), access) == FAULT_OK ? 0 : -EFAULT;
}

// Like user_copy_nofault for PAGE_SIZE bytes, by registers of SSE, whose values it restores. A fault
// ends the copy at once, so nobody else runs while the registers are borrowed. Returns true if all
// was copied; false at a fault, and then a part of `dst` may have been written, or without SSE.
static bool user_copy_page(void *dst, const void *src)
{
	struct fpu_borrowed saved;
	bool all;

	if (!cpu_has_sse)
		return false;
	fpu_borrow(&saved);
	all = user_copy_page_by_sse(dst, src);
	fpu_return(&saved);
	return all;
}

// If a part of a page is absent, the plain copy finds out how many bytes can be copied.
size_t user_copy_present(void *dst, const void *src, size_t len)
{
	if (len == PAGE_SIZE && user_copy_page(dst, src))
		return 0;
	return user_copy_nofault(dst, src, len);
}

// Do the work of copyin_page and copyout_page: `user` is one of the two pointers.
static bool copy_page(void *dst, const void *src, const void __user *user, bool write)
{
	struct aspace *as = aspace_current();

	assert_no_lock();
	if (!cpu_has_sse || !as || !user_range_ok(user, PAGE_SIZE))
		return false;
	return user_copy_page(dst, src) ||
	       (!user_fault_in(as, user, write) && user_copy_page(dst, src));
}

bool copyin_page(void *dst, const void __user *src)
{
	assert_no_lock();
	return copy_page(dst, (__force const void *)src, src, false);
}

bool copyout_page(void __user *dst, const void *src)
{
	assert_no_lock();
	return copy_page((__force void *)dst, src, dst, true);
}
