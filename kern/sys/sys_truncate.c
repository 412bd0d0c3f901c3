// sys_truncate.c: calls that change the length of a file (truncate(2)), give it pages or take
// them away (fallocate(2)), or write it back (sync(2)).
#include "fs/file_leases.h"
#include "fs/inode.h"
#include "fs/permission.h"
#include "mem/page.h"
#include "sys/syscall.h"
#include "sys/user_path.h"
#include "thread/yield.h"
#include "vm/object.h"

// Set the length of the file at a path. A negative length is EINVAL before the path is looked
// at. The file is opened for writing meanwhile: ETXTBSY while a program runs from it.
static int truncate_path(const char __user *path, int64_t size)
{
	struct inode *inode;
	int error;

	if (size < 0)
		return -EINVAL;
	error = changed_inode_arg_get(AT_FDCWD, path, 0, &inode);
	if (error)
		return error;
	if (inode_is(inode, S_IFREG))
		error = inode_permission(inode, W_OK);
	if (!error)
		error = file_leases_break(inode, true, false);
	if (!error)
		error = inode_truncate_unopened(inode, (uint64_t)size);
	if (!error)
		inode_contents_change(inode);
	inode_put(inode);
	return error;
}

// Set the length of the file of a descriptor. `large`: lengths beyond 2 GiB are meant. Otherwise
// they need O_LARGEFILE. A file not open for writing is EINVAL, not EBADF (ftruncate(2)).
static int truncate_fd(int fd, int64_t size, bool large)
{
	struct file *file;
	int error;

	if (size < 0)
		return -EINVAL;
	file = file_arg_get(fd);
	if (!file)
		return -EBADF;
	if (!file_writable(file) || !inode_is(file->inode, S_IFREG))
		error = -EINVAL;
	else if (!large && !(file->flags & O_LARGEFILE) && size > SMALL_FILE_MAX)
		error = -EINVAL;
	else
		error = inode_truncate(file->inode, (uint64_t)size);
	if (!error)
		inode_contents_change(file->inode);
	file_put(file);
	return error;
}

// truncate(2). Beyond the old end the file has a hole, which reads as zeroes and takes no pages.
SYSCALL2(truncate, const char __user *, path, long, size)
{
	return truncate_path(path, size);
}

// truncate(2) with a length of 64 bits, in two halves.
SYSCALL3(truncate64, const char __user *, path, uint32_t, low, uint32_t, high)
{
	return truncate_path(path, pair64(low, high));
}

// ftruncate(2).
SYSCALL2(ftruncate, int, fd, long, size)
{
	return truncate_fd(fd, size, false);
}

// ftruncate(2) with a length of 64 bits.
SYSCALL3(ftruncate64, int, fd, uint32_t, low, uint32_t, high)
{
	return truncate_fd(fd, pair64(low, high), true);
}

// Approximate costs in instructions: to look whether a page is there, and to make one.
#define LOOK_COST 100
#define FILL_COST 1500

// Returns true if there is surely too little memory for the holes in [offset, end). Then none is
// filled: a program that asks for more than the machine has must not take everything first, and
// let others be killed for it. Also returns true for a caller that is killed.
static bool too_many_holes(struct object *object, uint64_t offset, uint64_t end)
{
	size_t room = page_free_count(), holes = PAGE_RESERVE;

	for (uint64_t at = ROUND_DOWN(offset, PAGE_SIZE); at < end && holes <= room;
	     at += PAGE_SIZE) {
		page_t *pp;

		if (object_page(object, (uint32_t)(at >> PAGE_SHIFT), false, &pp))
			holes++;
		else
			page_unpin(pp);
		if (yield_after(LOOK_COST))
			return true;
	}
	return holes > room;
}

// Give the file pages for [offset, end). Returns 0; -ENOSPC; -EPERM if a seal forbids the file
// to grow; -EINTR for a caller that is killed. Pages that were made before an error stay, as on
// Linux's tmpfs.
static int allocate_pages(struct object *object, uint64_t offset, uint64_t end)
{
	size_t page = object_page_size(object);

	if (!object_may_reach(object, end))
		return -EPERM;
	if (page == PAGE_SIZE && too_many_holes(object, offset, end))
		return -ENOSPC;
	for (uint64_t at = ROUND_DOWN(offset, page); at < end; at += page) {
		if (object_allocate_page(object, (uint32_t)(at >> PAGE_SHIFT)))
			return -ENOSPC;
		if (yield_after(FILL_COST))
			return -EINTR;
	}
	return 0;
}

