// copyinstr.c: a user's strings. Their length is unknown until the NUL is found, and then the
// program may have changed the string already. So each byte is read once.
#include "vm/aspace.h"
#include "vm/uaccess.h"

#include "mem/heap.h"

ssize_t user_string_length(const char *src, size_t max);

#define SHORT_STRING 128u // bytes for which copyinstr_alloc needs a single allocation

// Read a string from the space `as`, page by page, up to the NUL, but at most `max` bytes, into
// `dst`; `dst` may be NULL: only measure the string. Find and pin each page by aspace_pin_page, and
// unpin it before the next. Read each byte once. Touch no page after the one with the NUL, and none
// that holds no byte of [va, va + max). `as` may be NULL: then no byte can be read, and with max = 0 none need be.
// Caller: holds no lock; [va, va + max) lies below ULIM.
// Returns the length without the NUL, with the NUL in dst[]; -ENAMETOOLONG if max bytes hold no
// NUL, with these bytes in dst[], as for max = 0; -EFAULT if a page before the NUL cannot be read.
static ssize_t walk_string(struct aspace *as, char *dst, uintptr_t va, size_t max)
{
	size_t done = 0;

	assert_no_lock();
	while (done < max) {
		size_t at = (va + done) % PAGE_SIZE, n = MIN(max - done, PAGE_SIZE - at);
		const volatile char *bytes;
		page_t *pp;
		char c;

		if (!as || aspace_pin_page(as, va + done, ACCESS_READ, &pp))
			return -EFAULT;
		bytes = (const char *)page_to_virt(pp) + at;
		do {
			c = *bytes++;
			if (dst)
				dst[done] = c;
			done++;
		} while (c && --n > 0);
		page_unpin(pp);
		if (!c)
			return (ssize_t)(done - 1);
	}
	return -ENAMETOOLONG;
}

// Read a string by walk_string, where [src, src + max) may reach beyond ULIM or wrap around: bytes
// from ULIM on cannot be read (user_part).
// Returns as walk_string; but if ULIM comes before the NUL and before `max`, -EFAULT.
static ssize_t scan(struct aspace *as, char *dst, const char __user *src, size_t max)
{
	size_t room = user_part(src, max);
	ssize_t len = walk_string(as, dst, (__force uintptr_t)src, room);

	return len == -ENAMETOOLONG && room < max ? -EFAULT : len; // it met ULIM before the NUL
}

ssize_t copyinstr_slow(struct aspace *as, char *dst, const char __user *src, size_t max)
{
	return scan(as, dst, src, max);
}

ssize_t user_strlen(struct aspace *as, const char __user *src, size_t max)
{
	assert_may_copy();
	if (likely(user_is_loaded(as) && user_range_ok(src, max)))
		return user_string_length((__force const char *)src, max);
	return scan(as, NULL, src, max);
}

// copyinstr_alloc for a long string, whose first SHORT_STRING bytes, without a NUL, are in
// start[]. Two allocations: one as large as the string may be, then one of its size.
static ssize_t copy_long(struct aspace *as, char **store, const char *start, const char __user *src,
                         size_t max)
{
	char *all = kmalloc(max), *fitting;
	ssize_t len;

	if (!all)
		return -ENOMEM;
	memcpy(all, start, SHORT_STRING);
	len = copyinstr(as, all + SHORT_STRING, src + SHORT_STRING, max - SHORT_STRING);
	if (len < 0) {
		kfree(all);
		return len;
	}
	fitting = kstrdup(all);
	kfree(all);
	if (!fitting)
		return -ENOMEM;
	*store = fitting;
	return len + (ssize_t)SHORT_STRING;
}

ssize_t copyinstr_alloc(struct aspace *as, char **store, const char __user *src, size_t max)
{
	char start[SHORT_STRING];
	ssize_t len = copyinstr(as, start, src, MIN(max, SHORT_STRING));

	assert_may_copy();
	if (len == -ENAMETOOLONG && max > SHORT_STRING)
		return copy_long(as, store, start, src, max);
	if (len < 0)
		return len;
	*store = kstrdup(start);
	return *store ? len : -ENOMEM;
}

ssize_t copyoutstr(struct aspace *as, char __user *dst, const char *src, size_t max)
{
	size_t len = strlen(src);

	assert_may_copy();
	if (len >= max)
		return -ERANGE;
	return copyout(as, dst, src, len + 1) ? -EFAULT : (ssize_t)len;
}
