// Pipes that do not wait: what fits goes in, and small writes go in whole or not at all.

#include "test.h"

static char block[100000];

static long fill(int fd, size_t size)
{
	long total = 0;
	ssize_t n;

	while ((n = write(fd, block, size)) > 0)
		total += n;
	return total;
}

int main(void)
{
	int fds[2];

	pipe2(fds, O_NONBLOCK);
	show("read from an empty one", read(fds[0], block, 10));
	show("a large write", write(fds[1], block, sizeof(block)));
	show("another", write(fds[1], block, 1));
	show("read a page", read(fds[0], block, 4096));
	show("write more than that", write(fds[1], block, 5000));
	show("read a little", read(fds[0], block, 100));
	show("then a page does not fit whole", write(fds[1], block, 4096));
	while (read(fds[0], block, sizeof(block)) > 0)
		;
	say("%ld bytes fit in pages\n", fill(fds[1], 4096));
	close(fds[1]);
	while (read(fds[0], block, sizeof(block)) > 0)
		;
	show("read when all writers are gone", read(fds[0], block, 10));
	close(fds[0]);

	pipe(fds);
	fcntl(fds[0], F_SETFL, O_NONBLOCK);
	show("the flag set later", read(fds[0], block, 10));
	return 0;
}
