// object_io.c: read and write objects, for the kernel and for users. A page is pinned while its
// bytes move, and no lock is held: the copy may fault, and even fault on a mapping of this very
// object, whose lock the fault takes.
#include "thread/yield.h"
#include "vm/object.h"
#include "vm/object_internal.h"
#include "vm/pagetree.h"
#include "vm/uaccess.h"

// Copy `n` bytes between `at`, in a page of the object, and a buffer. Returns how many bytes it
// has copied.
typedef size_t (*move_fn)(char *at, uintptr_t buffer, size_t n);

static size_t to_kernel(char *at, uintptr_t buffer, size_t n)
{
	memcpy((void *)buffer, at, n);
	return n;
}

static size_t from_kernel(char *at, uintptr_t buffer, size_t n)
{
	memcpy(at, (const void *)buffer, n);
	return n;
}

static size_t to_user(char *at, uintptr_t buffer, size_t n)
{
	void __user *user = (void __user *)buffer;

	if (n == PAGE_SIZE && copyout_page(user, at))
		return n;
	return copyout_partial(aspace_current(), user, at, n);
}

static size_t from_user(char *at, uintptr_t buffer, size_t n)
{
	const void __user *user = (const void __user *)buffer;

	if (n == PAGE_SIZE && copyin_page(at, user))
		return n;
	return copyin_partial(aspace_current(), at, user, n);
}

// About how many instructions it takes to copy a page, with the faults on the way.
#define MOVE_COST 2500

#define SEEK_CHUNK 2048 // pages to look at between two yields
#define SEEK_COST 30    // about how many instructions for each

// Looks at a limited number of pages under the lock, then yields, since a file may have 2^28
// pages. So the size is read anew in each round.
int64_t object_seek(struct object *obj, int64_t offset, bool data)
{
	uint64_t size, at = (uint64_t)offset;

	for (;;) {
		uint32_t first = (uint32_t)(at >> PAGE_SHIFT), end, found;

		mutex_lock(&obj->lock);
		size = obj->size;
		end = (uint32_t)MIN(first + SEEK_CHUNK, ROUND_UP(size, PAGE_SIZE) >> PAGE_SHIFT);
		found = offset >= 0 && at < size ? pagetree_seek(&obj->pages, first, end, data) :
		                                   end;
		mutex_unlock(&obj->lock);
		if (offset < 0 || (uint64_t)offset >= size)
			return -ENXIO;
		if (found < end)
			return (int64_t)MAX((uint64_t)found << PAGE_SHIFT, (uint64_t)offset);
		at = (uint64_t)end << PAGE_SHIFT;
		if (at >= size)
			return data ? -ENXIO : (int64_t)size;
		if (yield_after(SEEK_COST * SEEK_CHUNK))
			return -EINTR;
	}
}

// Read page by page. The zero page takes the place of a hole: it needs no pin, and nothing is
// allocated. The size is read once, without the lock: a read that races with a truncation may
// return the old or the new contents, as on Linux.
static ssize_t read_with(struct object *obj, uint64_t offset, uintptr_t buffer, size_t len,
                         move_fn move)
{
	uint64_t size = obj->size;
	size_t done = 0;

	if (offset >= size)
		return 0;
	len = (size_t)MIN((uint64_t)len, size - offset);
	while (done < len) {
		size_t at = (size_t)(offset + done) % PAGE_SIZE,
		       n = MIN(len - done, PAGE_SIZE - at), moved;
		page_t *pp = zero_page;
		int error = object_page(obj, (uint32_t)((offset + done) >> PAGE_SHIFT), false, &pp);

		if (error == -ENOENT)
			pp = zero_page; // a hole
		else if (error)
			return done ? (ssize_t)done : error;
		moved = move((char *)page_to_virt(pp) + at, buffer + done, n);
		if (pp != zero_page)
			page_unpin(pp);
		done += moved;
		if (moved < n)
			return done ? (ssize_t)done : -EFAULT;
		if (done < len && yield_after(MOVE_COST))
			break;
	}
	return (ssize_t)done;
}

// Write page by page; the size grows after each page, so that nobody reads bytes that are not
// there yet. Returns as object_write. Caller: is between object_writer_enter and
// object_writer_leave.
static ssize_t write_pages(struct object *obj, uint64_t offset, uintptr_t buffer, size_t len,
                           move_fn move)
{
	size_t done = 0;
	int error = 0;

	while (done < len && !error) {
		size_t at = (size_t)(offset + done) % PAGE_SIZE,
		       n = MIN(len - done, PAGE_SIZE - at), moved;
		page_t *pp;

		if (!object_may_reach(obj, offset + done + n))
			return done ? (ssize_t)done : -EPERM;
		error = object_page(obj, (uint32_t)((offset + done) >> PAGE_SHIFT), true, &pp);
		if (error)
			break;
		moved = move((char *)page_to_virt(pp) + at, buffer + done, n);
		page_unpin(pp);
		done += moved;
		// A copy that stopped short is tried again at the byte where it stopped: the
		// source may be a mapping of this object, which has just grown. No byte at all
		// means a bad address.
		if (moved == 0)
			error = -EFAULT;
		object_lock_settled(obj);
		if (moved && offset + done > obj->size)
			obj->size = offset + done;
		mutex_unlock(&obj->lock);
		if (!error && done < len)
			error = yield_after(MOVE_COST);
	}
	return done ? (ssize_t)done : error;
}

// Check the range, register as a writer (seals), write.
static ssize_t write_with(struct object *obj, uint64_t offset, uintptr_t buffer, size_t len,
                          move_fn move)
{
	ssize_t n;
	int error;

	if (len == 0)
		return 0;
	if (offset >= OBJECT_MAX)
		return -EFBIG;
	error = object_writer_enter(obj);
	if (error)
		return error;
	n = write_pages(obj, offset, buffer, (size_t)MIN((uint64_t)len, OBJECT_MAX - offset), move);
	object_writer_leave(obj);
	return n;
}

ssize_t object_read(struct object *obj, uint64_t offset, void *dst, size_t len)
{
	assert_may_yield();
	return read_with(obj, offset, (uintptr_t)dst, len, to_kernel);
}

ssize_t object_write(struct object *obj, uint64_t offset, const void *src, size_t len)
{
	assert_may_yield();
	return write_with(obj, offset, (uintptr_t)src, len, from_kernel);
}

ssize_t object_read_user(struct object *obj, uint64_t offset, void __user *dst, size_t len)
{
	assert_no_lock();
	return read_with(obj, offset, (__force uintptr_t)dst, len, to_user);
}

ssize_t object_write_user(struct object *obj, uint64_t offset, const void __user *src, size_t len)
{
	assert_no_lock();
	return write_with(obj, offset, (__force uintptr_t)src, len, from_user);
}
