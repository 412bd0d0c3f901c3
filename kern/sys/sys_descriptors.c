// sys_descriptors.c: creating, duplicating, changing and closing descriptors.
#include "fs/fdtable.h"
#include "fs/file_leases.h"
#include "fs/inode.h"
#include "fs/memfd.h"
#include "fs/open.h"
#include "fs/permission.h"
#include "fs/pipe.h"
#include "fs/uio.h"
#include "mem/heap.h"
#include "proc/process.h"
#include "sys/sys_async.h"
#include "sys/sys_locks.h"
#include "sys/sys_open.h"
#include "sys/syscall.h"
#include "sys/user_path.h"
#include "thread/why.h"
#include "thread/yield.h"
#include "vm/uaccess.h"
#include <abi/ioctl.h>
#include <abi/mman.h>

int open_at(struct fs_context *fs, const struct path_arg *arg, uint32_t flags, mode_t mode)
{
	struct fdtable *files = thread_current()->files;
	struct file *file;
	int error, fd = fd_reserve(files, 0);

	assert_no_lock();
	if (fd >= 0) {
		error = file_open(fs, arg->start, arg->text, flags, mode, &file);
		if (error) {
			fd_unreserve(files, fd);
			fd = error;
		} else {
			fd_install(files, fd, file, flags & O_CLOEXEC);
		}
	}
	return fd;
}

// Fetch the path, and do open_at with the process's directories.
static int open_path(int dirfd, const char __user *path, uint32_t flags, mode_t mode)
{
	struct path_arg arg;
	int fd = path_arg_get(&arg, dirfd, path);

	if (fd)
		return fd;
	fd = open_at(thread_current()->fs_context, &arg, flags, mode);
	path_arg_put(&arg);
	return fd;
}

// open(2). The permissions `mode` count only with O_CREAT or O_TMPFILE.
SYSCALL3(open, const char __user *, path, uint32_t, flags, mode_t, mode)
{
	return open_path(AT_FDCWD, path, flags, mode);
}

// openat(2): a relative path starts at the directory `dirfd`.
SYSCALL4(openat, int, dirfd, const char __user *, path, uint32_t, flags, mode_t, mode)
{
	return open_path(dirfd, path, flags, mode);
}

// creat(2): an old short form of open.
SYSCALL2(creat, const char __user *, path, mode_t, mode)
{
	return open_path(AT_FDCWD, path, O_CREAT | O_WRONLY | O_TRUNC, mode);
}

// close(2). Descriptors opened with O_PATH can be closed like all others. The number is free
// again before the file's end begins, which may take long.
SYSCALL1(close, int, fd)
{
	return fd_close(thread_current()->files, fd);
}

#define CLOSE_RANGE_UNSHARE 2u
#define CLOSE_RANGE_CLOEXEC 4u
#define CLOSE_COST 300 // about how many instructions it takes to close a descriptor

// close_range(2). A range without open descriptors is no error. Each one is found and closed by
// itself: a process that shares the table may open others meanwhile.
SYSCALL3(close_range, uint32_t, first, uint32_t, last, unsigned int, flags)
{
	struct fdtable *files = thread_current()->files;
	bool mark = flags & CLOSE_RANGE_CLOEXEC;
	int fd = (int)MIN(first, (uint32_t)NR_OPEN);

	if (flags & ~(CLOSE_RANGE_CLOEXEC | CLOSE_RANGE_UNSHARE) || first > last)
		return -EINVAL;
	if ((flags & CLOSE_RANGE_UNSHARE) && files->refs > 1) {
		files = fdtable_copy(files);
		if (!files)
			return -ENOMEM;
		thread_set_files(thread_current(), files, NULL);
	}
	while ((fd = mark ? fd_next(files, fd) : fd_close_next(files, (uint32_t)fd, last)) >= 0 &&
	       (uint32_t)fd <= last) {
		if (mark)
			fd_set_cloexec(files, fd, true);
		if (yield_after(CLOSE_COST))
			break;
		fd++;
	}
	return 0;
}

