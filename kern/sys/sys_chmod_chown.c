// sys_chmod_chown.c: changing what is known about a file: permissions, owner, length. There is one user,
// root, so nothing is refused.
#include "fs/inode.h"
#include "fs/memfd.h"
#include "mem/page.h"
#include "sys/user_path.h"
#include "sys/syscall.h"
#include "thread/yield.h"
#include "vm/object.h"

// Is what `fixed` (INODE_FIXED_) names of the inode not to be changed?
static bool is_fixed(const struct inode *inode, unsigned int fixed)
{
	return inode->ops && (inode->ops->fixed & fixed);
}

// A link of /proc, or a descriptor opened with O_PATH, can lead to a symbolic link.
static int chmod_inode(struct inode *inode, mode_t mode)
{
	int error = is_fixed(inode, INODE_FIXED_MODE) ? -EPERM : inode_check_mode(inode, mode);

	if (inode_is(inode, S_IFLNK))
		error = -EOPNOTSUPP;
	if (error)
		return error;
	inode->mode = (inode->mode & S_IFMT) | (mode & 07777);
	inode_touch(inode, TOUCH_CTIME);
	return 0;
}

static int chmod_at(int dirfd, const char __user *path, mode_t mode)
{
	struct inode *inode;
	int error = inode_arg_get(dirfd, path, 0, &inode);

	if (error)
		return error;
	error = chmod_inode(inode, mode);
	inode_put(inode);
	return error;
}

SYSCALL2(chmod, const char __user *, path, mode_t, mode)
{
	return chmod_at(AT_FDCWD, path, mode);
}

SYSCALL3(fchmodat, int, dirfd, const char __user *, path, mode_t, mode)
{
	return chmod_at(dirfd, path, mode);
}

SYSCALL2(fchmod, int, fd, mode_t, mode)
{
	struct file *file = file_arg_get(fd);
	int error;

	if (!file)
		return -EBADF;
	error = chmod_inode(file->inode, mode);
	file_put(file);
	return error;
}

#define UNCHANGED 0xffffffffu

static int chown_inode(struct inode *inode, uid_t uid, gid_t gid)
{
	if (is_fixed(inode, INODE_FIXED_OWNER))
		return -EPERM;
	if (uid != UNCHANGED)
		inode->uid = uid;
	if (gid != UNCHANGED)
		inode->gid = gid;
	// Whoever gets the file must not get the rights of whoever had it.
	if (!inode_is(inode, S_IFDIR))
		inode->mode &= ~(mode_t)(inode->mode & S_IXGRP ? S_ISUID | S_ISGID : S_ISUID);
	inode_touch(inode, TOUCH_CTIME);
	return 0;
}

static int chown_at(int dirfd, const char __user *path, uid_t uid, gid_t gid, int flags)
{
	struct inode *inode;
	int error;

	if (flags & ~(AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH))
		return -EINVAL;
	error = inode_arg_get(dirfd, path, flags, &inode);
	if (error)
		return error;
	error = chown_inode(inode, uid, gid);
	inode_put(inode);
	return error;
}

static int chown_fd(int fd, uid_t uid, gid_t gid)
{
	struct file *file = file_arg_get(fd);
	int error;

	if (!file)
		return -EBADF;
	error = chown_inode(file->inode, uid, gid);
	file_put(file);
	return error;
}

SYSCALL3(chown32, const char __user *, path, uid_t, uid, gid_t, gid)
{
	return chown_at(AT_FDCWD, path, uid, gid, 0);
}

SYSCALL3(lchown32, const char __user *, path, uid_t, uid, gid_t, gid)
{
	return chown_at(AT_FDCWD, path, uid, gid, AT_SYMLINK_NOFOLLOW);
}

SYSCALL3(fchown32, int, fd, uid_t, uid, gid_t, gid)
{
	return chown_fd(fd, uid, gid);
}

SYSCALL5(fchownat, int, dirfd, const char __user *, path, uid_t, uid, gid_t, gid, int, flags)
{
	return chown_at(dirfd, path, uid, gid, flags);
}

// The old calls have ids of 16 bits.
static uint32_t wide_id(uint32_t id)
{
	return (uint16_t)id == 0xffff ? UNCHANGED : (uint16_t)id;
}

SYSCALL3(chown, const char __user *, path, uint32_t, uid, uint32_t, gid)
{
	return chown_at(AT_FDCWD, path, wide_id(uid), wide_id(gid), 0);
}

SYSCALL3(lchown, const char __user *, path, uint32_t, uid, uint32_t, gid)
{
	return chown_at(AT_FDCWD, path, wide_id(uid), wide_id(gid), AT_SYMLINK_NOFOLLOW);
}

SYSCALL3(fchown, int, fd, uint32_t, uid, uint32_t, gid)
{
	return chown_fd(fd, wide_id(uid), wide_id(gid));
}

SYSCALL1(umask, mode_t, mask)
{
	struct fs_context *fs = process_current()->fs;
	mode_t old = fs->umask;

	fs->umask = mask & 0777;
	return (long)old;
}

static int truncate_path(const char __user *path, int64_t size)
{
	struct inode *inode;
	int error;

	if (size < 0)
		return -EINVAL;
	error = inode_arg_get(AT_FDCWD, path, 0, &inode);
	if (error)
		return error;
	error = inode_truncate_unopened(inode, (uint64_t)size);
	inode_put(inode);
	return error;
}

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
	file_put(file);
	return error;
}

SYSCALL2(truncate, const char __user *, path, long, size)
{
	return truncate_path(path, size);
}

SYSCALL3(truncate64, const char __user *, path, uint32_t, low, uint32_t, high)
{
	return truncate_path(path, pair64(low, high));
}

SYSCALL2(ftruncate, int, fd, long, size)
{
	return truncate_fd(fd, size, false);
}

SYSCALL3(ftruncate64, int, fd, uint32_t, low, uint32_t, high)
{
	return truncate_fd(fd, pair64(low, high), true);
}

// What work costs, in instructions or so: to look whether a page is there, to make one.
#define LOOK_COST 100
#define FILL_COST 1500

// Is there surely too little memory for the holes in [offset, end)? Then none is filled. Returns true
// also for a caller that is killed.
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

// Give the file pages for [offset, end). 0, -ENOSPC, -EPERM where a seal keeps the file small, or -EINTR
// for a caller that is killed: the pages that are there by then stay.
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

// Is there such a mode on Linux? Some want the size to stay as it is, others do not.
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

// May space be allocated like this? 0 or -errno, in Linux's order: modes that exist, but not for
// files in memory, are refused last.
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

// Files are memory: there is nothing to write back.
SYSCALL0(sync)
{
	return 0;
}

SYSCALL1(syncfs, int, fd)
{
	struct file *file = file_arg_get(fd);

	if (!file)
		return -EBADF;
	file_put(file);
	return 0;
}

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

SYSCALL1(fsync, int, fd)
{
	return sync_fd(fd);
}

SYSCALL1(fdatasync, int, fd)
{
	return sync_fd(fd);
}
