// sys_stat.c: what is known about a file.
#include "fs/inode.h"
#include "mem/page.h"
#include "sys/user_path.h"
#include "sys/syscall.h"
#include "vm/object.h"
#include "vm/uaccess.h"
#include <abi/statfs.h>

// Report on an inode, whose reference is the caller's until now.
static int stat_inode(struct inode *inode, struct stat __user *buffer)
{
	struct stat st;

	inode_stat(inode, &st);
	inode_put(inode);
	return copyout(aspace_current(), buffer, &st, sizeof(st));
}

static int stat_path(int dirfd, const char __user *path, int flags, struct stat __user *buffer)
{
	struct inode *inode;
	int error = inode_arg_get(dirfd, path, flags, &inode);

	return error ? error : stat_inode(inode, buffer);
}

SYSCALL2(stat64, const char __user *, path, struct stat __user *, buffer)
{
	return stat_path(AT_FDCWD, path, 0, buffer);
}

SYSCALL2(lstat64, const char __user *, path, struct stat __user *, buffer)
{
	return stat_path(AT_FDCWD, path, AT_SYMLINK_NOFOLLOW, buffer);
}

SYSCALL2(fstat64, int, fd, struct stat __user *, buffer)
{
	struct file *file = fd_get(process_current()->files, fd);
	int error;

	if (!file)
		return -EBADF;
	error = stat_inode(inode_get(file->inode), buffer);
	file_put(file);
	return error;
}

#define STAT_FLAGS (AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT | AT_EMPTY_PATH | AT_STATX_SYNC_TYPE)

SYSCALL4(fstatat64, int, dirfd, const char __user *, path, struct stat __user *, buffer, int, flags)
{
	if (flags & ~STAT_FLAGS)
		return -EINVAL;
	return stat_path(dirfd, path, flags, buffer);
}

static struct statx_timestamp statx_time(int64_t ns)
{
	struct timespec64 ts = ns_to_timespec(ns);

	return (struct statx_timestamp){ .tv_sec = ts.tv_sec, .tv_nsec = (uint32_t)ts.tv_nsec };
}

// The same facts in the newer struct.
static void fill_statx(struct inode *inode, struct statx *stx)
{
	struct stat st;

	inode_stat(inode, &st);
	*stx = (struct statx){
		.stx_mask = STATX_BASIC_STATS,
		.stx_blksize = (uint32_t)st.st_blksize,
		.stx_nlink = st.st_nlink,
		.stx_uid = st.st_uid,
		.stx_gid = st.st_gid,
		.stx_mode = (uint16_t)st.st_mode,
		.stx_ino = st.st_ino,
		.stx_size = (uint64_t)st.st_size,
		.stx_blocks = st.st_blocks,
		.stx_atime = statx_time(inode->atime),
		.stx_ctime = statx_time(inode->ctime),
		.stx_mtime = statx_time(inode->mtime),
		.stx_rdev_major = major(st.st_rdev),
		.stx_rdev_minor = minor(st.st_rdev),
		.stx_dev_major = major(st.st_dev),
		.stx_dev_minor = minor(st.st_dev),
	};
}

#define STATX_RESERVED 0x80000000u

SYSCALL5(statx, int, dirfd, const char __user *, path, int, flags, uint32_t, mask,
         struct statx __user *, buffer)
{
	struct inode *inode;
	struct statx stx;
	int error;

	if (mask & STATX_RESERVED || flags & ~STAT_FLAGS ||
	    (flags & AT_STATX_SYNC_TYPE) == AT_STATX_SYNC_TYPE)
		return -EINVAL;
	error = inode_arg_get(dirfd, path, flags, &inode);
	if (error)
		return error;
	fill_statx(inode, &stx);
	inode_put(inode);
	return copyout(aspace_current(), buffer, &stx, sizeof(stx));
}

static int access_at(int dirfd, const char __user *path, int mode, int flags)
{
	struct inode *inode;
	int error;

	if (mode & ~(R_OK | W_OK | X_OK) ||
	    flags & ~(AT_EACCESS | AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH))
		return -EINVAL;
	error = inode_arg_get(dirfd, path, flags, &inode);
	if (error)
		return error;
	error = inode_access(inode, mode);
	inode_put(inode);
	return error;
}

