// sys_stat.c: reading the attributes of files and file systems. A file can be examined without
// being opened for reading, so all calls here work with O_PATH descriptors, too.
#include "fs/inode.h"
#include "mem/page.h"
#include "sys/sys_stat.h"
#include "sys/syscall.h"
#include "sys/user_path.h"
#include "vm/object.h"
#include "vm/uaccess.h"
#include <abi/statfs.h>

int stat_of_path(int dirfd, const char __user *path, int flags, struct stat *st)
{
	struct inode *inode;
	int error = inode_arg_get(dirfd, path, flags, &inode);

	if (error)
		return error;
	inode_stat(inode, st);
	inode_put(inode);
	return 0;
}

int stat_of_fd(int fd, struct stat *st)
{
	struct file *file = fd_get(thread_current()->files, fd);

	if (!file)
		return -EBADF;
	inode_stat(file->inode, st);
	file_put(file);
	return 0;
}

// Find a file and report on it.
static int stat_path(int dirfd, const char __user *path, int flags, struct stat __user *buffer)
{
	struct stat st;
	int error = stat_of_path(dirfd, path, flags, &st);

	return error ? error : copyout(aspace_current(), buffer, &st, sizeof(st));
}

// stat(2). The C library calls stat64, whose struct has sizes of 64 bits.
SYSCALL2(stat64, const char __user *, path, struct stat __user *, buffer)
{
	return stat_path(AT_FDCWD, path, 0, buffer);
}

// lstat(2): of a symbolic link itself.
SYSCALL2(lstat64, const char __user *, path, struct stat __user *, buffer)
{
	return stat_path(AT_FDCWD, path, AT_SYMLINK_NOFOLLOW, buffer);
}

// fstat(2).
SYSCALL2(fstat64, int, fd, struct stat __user *, buffer)
{
	struct stat st;
	int error = stat_of_fd(fd, &st);

	return error ? error : copyout(aspace_current(), buffer, &st, sizeof(st));
}

#define STAT_FLAGS (AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT | AT_EMPTY_PATH | AT_STATX_SYNC_TYPE)

// fstatat(2): all other calls of this kind, by its flags.
SYSCALL4(fstatat64, int, dirfd, const char __user *, path, struct stat __user *, buffer, int, flags)
{
	if (flags & ~STAT_FLAGS)
		return -EINVAL;
	return stat_path(dirfd, path, flags, buffer);
}

// Convert a time of an inode to one in struct statx.
static struct statx_timestamp statx_time(int64_t ns)
{
	struct timespec64 ts = ns_to_timespec(ns);

	return (struct statx_timestamp){ .tv_sec = ts.tv_sec, .tv_nsec = (uint32_t)ts.tv_nsec };
}

// Fill in the newer struct. A program must look at stx_mask: the time of creation is not there. The
// number of a mount is never used again, so it is also the unique one, if `mask` asks for that.
static void fill_statx(const struct position *file, uint32_t mask, struct statx *stx)
{
	struct inode *inode = file->inode;
	uint32_t mount = mask & STATX_MNT_ID_UNIQUE ? STATX_MNT_ID_UNIQUE : STATX_MNT_ID;
	struct stat st;

	inode_stat(inode, &st);
	*stx = (struct statx){
		.stx_mask = STATX_BASIC_STATS | mount,
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
		.stx_mnt_id = mount_id(file->mount, inode),
	};
}

#define STATX_RESERVED 0x80000000u

// statx(2). `mask` is a hint for what is expensive to find; here nothing is. Its highest bit is
// reserved, and both sync flags at once make no sense: EINVAL before the path is looked at.
SYSCALL5(statx, int, dirfd, const char __user *, path, int, flags, uint32_t, mask,
         struct statx __user *, buffer)
{
	struct position file;
	struct statx stx;
	int error;

	if (mask & STATX_RESERVED || flags & ~STAT_FLAGS ||
	    (flags & AT_STATX_SYNC_TYPE) == AT_STATX_SYNC_TYPE)
		return -EINVAL;
	error = position_arg_get(dirfd, path, flags, 0, &file);
	if (error)
		return error;
	fill_statx(&file, mask, &stx);
	position_put(&file);
	return copyout(aspace_current(), buffer, &stx, sizeof(stx));
}

