// epoll_wait returns as many events as there are and as fit, however many, also into memory that was
// never touched; each file once.

#include "../epoll.h"
#include <poll.h>
#include <sys/mman.h>

#define FILES 900
#define PAGE 4096

static char seen[FILES];

// Wait with room for `room` events, and show how many files came, each once.
static void batch(const char *what, long set, struct epoll_event *events, int room)
{
	long n = raw(SYS_epoll_wait, set, (long)events, room, 0, 0);
	int once = 0, again = 0;

	memset(seen, 0, sizeof(seen));
	for (long i = 0; i < n; i++) {
		once += !seen[events[i].data];
		again += seen[events[i].data];
		seen[events[i].data] = 1;
	}
	say("%s: %ld, files %d, again %d\n", what, n, once, again);
}

static struct epoll_event *fresh(size_t pages)
{
	return mmap(NULL, pages * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
}

// Change the flags of all files.
static void modify(long set, const long *fds, unsigned int events)
{
	for (int i = 0; i < FILES; i++)
		control(set, EPOLL_CTL_MOD, fds[i], events, (uint64_t)i);
}

int main(void)
{
	static struct epoll_event events[2 * FILES];
	static long fds[FILES];
	long set = create();
	char *bad;

	for (int i = 0; i < FILES; i++) {
		fds[i] = event_fd(1, 0);
		control(set, EPOLL_CTL_ADD, fds[i], POLLIN, (uint64_t)i);
	}
	batch("all fit", set, events, 2 * FILES);
	batch("exactly", set, events, FILES);
	batch("some", set, events, 700);
	batch("memory that was never touched", set, fresh(4), FILES);
	bad = (char *)fresh(3);
	munmap(bad + 2 * PAGE, PAGE);
	batch("the third page is missing", set, (struct epoll_event *)bad, FILES);
	batch("none is missing", set, events, FILES);
	modify(set, fds, POLLIN | EPOLLET);
	batch("edges", set, events, FILES);
	batch("edges again", set, events, FILES);
	modify(set, fds, POLLIN | EPOLLONESHOT);
	batch("one shot, 600 of them", set, events, 600);
	batch("the others", set, events, FILES);
	batch("used up", set, events, FILES);
	return 0;
}
