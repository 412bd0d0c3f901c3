// Every pointer of the calls that move bytes or describe files, at every bad address.

#include "evil.h"
#include <poll.h>
#include <sys/uio.h>

#define N 8192

static int fd, zero, ends[2], directory;

static void bytes(void)
{
	TRY_EVIL("read zero", syscall(SYS_read, zero, p, N));
	TRY_EVIL("pread64 zero", syscall(SYS_pread64, zero, p, N, 0, 0));
	TRY_EVIL("write file", syscall(SYS_write, fd, p, N));
	TRY_EVIL("pwrite64 file", syscall(SYS_pwrite64, fd, p, N, 0, 0));
	TRY_EVIL("readv", syscall(SYS_readv, zero, p, 3));
	TRY_EVIL("writev", syscall(SYS_writev, fd, p, 3));
	TRY_EVIL("preadv", syscall(SYS_preadv, zero, p, 3, 0, 0));
	TRY_EVIL("pwritev", syscall(SYS_pwritev, fd, p, 3, 0, 0));
	TRY_EVIL("readv, buffer", readv(zero, &(struct iovec){ p, N }, 1));
	TRY_EVIL("writev, buffer", writev(fd, &(struct iovec){ p, N }, 1));
	TRY_EVIL("_llseek", syscall(SYS__llseek, fd, 0, 0, p, 0));
	TRY_EVIL("sendfile", syscall(SYS_sendfile, ends[1], fd, p, 1));
	TRY_EVIL("sendfile64", syscall(SYS_sendfile64, ends[1], fd, p, 1));
	TRY_EVIL("copy_file_range, in", syscall(SYS_copy_file_range, fd, p, fd, NULL, 1, 0));
	TRY_EVIL("copy_file_range, out", syscall(SYS_copy_file_range, fd, NULL, fd, p, 1, 0));
}

static void descriptors(void)
{
	TRY_EVIL("pipe", syscall(SYS_pipe, p));
	TRY_EVIL("pipe2", syscall(SYS_pipe2, p, 0));
	TRY_EVIL("poll", syscall(SYS_poll, p, 3, 0));
	TRY_EVIL("ppoll", syscall(SYS_ppoll, p, 3, &(struct timespec){ 0, 0 }, NULL, 8));
	TRY_EVIL("ppoll, time", p ? syscall(SYS_ppoll, NULL, 0, p, NULL, 8) : 0);
	TRY_EVIL("select, arguments", syscall(SYS_select, p));
	TRY_EVIL("_newselect, read", syscall(SYS__newselect, 64, p, NULL, NULL, (long[2]){ 0, 0 }));
	TRY_EVIL("_newselect, write", syscall(SYS__newselect, 64, 0, p, 0, (long[2]){ 0, 0 }));
	TRY_EVIL("_newselect, except", syscall(SYS__newselect, 64, 0, 0, p, (long[2]){ 0, 0 }));
	TRY_EVIL("fcntl F_GETLK64", syscall(SYS_fcntl64, fd, F_GETLK64, p));
	TRY_EVIL("FIONREAD", syscall(SYS_ioctl, ends[0], 0x541b, p));
	TRY_EVIL("FIONBIO", syscall(SYS_ioctl, ends[0], 0x5421, p));
}

static void status(void)
{
	TRY_EVIL("fstat64", syscall(SYS_fstat64, fd, p));
	TRY_EVIL("stat64", syscall(SYS_stat64, "/tmp", p));
	TRY_EVIL("lstat64", syscall(SYS_lstat64, "/tmp", p));
	TRY_EVIL("fstatat64", syscall(SYS_fstatat64, AT_FDCWD, "/tmp", p, 0));
	TRY_EVIL("statx", syscall(SYS_statx, AT_FDCWD, "/tmp", 0, 0xfff, p));
	TRY_EVIL("statfs64", syscall(SYS_statfs64, "/tmp", 84, p));
	TRY_EVIL("fstatfs64", syscall(SYS_fstatfs64, fd, 84, p));
	TRY_EVIL("readlink", syscall(SYS_readlink, "/proc/self", p, N));
	TRY_EVIL("getdents64", (lseek(directory, 0, 0), syscall(SYS_getdents64, directory, p, N)));
	TRY_EVIL("getcwd", syscall(SYS_getcwd, p, N));
	TRY_EVIL("utimes", syscall(SYS_utimes, "/tmp", p));
	TRY_EVIL("utimensat", syscall(SYS_utimensat, AT_FDCWD, "/tmp", p, 0));
}

int main(void)
{
	evil_begin();
	chdir("/proc");
	fd = open("/tmp/file", O_RDWR | O_CREAT, 0600);
	write(fd, "0123456789", 10);
	zero = open("/dev/zero", O_RDWR);
	directory = open("/bin", O_RDONLY);
	pipe2(ends, O_NONBLOCK);
	say_pointers();
	bytes();
	descriptors();
	status();
	unlink("/tmp/file");
	close(fd);
	return evil_end();
}