SYSCALL2(access, const char __user *, path, int, mode)
{
	return access_at(AT_FDCWD, path, mode, 0);
}

SYSCALL3(faccessat, int, dirfd, const char __user *, path, int, mode)
{
	return access_at(dirfd, path, mode, 0);
}

SYSCALL4(faccessat2, int, dirfd, const char __user *, path, int, mode, int, flags)
{
	return access_at(dirfd, path, mode, flags);
}

// An empty path stands for the descriptor, which may have been opened on a link with O_PATH.
static int readlink_at(int dirfd, const char __user *path, char __user *buffer, int size)
{
	struct path_arg arg;
	struct inode *inode;
	int result;
	bool empty;

	if (size <= 0)
		return -EINVAL;
	result = path_arg_get(&arg, dirfd, path);
	if (result)
		return result;
	empty = !arg.text[0] && arg.start;
	if (empty)
		inode = inode_get(arg.start);
	else
		result = path_lookup(process_current()->fs, arg.start, arg.text, 0, &inode);
	path_arg_put(&arg);
	if (result)
		return result;

	if (inode_is(inode, S_IFLNK)) {
		size_t length = strlen(inode->target);

		result = (int)MIN(length, (size_t)size);
		if (copyout(aspace_current(), buffer, inode->target, (size_t)result))
			result = -EFAULT;
	} else {
		result = empty ? -ENOENT : -EINVAL;
	}
	inode_put(inode);
	return result;
}

SYSCALL3(readlink, const char __user *, path, char __user *, buffer, int, size)
{
	return readlink_at(AT_FDCWD, path, buffer, size);
}

SYSCALL4(readlinkat, int, dirfd, const char __user *, path, char __user *, buffer, int, size)
{
	return readlink_at(dirfd, path, buffer, size);
}

#define PIPE_SUPER_MAGIC 0x50495045
#define HUGETLBFS_MAGIC 0x958458f6
#define ST_VALID 0x20
#define ST_RELATIME 0x1000

// Report on the file system of an inode, whose reference is the caller's until now. Files and free
// memory are the same pages.
static int statfs_inode(struct inode *inode, size_t size, struct statfs64 __user *buffer)
{
	struct statfs64 st = {
		.f_type = TMPFS_MAGIC,
		.f_bsize = PAGE_SIZE,
		.f_namelen = NAME_MAX,
		.f_frsize = PAGE_SIZE,
		.f_flags = ST_VALID | ST_RELATIME,
	};
	bool regular = inode_is(inode, S_IFREG);
	size_t page = regular && inode->object ? object_page_size(inode->object) : PAGE_SIZE;
	dev_t dev = inode->dev;

	if (page != PAGE_SIZE)
		st.f_bsize = st.f_frsize = page;
	inode_put(inode);
	if (size != sizeof(st))
		return -EINVAL;
	if (dev == VOLUME_PROC) {
		st.f_type = PROC_SUPER_MAGIC;
	} else if (dev == VOLUME_NAMELESS) {
		st.f_type = !regular          ? PIPE_SUPER_MAGIC :
		            page == PAGE_SIZE ? TMPFS_MAGIC :
		                                HUGETLBFS_MAGIC;
	} else {
		st.f_blocks = page_total;
		st.f_bfree = st.f_bavail = page_free_count();
		st.f_files = st.f_ffree = page_total;
	}
	return copyout(aspace_current(), buffer, &st, sizeof(st));
}

SYSCALL3(statfs64, const char __user *, path, size_t, size, struct statfs64 __user *, buffer)
{
	struct inode *inode;
	int error = inode_arg_get(AT_FDCWD, path, 0, &inode);

	return error ? error : statfs_inode(inode, size, buffer);
}

SYSCALL3(fstatfs64, int, fd, size_t, size, struct statfs64 __user *, buffer)
{
	struct file *file = fd_get(process_current()->files, fd);
	int error;

	if (!file)
		return -EBADF;
	error = statfs_inode(inode_get(file->inode), size, buffer);
	file_put(file);
	return error;
}
