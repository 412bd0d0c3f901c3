// readv and writev: several buffers in one call.

#include "test.h"
#include <sys/uio.h>

int main(void)
{
	char one[4] = "", two[8] = "", three[16] = "";
	struct iovec out[] = { { "abc", 3 }, { NULL, 0 }, { "defgh", 5 }, { "i", 1 } };
	struct iovec in[] = { { one, 3 }, { two, 2 }, { three, 15 } };
	struct iovec bad[] = { { one, 1 }, { two, 0x80000000u } };
	int fds[2], fd;

	pipe(fds);
	show("writev", writev(fds[1], out, 4));
	show("readv", readv(fds[0], in, 3));
	say("\"%s\" \"%s\" \"%s\"\n", one, two, three);
	fd = open("/tmp/file", O_RDWR | O_CREAT, 0644);
	show("writev to a file", writev(fd, out, 4));
	show("no buffers", writev(fd, out, 0));
	show("a negative number of them", syscall(SYS_writev, fd, out, -1));
	show("too many", syscall(SYS_writev, fd, out, 1025));
	show("a length that is too large", writev(fd, bad, 2));
	lseek(fd, 0, SEEK_SET);
	show("readv from a file", readv(fd, in, 3));
	show("readv at its end", readv(fd, in, 3));
	show("a closed descriptor", readv(99, in, 3));
	show("the wrong end", readv(fds[1], in, 3));
	return 0;
}
