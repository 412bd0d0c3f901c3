// Calls that read from or write to a buffer of the program, with buffers that are none.

#include "efault.h"
#include <sys/uio.h>

#define BASE(pointer) (&(struct iovec){ .iov_base = (pointer), .iov_len = 2 })

int main(void)
{
	static char buffer[64];
	int fds[2], fd, zero, directory;

	make_file("/tmp/file", "0123456789");
	fd = open("/tmp/file", O_RDWR);
	zero = open("/dev/zero", O_RDWR);
	directory = open("/tmp", O_RDONLY | O_DIRECTORY);
	pipe(fds);
	write(fds[1], "0123456789", 10);

	TRY("write to a file", BAD_NULL, BAD_EDGE, write(fd, p, 10));
	TRY("write to a pipe", BAD_NULL, BAD_EDGE, write(fds[1], p, 10));
	TRY("read from a file", BAD_NULL, BAD_EDGE, read(fd, p, 10));
	TRY("read from a pipe", BAD_NULL, BAD_EDGE, read(fds[0], p, 10));
	TRY("read from zero", BAD_NULL, BAD_EDGE, read(zero, p, 10));
	show("read into code", read(fd, bad_pointer(BAD_CODE), 10));
	show("read from a pipe into code", read(fds[0], bad_pointer(BAD_CODE), 10));
	show("the file's position stays", lseek(fd, 0, SEEK_CUR));
	show("the pipe's contents too", read(fds[0], buffer, sizeof(buffer)));
	TRY("read of nothing", BAD_NULL, BAD_LAST, read(fd, p, 0));
	TRY("write of nothing to a file", BAD_NULL, BAD_LAST, write(fd, p, 0));
	TRY("a bad descriptor counts first", BAD_NULL, BAD_LAST, write(99, p, 10));

	TRY_READ("readv, array", syscall(SYS_readv, fd, p, 2));
	TRY_READ("writev, array", syscall(SYS_writev, fd, p, 2));
	TRY("readv, buffer", BAD_NULL, BAD_EDGE, readv(zero, BASE(p), 1));
	TRY("writev, buffer", BAD_NULL, BAD_EDGE, writev(fd, BASE(p), 1));
	TRY_WRITE("getdents64", syscall(SYS_getdents64, directory, p, 4096));
	TRY_WRITE("getcwd", syscall(SYS_getcwd, p, 4096));
	TRY_WRITE("fstat64", syscall(SYS_fstat64, fd, p));
	TRY_WRITE("stat64", syscall(SYS_stat64, "/tmp/file", p));
	TRY_WRITE("lstat64", syscall(SYS_lstat64, "/tmp/file", p));
	TRY_WRITE("fstatat64", syscall(SYS_fstatat64, AT_FDCWD, "/tmp/file", p, 0));
	TRY_WRITE("_llseek", syscall(SYS__llseek, fd, 0, 5, p, SEEK_SET));
	return 0;
}