// An empty path stands for the descriptor, which may have been opened on a symbolic link with
// O_PATH (readlink(2), "Since Linux 2.6.39"). What is no link is EINVAL, but ENOENT with an
// empty path. The text is cut to the buffer, without a NUL.
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
		inode = inode_get(arg.start->inode);
	else
		result = path_lookup(thread_current()->fs_context, arg.start, arg.text, 0, &inode);
	path_arg_put(&arg);
	if (result)
		return result;

	if (inode_is(inode, S_IFLNK) && !inode->target) {
		result = -EACCES;
	} else if (inode_is(inode, S_IFLNK)) {
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

// readlink(2). A size of 0 or less is EINVAL before the path is looked at.
SYSCALL3(readlink, const char __user *, path, char __user *, buffer, int, size)
{
	return readlink_at(AT_FDCWD, path, buffer, size);
}

// readlinkat(2).
SYSCALL4(readlinkat, int, dirfd, const char __user *, path, char __user *, buffer, int, size)
{
	return readlink_at(dirfd, path, buffer, size);
}

#define PIPE_SUPER_MAGIC 0x50495045
#define HUGETLBFS_MAGIC 0x958458f6
#define ST_VALID 0x20
#define ST_RELATIME 0x1000

// Returns the ST_ flags of a mount: those of mount(2), in part at other places.
static uint32_t mount_flags(const struct mount *mount)
{
	uint32_t flags;

	if (!mount)
		return ST_RELATIME;
	flags = mount->flags & (MS_NOSUID | MS_NODEV | MS_NOEXEC | MS_NOATIME | MS_NODIRATIME);
	return flags | (mount_read_only(mount) ? MS_RDONLY : 0) |
	       (mount->flags & MS_RELATIME ? ST_RELATIME : 0);
}

// Report on the file system of a file (statfs(2)). Files and free memory are the same pages, so
// the free blocks are the free pages.
static void fill_statfs(const struct position *file, struct statfs64 *st)
{
	const struct inode *inode = file->inode;
	bool regular = inode_is(inode, S_IFREG);
	size_t page = regular && inode->object ? object_page_size(inode->object) : PAGE_SIZE;

	*st = (struct statfs64){
		.f_type = TMPFS_MAGIC,
		.f_bsize = page,
		.f_namelen = NAME_MAX,
		.f_frsize = page,
		.f_flags = ST_VALID | mount_flags(file->mount),
	};
	if (inode->dev == VOLUME_PROC) {
		st->f_type = PROC_SUPER_MAGIC;
	} else if (inode->dev == VOLUME_NAMELESS) {
		st->f_type = !regular          ? PIPE_SUPER_MAGIC :
		             page == PAGE_SIZE ? TMPFS_MAGIC :
		                                 HUGETLBFS_MAGIC;
	} else {
		st->f_blocks = page_total;
		st->f_bfree = st->f_bavail = page_free_count();
		st->f_files = st->f_ffree = page_total;
	}
}

int statfs_of_path(const char __user *path, struct statfs64 *st)
{
	struct position file;
	int error = position_arg_get(AT_FDCWD, path, 0, 0, &file);

	if (error)
		return error;
	fill_statfs(&file, st);
	position_put(&file);
	return 0;
}

int statfs_of_fd(int fd, struct statfs64 *st)
{
	struct file *file = fd_get(thread_current()->files, fd);

	if (!file)
		return -EBADF;
	fill_statfs(&(struct position){ file->inode, file->mount }, st);
	file_put(file);
	return 0;
}

// statfs(2). The size of the struct is checked first: EINVAL before ENOENT.
SYSCALL3(statfs64, const char __user *, path, size_t, size, struct statfs64 __user *, buffer)
{
	struct statfs64 st;
	int error = size == sizeof(st) ? statfs_of_path(path, &st) : -EINVAL;

	return error ? error : copyout(aspace_current(), buffer, &st, sizeof(st));
}

// fstatfs(2). By the magic number a program sees whether a file is a pipe, a memfd, or in the
// tree.
SYSCALL3(fstatfs64, int, fd, size_t, size, struct statfs64 __user *, buffer)
{
	struct statfs64 st;
	int error = size == sizeof(st) ? statfs_of_fd(fd, &st) : -EINVAL;

	return error ? error : copyout(aspace_current(), buffer, &st, sizeof(st));
}
