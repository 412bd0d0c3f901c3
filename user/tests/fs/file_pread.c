// pread and pwrite: at a place given, without moving the position.

#include "test.h"

int main(void)
{
	char buffer[16] = "";
	int fd, append, fds[2];

	make_file("/tmp/file", "0123456789");
	fd = open("/tmp/file", O_RDWR);
	show("pread", pread(fd, buffer, 3, 4));
	say("\"%.3s\"\n", buffer);
	show("pwrite", pwrite(fd, "AB", 2, 8));
	show("pwrite beyond the end", pwrite(fd, "CD", 2, 12));
	show("the position", lseek(fd, 0, SEEK_CUR));
	show("pread at the end", pread(fd, buffer, 10, 14));
	show("pread far away", pread(fd, buffer, 10, 0x100000000LL));
	show("a negative offset", pread(fd, buffer, 1, -1));
	show("all", pread(fd, buffer, 16, 0));
	check("as it should be", memcmp(buffer, "01234567AB\0\0CD", 14) == 0);
	append = open("/tmp/file", O_RDWR | O_APPEND);
	show("pwrite with O_APPEND goes to the end", pwrite(append, "E", 1, 0));
	show("size", lseek(append, 0, SEEK_END));
	pipe(fds);
	show("a pipe", pread(fds[0], buffer, 1, 0));
	show("a closed descriptor", pread(99, buffer, 1, 0));
	return 0;
}
