// sys_old_stat.c: the calls on attributes from before files and file systems were large (stat(2),
// statfs(2), ustat(2)). A number that the old struct has no room for is EOVERFLOW.
#include "fs/inode.h"
#include "mem/page.h"
#include "sys/sys_ids.h"
#include "sys/sys_stat.h"
#include "sys/syscall.h"
#include "vm/aspace.h"
#include "vm/uaccess.h"
#include <abi/fcntl.h>
#include <abi/old_stat.h>

// Returns true if the numbers of the devices of *st have 8 bits each, and its count of names and its
// size have room in the old structs.
static bool fits(const struct stat *st)
{
	return (major(st->st_dev) | minor(st->st_dev) | major(st->st_rdev) | minor(st->st_rdev)) <
	               256 &&
	       st->st_nlink <= UINT16_MAX && st->st_size <= INT32_MAX;
}

// Returns the number of a device in 16 bits.
static uint16_t narrow_device(dev_t dev)
{
	return (uint16_t)(major(dev) << 8 | minor(dev));
}

// Store *st as an old struct, if there was no `error`. Returns 0 or -errno.
static int store_stat(int error, const struct stat *st, struct old_stat __user *buffer)
{
	struct old_stat old;

	if (!error && !fits(st))
		error = -EOVERFLOW;
	if (error)
		return error;
	old = (struct old_stat){
		.st_dev = narrow_device(st->st_dev),
		.st_ino = (uint32_t)st->st_ino,
		.st_mode = (uint16_t)st->st_mode,
		.st_nlink = (uint16_t)st->st_nlink,
		.st_uid = narrow_id(st->st_uid),
		.st_gid = narrow_id(st->st_gid),
		.st_rdev = narrow_device(st->st_rdev),
		.st_size = (uint32_t)st->st_size,
		.st_blksize = (uint32_t)st->st_blksize,
		.st_blocks = (uint32_t)st->st_blocks,
		.st_atim_sec = (uint32_t)st->st_atim.tv_sec,
		.st_atim_nsec = (uint32_t)st->st_atim.tv_nsec,
		.st_mtim_sec = (uint32_t)st->st_mtim.tv_sec,
		.st_mtim_nsec = (uint32_t)st->st_mtim.tv_nsec,
		.st_ctim_sec = (uint32_t)st->st_ctim.tv_sec,
		.st_ctim_nsec = (uint32_t)st->st_ctim.tv_nsec,
	};
	return copyout(aspace_current(), buffer, &old, sizeof(old));
}

// stat(2), lstat(2) and fstat(2).
SYSCALL2(stat, const char __user *, path, struct old_stat __user *, buffer)
{
	struct stat st;

	return store_stat(stat_of_path(AT_FDCWD, path, 0, &st), &st, buffer);
}

SYSCALL2(lstat, const char __user *, path, struct old_stat __user *, buffer)
{
	struct stat st;

	return store_stat(stat_of_path(AT_FDCWD, path, AT_SYMLINK_NOFOLLOW, &st), &st, buffer);
}

SYSCALL2(fstat, int, fd, struct old_stat __user *, buffer)
{
	struct stat st;

	return store_stat(stat_of_fd(fd, &st), &st, buffer);
}

// Store *st as the oldest struct, whose number of a file has 16 bits, if there was no `error`.
// Returns 0 or -errno.
static int store_oldest(int error, const struct stat *st, struct oldest_stat __user *buffer)
{
	struct oldest_stat old;

	if (!error && (!fits(st) || st->st_ino > UINT16_MAX))
		error = -EOVERFLOW;
	if (error)
		return error;
	memset(&old, 0, sizeof(old)); // also the hole before st_size
	old.st_dev = narrow_device(st->st_dev);
	old.st_ino = (uint16_t)st->st_ino;
	old.st_mode = (uint16_t)st->st_mode;
	old.st_nlink = (uint16_t)st->st_nlink;
	old.st_uid = narrow_id(st->st_uid);
	old.st_gid = narrow_id(st->st_gid);
	old.st_rdev = narrow_device(st->st_rdev);
	old.st_size = (uint32_t)st->st_size;
	old.st_atim_sec = (uint32_t)st->st_atim.tv_sec;
	old.st_mtim_sec = (uint32_t)st->st_mtim.tv_sec;
	old.st_ctim_sec = (uint32_t)st->st_ctim.tv_sec;
	return copyout(aspace_current(), buffer, &old, sizeof(old));
}

// The calls from before Linux 1.1.
SYSCALL2(oldstat, const char __user *, path, struct oldest_stat __user *, buffer)
{
	struct stat st;

	return store_oldest(stat_of_path(AT_FDCWD, path, 0, &st), &st, buffer);
}

SYSCALL2(oldlstat, const char __user *, path, struct oldest_stat __user *, buffer)
{
	struct stat st;

	return store_oldest(stat_of_path(AT_FDCWD, path, AT_SYMLINK_NOFOLLOW, &st), &st, buffer);
}

SYSCALL2(oldfstat, int, fd, struct oldest_stat __user *, buffer)
{
	struct stat st;

	return store_oldest(stat_of_fd(fd, &st), &st, buffer);
}

// Store *st as the old struct, if there was no `error`. No file system here has 2^32 blocks.
static int store_statfs(int error, const struct statfs64 *st, struct old_statfs __user *buffer)
{
	struct old_statfs old;

	if (error)
		return error;
	old = (struct old_statfs){
		.f_type = st->f_type,
		.f_bsize = st->f_bsize,
		.f_blocks = (uint32_t)st->f_blocks,
		.f_bfree = (uint32_t)st->f_bfree,
		.f_bavail = (uint32_t)st->f_bavail,
		.f_files = (uint32_t)st->f_files,
		.f_ffree = (uint32_t)st->f_ffree,
		.f_namelen = st->f_namelen,
		.f_frsize = st->f_frsize,
		.f_flags = st->f_flags,
	};
	return copyout(aspace_current(), buffer, &old, sizeof(old));
}

// statfs(2) and fstatfs(2).
SYSCALL2(statfs, const char __user *, path, struct old_statfs __user *, buffer)
{
	struct statfs64 st;

	return store_statfs(statfs_of_path(path, &st), &st, buffer);
}

SYSCALL2(fstatfs, int, fd, struct old_statfs __user *, buffer)
{
	struct statfs64 st;

	return store_statfs(statfs_of_fd(fd, &st), &st, buffer);
}

// ustat(2), of the file system with the number `dev`: /proc has no blocks; pipes and memfds have a
// file system that is not mounted.
SYSCALL2(ustat, uint32_t, dev, struct ustat __user *, buffer)
{
	struct ustat old;

	memset(&old, 0, sizeof(old));
	if (dev == VOLUME_TREE) {
		old.f_tfree = (int32_t)page_free_count();
		old.f_tinode = (uint32_t)page_total;
	} else if (dev != VOLUME_PROC) {
		return -EINVAL;
	}
	return copyout(aspace_current(), buffer, &old, sizeof(old));
}
