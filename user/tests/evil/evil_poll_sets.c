// poll and select with sets that are huge, lie across holes, name the same file a thousand times, or
// name files that are closed meanwhile.

#include "evil.h"
#include <poll.h>

static struct pollfd many[2000];
static int ends[2];

static void close_both(void)
{
	sleep_ms(5);
	close(ends[0]);
	close(ends[1]);
}

static long select_of(long n, void *set)
{
	long moment[2] = { 0, 0 };

	return syscall(SYS__newselect, n, set, set, set, moment);
}

int main(void)
{
	static char stack[16384] __attribute__((aligned(16)));
	unsigned char *edge;
	pid_t pid;

	evil_begin();
	edge = (unsigned char *)(uintptr_t)(REGION + 2 * PAGE - 8);
	memset(edge, 0, 8);
	show("poll of 2^32 - 1", syscall(SYS_poll, many, -1, 0));
	show("poll of 2^31", syscall(SYS_poll, many, 0x80000000, 0));
	show("poll of a million", syscall(SYS_poll, many, 1000000, 0));
	show("poll across a hole", syscall(SYS_poll, edge, 2, 0));
	memset((void *)(uintptr_t)REGION, 0xff, 64);
	show("poll at an odd address", syscall(SYS_poll, REGION + 1, 3, 0));
	pipe(ends);
	for (size_t i = 0; i < 1000; i++)
		many[i] = (struct pollfd){ .fd = ends[1], .events = POLLOUT };
	show("poll of the same a thousand times", poll(many, 1000, 0));
	for (size_t i = 0; i < 1000; i++)
		many[i].fd = (int)(i * 0x10001);
	show("poll of wild numbers", poll(many, 1000, 0) > 900);
	for (size_t i = 0; i < 1000; i++)
		many[i].fd = -1 - (int)i;
	show("poll of less than 0", poll(many, 1000, 0));
	show("select of -1", select_of(-1, many));
	show("select of 2^30", select_of(1 << 30, edge));
	show("select across a hole", select_of(1024, edge));
	show("select in the kernel", select_of(64, (void *)(uintptr_t)KERNEL_TEXT));
	memset(edge, 0xff, 8);
	show("select of what is closed", select_of(64, edge));
	many[0] = (struct pollfd){ .fd = ends[0], .events = POLLIN };
	pid = share_space(close_both, stack + sizeof(stack), CLONE_VM | 0x400 | SIGCHLD);
	show("poll of what is closed meanwhile", poll(many, 1, 20));
	waitpid(pid, NULL, 0);
	return evil_end();
}