// Returns true if Linux has such a mode. Some demand that the size stays (FALLOC_FL_KEEP_SIZE),
// others that it does not.
static bool fallocate_mode_exists(unsigned int mode)
{
	switch (mode) {
	case FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE:
	case FALLOC_FL_COLLAPSE_RANGE:
	case FALLOC_FL_INSERT_RANGE:
		return true;
	}
	mode &= ~(unsigned int)FALLOC_FL_KEEP_SIZE;
	return !mode || mode == FALLOC_FL_ZERO_RANGE || mode == FALLOC_FL_UNSHARE_RANGE;
}

// Check a call of fallocate. Returns 0 or -errno, in Linux's order (vfs_fallocate). Modes that
// exist, but not for files in memory, are refused last.
static int check_fallocate(const struct file *file, unsigned int mode, int64_t offset, int64_t len)
{
	if (offset < 0 || len <= 0)
		return -EINVAL;
	if (!fallocate_mode_exists(mode))
		return -EOPNOTSUPP;
	if (!file_writable(file))
		return -EBADF;
	if (inode_is(file->inode, S_IFIFO))
		return -ESPIPE;
	if (!inode_is(file->inode, S_IFREG) || !file->inode->object)
		return -ENODEV;
	if ((uint64_t)offset + (uint64_t)len > OBJECT_MAX)
		return -EFBIG;
	return mode & ~(unsigned int)(FALLOC_FL_KEEP_SIZE | FALLOC_FL_PUNCH_HOLE) ? -EOPNOTSUPP : 0;
}

// Do fallocate. Pages are made before the length changes, so a failure leaves the length.
// Returns 0 or -errno.
static int fallocate_file(struct file *file, unsigned int mode, int64_t offset, int64_t len)
{
	uint64_t end = (uint64_t)offset + (uint64_t)len;
	struct inode *inode = file->inode;
	int error = check_fallocate(file, mode, offset, len);

	if (error)
		return error;
	if (mode & FALLOC_FL_PUNCH_HOLE)
		error = object_punch(inode->object, (uint64_t)offset, (uint64_t)len);
	else
		error = size_limit_grow(inode_size(inode), end);
	if (!error && !(mode & FALLOC_FL_PUNCH_HOLE))
		error = allocate_pages(inode->object, (uint64_t)offset, end);
	if (!error && !(mode & FALLOC_FL_KEEP_SIZE) && end > inode_size(inode))
		error = object_truncate(inode->object, end);
	if (!error)
		inode_touch(inode, TOUCH_MTIME | TOUCH_CTIME);
	return error;
}

// fallocate(2). Both 64-bit arguments come in two halves.
SYSCALL6(fallocate, int, fd, unsigned int, mode, uint32_t, offset_low, uint32_t, offset_high,
         uint32_t, len_low, uint32_t, len_high)
{
	struct file *file = file_arg_get(fd);
	int error;

	if (!file)
		return -EBADF;
	error = fallocate_file(file, mode, pair64(offset_low, offset_high),
	                       pair64(len_low, len_high));
	file_put(file);
	return error;
}

// sync(2). Files are memory: there is nothing to write back.
SYSCALL0(sync)
{
	return 0;
}

// syncfs(2): any open file will do to name its file system.
SYSCALL1(syncfs, int, fd)
{
	struct file *file = file_arg_get(fd);

	if (!file)
		return -EBADF;
	file_put(file);
	return 0;
}

// Files that cannot be written back, such as pipes, are EINVAL (fsync(2)).
static int sync_fd(int fd)
{
	struct file *file = file_arg_get(fd);
	int error;

	if (!file)
		return -EBADF;
	error = inode_is(file->inode, S_IFREG) || inode_is(file->inode, S_IFDIR) ? 0 : -EINVAL;
	file_put(file);
	return error;
}

// fsync(2).
SYSCALL1(fsync, int, fd)
{
	return sync_fd(fd);
}

// fdatasync(2).
SYSCALL1(fdatasync, int, fd)
{
	return sync_fd(fd);
}
