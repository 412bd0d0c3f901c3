// Moving in files, and where that is not possible.

#include "test.h"

int main(void)
{
	int fd, fds[2];

	make_file("/tmp/file", "0123456789");
	fd = open("/tmp/file", O_RDONLY);
	show("SEEK_SET 4", lseek(fd, 4, SEEK_SET));
	show("SEEK_CUR 3", lseek(fd, 3, SEEK_CUR));
	show("SEEK_CUR -7", lseek(fd, -7, SEEK_CUR));
	show("SEEK_END 0", lseek(fd, 0, SEEK_END));
	show("SEEK_END -10", lseek(fd, -10, SEEK_END));
	show("SEEK_END 5", lseek(fd, 5, SEEK_END));
	show("before the beginning", lseek(fd, -1, SEEK_SET));
	show("before the beginning, from here", lseek(fd, -16, SEEK_CUR));
	show("the position stays", lseek(fd, 0, SEEK_CUR));
	show("no such origin", lseek(fd, 0, 9));
	check("beyond 4 GiB", lseek(fd, 0x123456789LL, SEEK_SET) == 0x123456789LL);
	show("the old call", syscall(SYS_lseek, fd, 6, SEEK_SET));
	close(fd);
	show("a closed descriptor", lseek(fd, 0, SEEK_SET));
	pipe(fds);
	show("a pipe", lseek(fds[0], 0, SEEK_CUR));
	show("a pipe, wrong origin", lseek(fds[0], 0, 9));
	return 0;
}