// Make another descriptor for the same open file: the lowest free one not below `min`. Returns
// it, or -errno.
static int duplicate(int fd, uint32_t min, bool cloexec)
{
	struct fdtable *files = thread_current()->files;
	struct file *file = fd_get(files, fd);

	return file ? fd_add(files, file, min, cloexec) : -EBADF;
}

// Make `to` a descriptor of the same open file; what it was before is closed in the same step,
// so no other thread can get the number in between (dup(2)). Returns `to`, or -errno.
static int duplicate_to(int fd, int to, bool cloexec)
{
	struct fdtable *files = thread_current()->files;
	struct file *file = fd_get(files, fd);
	int copy;

	if (!file)
		return -EBADF;
	copy = fd_replace(files, to, file, cloexec);
	if (copy < 0)
		file_put(file);
	return copy;
}

// dup(2). The new descriptor is not closed at exec, whatever the old one is.
SYSCALL1(dup, int, fd)
{
	return duplicate(fd, 0, false);
}

// dup2(2). Equal numbers are no error if the descriptor is open: nothing is closed.
SYSCALL2(dup2, int, fd, int, to)
{
	struct fdtable *files = thread_current()->files;

	if (fd == to)
		return fd_get_cloexec(files, fd) < 0 ? -EBADF : fd;
	return duplicate_to(fd, to, false);
}

// dup3(2). Unlike dup2, equal numbers are EINVAL, also if the descriptor is not open.
SYSCALL3(dup3, int, fd, int, to, uint32_t, flags)
{
	if (flags & ~(uint32_t)O_CLOEXEC || fd == to)
		return -EINVAL;
	return duplicate_to(fd, to, flags & O_CLOEXEC);
}

// Make descriptors for both ends of a pipe and store them for the program. The numbers are
// copied out before the descriptors work, so a bad address leaves no open descriptor. Consumes
// the references.
static int install_ends(struct file *ends[2], int __user *fds, bool cloexec)
{
	struct fdtable *files = thread_current()->files;
	int pair[2] = { -1, -1 };
	int error = 0;

	for (int i = 0; i < 2 && !error; i++) {
		pair[i] = fd_reserve(files, 0);
		if (pair[i] < 0)
			error = pair[i];
	}
	if (!error)
		error = copyout(aspace_current(), fds, pair, sizeof(pair));
	for (int i = 0; i < 2; i++) {
		if (!error) {
			fd_install(files, pair[i], ends[i], cloexec);
		} else {
			if (pair[i] >= 0)
				fd_unreserve(files, pair[i]);
			file_put(ends[i]);
		}
	}
	return error;
}

// O_DIRECT, which would keep writes apart as packets, is not implemented: EINVAL, as Linux
// returns where it lacks it.
static int make_pipe(int __user *fds, uint32_t flags)
{
	struct file *ends[2];
	int error;

	if (flags & ~(uint32_t)(O_CLOEXEC | O_NONBLOCK)) // no packets: O_DIRECT
		return -EINVAL;
	error = pipe_create_files(flags & O_NONBLOCK, ends);
	if (error)
		return error;
	return install_ends(ends, fds, flags & O_CLOEXEC);
}

// pipe(2).
SYSCALL1(pipe, int __user *, fds)
{
	return make_pipe(fds, 0);
}

// pipe2(2). Unknown flags are EINVAL before anything is made.
SYSCALL2(pipe2, int __user *, fds, uint32_t, flags)
{
	return make_pipe(fds, flags);
}

#define MFD_FLAGS (MFD_CLOEXEC | MFD_ALLOW_SEALING | MFD_HUGETLB | MFD_NOEXEC_SEAL | MFD_EXEC)
#define MFD_SIZES ((unsigned int)MFD_HUGE_MASK << MFD_HUGE_SHIFT)

