// sendfile and copy_file_range: from one descriptor to another within the kernel.

#include "test.h"

#define SIZE 100000

static bool same_contents(const char *one, const char *two)
{
	int a = open(one, O_RDONLY), b = open(two, O_RDONLY);
	char x[1000], y[1000];
	ssize_t n, m;

	do {
		n = read(a, x, sizeof(x));
		m = read(b, y, sizeof(y));
	} while (n > 0 && n == m && memcmp(x, y, n) == 0);
	return n == 0 && m == 0;
}

// sendfile with an offset of 32 bits, at the end of what it can count.
static void send_far(int to)
{
	int from = open("/tmp/far", O_RDWR | O_CREAT | O_LARGEFILE, 0600), offset = 0x7ffffffd;

	syscall(SYS_ftruncate64, from, 0, 1); // 4 GiB
	show("up to 2^31 - 1", syscall(SYS_sendfile, to, from, &offset, 10));
	say("  which moved to 0x%x\n", offset);
	show("at 2^31 - 1", syscall(SYS_sendfile, to, from, &offset, 10));
	show("of no bytes", syscall(SYS_sendfile, to, from, &offset, 0));
	offset = -1;
	show("below 0", syscall(SYS_sendfile, to, from, &offset, 10));
	lseek(from, 0x7ffffffd, SEEK_SET);
	show("without an offset", syscall(SYS_sendfile, to, from, NULL, 10));
	unlink("/tmp/far");
	close(from);
}

// Files that have no contents to send.
static void send_from_others(int to)
{
	uint64_t one = 1;
	int event = (int)syscall(SYS_eventfd2, 1, O_NONBLOCK);
	int timer = (int)syscall(SYS_timerfd_create, CLOCK_MONOTONIC, O_NONBLOCK);

	show("from an eventfd", syscall(SYS_sendfile64, to, event, NULL, 8));
	show("  which keeps its count", read(event, &one, 8));
	show("from a timerfd", syscall(SYS_sendfile64, to, timer, NULL, 8));
	show("from a directory", syscall(SYS_sendfile64, to, open("/tmp", O_RDONLY), NULL, 8));
	show("from zeroes", syscall(SYS_sendfile64, to, open("/dev/zero", O_RDONLY), NULL, 8));
}

int main(void)
{
	static char data[SIZE];
	int from, to, fds[2];
	long long offset = 10;
	size_t i;

	for (i = 0; i < SIZE; i++)
		data[i] = (char)(i * 31 >> 3);
	from = open("/tmp/from", O_RDWR | O_CREAT, 0600);
	to = open("/tmp/to", O_RDWR | O_CREAT, 0600);
	write(from, data, SIZE);
	lseek(from, 0, SEEK_SET);
	show("sendfile", syscall(SYS_sendfile64, to, from, NULL, 1000000));
	check("the copy is right", same_contents("/tmp/from", "/tmp/to"));
	show("at the end", syscall(SYS_sendfile64, to, from, NULL, 10));
	show("from an offset", syscall(SYS_sendfile64, to, from, &offset, 5));
	say("  which moved to %lld, the position is %lld\n", offset,
	    (long long)lseek(from, 0, SEEK_CUR));
	pipe(fds);
	offset = 0;
	show("into a pipe", syscall(SYS_sendfile64, fds[1], from, &offset, 100));
	show("from a pipe", syscall(SYS_sendfile64, to, fds[0], NULL, 100));
	send_far(to);
	send_from_others(to);
	show("from a closed descriptor", syscall(SYS_sendfile64, to, 99, NULL, 100));

	close(to);
	to = open("/tmp/third", O_RDWR | O_CREAT, 0600);
	lseek(from, 0, SEEK_SET);
	show("copy_file_range", syscall(SYS_copy_file_range, from, NULL, to, NULL, 1000000, 0));
	check("the copy is right", same_contents("/tmp/from", "/tmp/third"));
	show("with flags", syscall(SYS_copy_file_range, from, NULL, to, NULL, 10, 1));
	show("of a pipe", syscall(SYS_copy_file_range, fds[0], NULL, to, NULL, 10, 0));
	return 0;
}
