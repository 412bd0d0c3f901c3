// Two readers of one stream, where a page that is not present lets the other come between: the first reader
// has the files of a message, the second takes the rest of that message. The first must end before a
// message with other files.

#include "../thread.h"
#include "../uffd.h"
#include "fds.h"
#include <sys/uio.h>

#define FIRST \
	4090u // more bytes than the first piece of a message has: it is copied, the second one is not
#define SIZE 6000u
#define SECOND 10u

static char bytes[SIZE], buffer[SIZE];
static int pair[2];
static volatile long result;
static char control_data[64];
static struct iovec ranges[2];
static struct msghdr message = { .msg_iov = ranges,
	                         .msg_iovlen = 2,
	                         .msg_control = control_data,
	                         .msg_controllen = sizeof(control_data) };

static void read_first(void *arg)
{
	(void)arg;
	result = raw(SYS_recvmsg, pair[1], (long)&message, 0, 0, 0);
}

// Send a message with the writing end of a new pipe, and return the reading end.
static int send_pipe(size_t size)
{
	int ends[2];

	pipe(ends);
	fcntl(ends[0], F_SETFL, O_NONBLOCK);
	show("send", send_with(pair[0], bytes, size, &ends[1], 1));
	close(ends[1]);
	return ends[0];
}

static void show_open(const char *what, int end)
{
	char byte;

	say("%s: %s\n", what, read(end, &byte, 1) == 0 ? "closed" : "open");
}

int main(void)
{
	static struct test_thread thread;
	struct uffd_msg fault;
	int uffd = uffd_ready(0, 0), first, second, received, unread;
	long n, rest;

	window = map_memory(2);
	uffd_register(uffd, window, PAGE, MISSING, NULL);
	socketpair(AF_UNIX, SOCK_STREAM, 0, pair);
	first = send_pipe(SIZE);
	second = send_pipe(SECOND);
	ranges[0] = (struct iovec){ buffer, FIRST };
	ranges[1] = (struct iovec){ window, PAGE };
	start_thread(&thread, 0, read_first, NULL);
	next_message(uffd, &fault);
	ioctl(pair[1], FIONREAD, &unread);
	rest = recv(pair[1], bytes, (size_t)unread - SECOND, 0);
	uffd_zeropage(uffd, window, PAGE, 0);
	join_thread(&thread);
	n = result;
	check("both together have the first message", n + rest == (long)SIZE && n > 0);
	check("one descriptor", message.msg_controllen == CMSG_LEN(sizeof(int)));
	memcpy(&received, CMSG_DATA((struct cmsghdr *)control_data), sizeof(received));
	show_open("the first pipe", first);
	close(received);
	show_open("closed, the first pipe", first);
	show_open("the second pipe", second);
	show("receive", recv(pair[1], bytes, SIZE, 0));
	show_open("received, the second pipe", second);
	return 0;
}