// Sizes of large pages are flags only with MFD_HUGETLB. MFD_EXEC and MFD_NOEXEC_SEAL exclude
// each other.
static int check_memfd_flags(unsigned int flags)
{
	if (flags & ~(MFD_FLAGS | (flags & MFD_HUGETLB ? MFD_SIZES : 0)))
		return -EINVAL;
	return ~flags & (MFD_EXEC | MFD_NOEXEC_SEAL) ? 0 : -EINVAL;
}

// Fetch the name of a memfd into name[MEMFD_NAME_MAX + 1]. A name that is too long is EINVAL
// here, not ENAMETOOLONG (memfd_create(2)). Returns 0 or -errno.
static int get_memfd_name(char *name, const char __user *text)
{
	ssize_t len = copyinstr(aspace_current(), name, text, MEMFD_NAME_MAX + 1);

	if (len == -ENAMETOOLONG)
		return -EINVAL;
	return len < 0 ? (int)len : 0;
}

// memfd_create(2). The order is Linux's: flags, name, descriptor, file.
SYSCALL2(memfd_create, const char __user *, text, unsigned int, flags)
{
	struct fdtable *files = thread_current()->files;
	char name[MEMFD_NAME_MAX + 1];
	struct file *file;
	int fd, error = check_memfd_flags(flags);

	if (!error)
		error = get_memfd_name(name, text);
	if (error)
		return error;
	fd = fd_reserve(files, 0);
	if (fd < 0)
		return fd;
	error = memfd_create(name, flags, &file);
	if (error) {
		fd_unreserve(files, fd);
		return error;
	}
	fd_install(files, fd, file, flags & MFD_CLOEXEC);
	return fd;
}

// Do a command of fcntl that acts on the open file, not on the descriptor. With O_PATH only
// F_GETFL works.
static int fcntl_file(int fd, struct file *file, unsigned int command, uint32_t arg)
{
	if (command == F_GETFL)
		return (int)file->flags;
	if (file->flags & O_PATH)
		return -EBADF;
	if (is_owner_command(command))
		return fcntl_owner(file, command, arg);
	switch (command) {
	case F_SETFL:
		return file_change_flags(fd, file, arg);
	case F_GETPIPE_SZ:
		return file->ops == &pipe_ops ? pipe_size(file->private) : -EBADF;
	case F_SETPIPE_SZ:
		return file->ops == &pipe_ops ? pipe_set_size(file->private, arg) : -EBADF;
	case F_SETLEASE:
		return fcntl_set_lease(fd, file, (int)arg);
	case F_GETLEASE:
		return file_lease_type(file);
	case F_GET_SEALS:
		return file_get_seals(file);
	case F_ADD_SEALS:
		return file_add_seals(file, arg);
	default:
		return -EINVAL;
	}
}

// fcntl(2). F_DUPFD checks the descriptor before the number: EBADF, then EINVAL for a number
// beyond the limit, as Linux does. Commands on descriptors work with O_PATH, too.
static int fcntl_any(int fd, unsigned int command, uint32_t arg)
{
	struct fdtable *files = thread_current()->files;
	struct file *file;
	int result;

	switch (command) {
	case F_DUPFD:
	case F_DUPFD_CLOEXEC:
		if (fd_get_cloexec(files, fd) >= 0 && arg >= thread_limit(RLIMIT_NOFILE))
			return -EINVAL;
		return duplicate(fd, arg, command == F_DUPFD_CLOEXEC);
	case F_GETFD:
		return fd_get_cloexec(files, fd);
	case F_SETFD:
		return fd_set_cloexec(files, fd, arg & FD_CLOEXEC);
	}
	if (is_lock_command(command))
		return fcntl_lock(fd, command, (void __user *)arg);
	file = fd_get(files, fd);
	if (!file)
		return -EBADF;
	result = fcntl_file(fd, file, command, arg);
	file_put(file);
	return result;
}

// Equal to fcntl64 where a 64-bit Linux runs the program.
SYSCALL3(fcntl, int, fd, unsigned int, command, uint32_t, arg)
{
	return fcntl_any(fd, command, arg);
}

SYSCALL3(fcntl64, int, fd, unsigned int, command, uint32_t, arg)
{
	return fcntl_any(fd, command, arg);
}
