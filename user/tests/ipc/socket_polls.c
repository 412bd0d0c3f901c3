// stretch
// Thousands of polls wait for room in one queue, by many sockets: a message that is read wakes them all.

#include "../epoll.h"
#include "socket.h"
#include <sys/resource.h>

#define SOCKETS 300
#define SETS 64

static struct epoll_event events[SOCKETS];
static long sets[SETS];
static int sockets[SOCKETS];

// Print how many sockets each set reports, if all report the same number.
static void show_ready(const char *what)
{
	long first = raw(SYS_epoll_wait, sets[0], (long)events, SOCKETS, 0, 0);
	int others = 0;

	for (int i = 1; i < SETS; i++)
		others += raw(SYS_epoll_wait, sets[i], (long)events, SOCKETS, 0, 0) != first;
	say("%s: %ld sockets, %d sets differ\n", what, first, others);
}

int main(void)
{
	struct rlimit limit = { 1000, 1000 };
	int receiver = socket(AF_UNIX, SOCK_DGRAM, 0), count = 0;
	long failed = 0;

	setrlimit(RLIMIT_NOFILE, &limit);
	bind_to(receiver, "@polls");
	for (int i = 0; i < SETS; i++)
		sets[i] = create();
	for (int i = 0; i < SOCKETS; i++) {
		sockets[i] = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0);
		connect_to(sockets[i], "@polls");
	}
	while (send(sockets[0], "x", 1, 0) == 1)
		count++;
	say("%d messages fill the queue\n", count);
	for (int i = 0; i < SETS; i++)
		for (int j = 0; j < SOCKETS; j++)
			failed += control(sets[i], EPOLL_CTL_ADD, sockets[j], POLLOUT | EPOLLET,
			                  (uint64_t)j) != 0;
	show("failed", failed);
	show_ready("full");
	show_recv("receive", receiver, 1, 0);
	show_ready("room");
	show_ready("no change");
	show("send", send(sockets[1], "y", 1, 0));
	show("send", send(sockets[2], "y", 1, 0));
	show_ready("full");
	close(receiver);
	show_ready("closed");
	show("send", send(sockets[3], "y", 1, 0));
	return 0;
}
