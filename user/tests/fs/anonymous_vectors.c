// Anonymous files have no positions, and an eventfd takes each range of a vector as a write of its own.

#include "test.h"

#include <sys/uio.h>

static uint64_t values[2];

// Write two ranges of `first` and `second` bytes, each beginning with a value, and show what the counter got.
static void write_two(int fd, const char *what, size_t first, size_t second)
{
	struct iovec ranges[] = { { &values[0], first }, { &values[1], second } };
	uint64_t count = 0;

	values[0] = 3;
	values[1] = 4;
	show(what, writev(fd, ranges, 2));
	if (read(fd, &count, sizeof(count)) < 0)
		count = 0;
	say("  count %u\n", (unsigned int)count);
}

int main(void)
{
	struct iovec one = { values, sizeof(values[0]) },
		     halves[] = { { values, 4 }, { (char *)values + 4, 4 } };
	int event = (int)syscall(SYS_eventfd2, 0, O_NONBLOCK);
	int timer = (int)syscall(SYS_timerfd_create, CLOCK_MONOTONIC, O_NONBLOCK);
	sigset_t set = { { 1u << (SIGUSR1 - 1), 0 } };
	int signals = (int)syscall(SYS_signalfd4, -1, &set, 8, O_NONBLOCK);

	show("pread of an eventfd", pread(event, values, sizeof(values), 0));
	show("pwrite", pwrite(event, values, sizeof(values), 0));
	show("preadv", syscall(SYS_preadv, event, &one, 1, 0, 0));
	show("pwritev", syscall(SYS_pwritev, event, &one, 1, 0, 0));
	show("pread of a timerfd", pread(timer, values, sizeof(values), 0));
	show("pread of a signalfd", pread(signals, values, sizeof(values), 0));
	show("lseek", lseek(event, 1, SEEK_SET));

	write_two(event, "two values", 8, 8);
	write_two(event, "two halves", 4, 4);
	write_two(event, "a value, and a part", 8, 7);
	write_two(event, "more than a value first", 12, 8);
	values[0] = UINT64_MAX - 1;
	show("the greatest count", write(event, values, 8));
	write_two(event, "no room", 8, 8);
	values[0] = 5;
	show("one value", write(event, values, 8));
	show("read in halves", readv(event, halves, 2));
	return 0;
}
