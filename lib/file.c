// Files and descriptors: each function is one system call.

#include <fcntl.h>
#include <poll.h>
#include <stdarg.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/random.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

// The two halves of a 64-bit argument, which takes two registers.
#define LOW(offset) ((uint32_t)(offset))
#define HIGH(offset) ((uint32_t)((uint64_t)(offset) >> 32))

// The mode is only there, and only looked at, when the file may be created.
int open(const char *path, int flags, ...)
{
	va_list args;
	mode_t mode = 0;

	va_start(args, flags);
	if (flags & O_CREAT)
		mode = va_arg(args, mode_t);
	va_end(args);
	return syscall(SYS_open, path, flags | O_LARGEFILE, mode);
}

int openat(int directory, const char *path, int flags, ...)
{
	va_list args;
	mode_t mode = 0;

	va_start(args, flags);
	if (flags & O_CREAT)
		mode = va_arg(args, mode_t);
	va_end(args);
	return syscall(SYS_openat, directory, path, flags | O_LARGEFILE, mode);
}

int creat(const char *path, mode_t mode)
{
	return open(path, O_WRONLY | O_CREAT | O_TRUNC, mode);
}

int fcntl(int fd, int command, ...)
{
	va_list args;
	long argument;

	va_start(args, command);
	argument = va_arg(args, long);
	va_end(args);
	return syscall(SYS_fcntl64, fd, command, argument);
}

int flock(int fd, int operation)
{
	return syscall(SYS_flock, fd, operation);
}

int ioctl(int fd, unsigned long request, ...)
{
	va_list args;
	long argument;

	va_start(args, request);
	argument = va_arg(args, long);
	va_end(args);
	return syscall(SYS_ioctl, fd, request, argument);
}

int close(int fd)
{
	return syscall(SYS_close, fd);
}

ssize_t pread(int fd, void *buffer, size_t n, off_t offset)
{
	return syscall(SYS_pread64, fd, buffer, n, LOW(offset), HIGH(offset));
}

ssize_t pwrite(int fd, const void *buffer, size_t n, off_t offset)
{
	return syscall(SYS_pwrite64, fd, buffer, n, LOW(offset), HIGH(offset));
}

ssize_t readv(int fd, const struct iovec *vector, int count)
{
	return syscall(SYS_readv, fd, vector, count);
}

ssize_t writev(int fd, const struct iovec *vector, int count)
{
	return syscall(SYS_writev, fd, vector, count);
}

ssize_t process_vm_readv(pid_t pid, const struct iovec *here, unsigned long here_count,
                         const struct iovec *there, unsigned long there_count, unsigned long flags)
{
	return syscall(SYS_process_vm_readv, pid, here, here_count, there, there_count, flags);
}

off_t lseek(int fd, off_t offset, int whence)
{
	off_t result;

	if (syscall(SYS__llseek, fd, HIGH(offset), LOW(offset), &result, whence) < 0)
		return -1;
	return result;
}

int truncate(const char *path, off_t length)
{
	return syscall(SYS_truncate64, path, LOW(length), HIGH(length));
}

int ftruncate(int fd, off_t length)
{
	return syscall(SYS_ftruncate64, fd, LOW(length), HIGH(length));
}

int fsync(int fd)
{
	return syscall(SYS_fsync, fd);
}

void sync(void)
{
	syscall(SYS_sync);
}

int dup(int fd)
{
	return syscall(SYS_dup, fd);
}

int dup2(int fd, int new_fd)
{
	return syscall(SYS_dup2, fd, new_fd);
}

int dup3(int fd, int new_fd, int flags)
{
	return syscall(SYS_dup3, fd, new_fd, flags);
}

int pipe(int fds[2])
{
	return syscall(SYS_pipe, fds);
}

int pipe2(int fds[2], int flags)
{
	return syscall(SYS_pipe2, fds, flags);
}

int poll(struct pollfd *fds, nfds_t count, int timeout_ms)
{
	return syscall(SYS_poll, fds, count, timeout_ms);
}

ssize_t getrandom(void *buffer, size_t n, unsigned int flags)
{
	return syscall(SYS_getrandom, buffer, n, flags);
}
