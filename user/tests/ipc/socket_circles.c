// Sockets that only messages refer to, in circles of any form, are closed: a pipe in such a message
// reports its end. Descriptors in flight count against the sender's limit.

#include "socket.h"
#include <sys/resource.h>

static ssize_t send_fds(int socket, const int *fds, size_t count)
{
	char control[CMSG_SPACE(8 * sizeof(int))];
	struct cmsghdr *header = (void *)control;
	struct iovec iov = { "x", 1 };
	struct msghdr message = { .msg_iov = &iov,
		                  .msg_iovlen = 1,
		                  .msg_control = control,
		                  .msg_controllen = CMSG_SPACE(count * sizeof(int)) };

	header->cmsg_len = CMSG_LEN(count * sizeof(int));
	header->cmsg_level = SOL_SOCKET;
	header->cmsg_type = SCM_RIGHTS;
	memcpy(CMSG_DATA(header), fds, count * sizeof(int));
	return sendmsg(socket, &message, MSG_DONTWAIT);
}

static int ends[2];

// Make a pipe whose writing end is put into a circle.
static void make_pipe(void)
{
	pipe(ends);
	fcntl(ends[0], F_SETFL, O_NONBLOCK);
}

// Close the last descriptor of a circle and another socket, so that the circle is looked for.
static void show_end(const char *what)
{
	struct pollfd poll_fd = { .fd = ends[0], .events = POLLIN };
	char byte;
	int other[2];

	show(what, read(ends[0], &byte, 1));
	socketpair(AF_UNIX, SOCK_STREAM, 0, other);
	close(other[0]);
	close(other[1]);
	show("the pipe has no writer any more", poll(&poll_fd, 1, 10000));
	show("after the search", read(ends[0], &byte, 1));
	close(ends[0]);
}

static void itself(int type)
{
	int pair[2], fds[3];

	make_pipe();
	socketpair(AF_UNIX, type, 0, pair);
	fds[0] = pair[0];
	fds[1] = pair[1];
	fds[2] = ends[1];
	show("a pair in its own queue", send_fds(pair[0], fds, 3));
	close(pair[0]);
	close(pair[1]);
	close(ends[1]);
	show_end("closed");
}

static void two_pairs(void)
{
	int a[2], b[2], fds[3];

	make_pipe();
	socketpair(AF_UNIX, SOCK_STREAM, 0, a);
	socketpair(AF_UNIX, SOCK_STREAM, 0, b);
	fds[0] = a[0];
	fds[1] = a[1];
	fds[2] = ends[1];
	show("first into second", send_fds(b[0], fds, 3));
	fds[0] = b[0];
	fds[1] = b[1];
	show("second into first", send_fds(a[0], fds, 2));
	close(a[0]);
	close(a[1]);
	close(b[0]);
	close(b[1]);
	close(ends[1]);
	show_end("closed");
}

// A circle that a program can still reach stays.
static void reachable(void)
{
	char byte, control[64];
	int a[2], b[2], fds[2], other[2];
	struct iovec iov = { &byte, 1 };
	struct msghdr message = { .msg_iov = &iov,
		                  .msg_iovlen = 1,
		                  .msg_control = control,
		                  .msg_controllen = sizeof(control) };

	make_pipe();
	socketpair(AF_UNIX, SOCK_STREAM, 0, a);
	socketpair(AF_UNIX, SOCK_STREAM, 0, b);
	fds[0] = ends[1];
	send_fds(a[0], fds, 1);
	fds[0] = a[1];
	send_fds(b[0], fds, 1);
	close(ends[1]);
	close(a[0]);
	close(a[1]);
	socketpair(AF_UNIX, SOCK_STREAM, 0, other);
	close(other[0]);
	close(other[1]);
	show("still open", read(ends[0], &byte, 1));
	show("receive the socket", recvmsg(b[1], &message, 0));
	memcpy(fds, CMSG_DATA((struct cmsghdr *)control), sizeof(int));
	message.msg_controllen = sizeof(control);
	show("receive the pipe from it", recvmsg(fds[0], &message, 0));
	memcpy(&fds[1], CMSG_DATA((struct cmsghdr *)control), sizeof(int));
	show("write to it", write(fds[1], "y", 1));
	show("read", read(ends[0], &byte, 1));
	close(fds[0]);
	close(fds[1]);
	close(b[0]);
	close(b[1]);
	close(ends[0]);
}

// A listener in the queue of a connection that it has not accepted.
static void listener(void)
{
	struct sockaddr_un address;
	socklen_t length;
	int server = socket(AF_UNIX, SOCK_STREAM, 0), client = socket(AF_UNIX, SOCK_STREAM, 0);
	int fds[3];

	make_pipe();
	address = address_of("@circle", &length);
	bind(server, &address, length);
	listen(server, 5);
	connect(client, &address, length);
	fds[0] = server;
	fds[1] = client;
	fds[2] = ends[1];
	show("a listener in its connection", send_fds(client, fds, 3));
	close(server);
	close(client);
	close(ends[1]);
	show_end("closed");
	client = socket(AF_UNIX, SOCK_STREAM, 0);
	show("its name is free", bind(client, &address, length));
	close(client);
}

// A chain of sockets, each in the queue of the next: its end needs no deep recursion.
static void chain(void)
{
	int before[2], pair[2], fds[1];

	make_pipe();
	socketpair(AF_UNIX, SOCK_STREAM, 0, before);
	fds[0] = ends[1];
	send_fds(before[0], fds, 1);
	close(ends[1]);
	close(before[0]);
	for (int i = 0; i < 500; i++) {
		socketpair(AF_UNIX, SOCK_STREAM, 0, pair);
		fds[0] = before[1];
		if (send_fds(pair[0], fds, 1) != 1)
			say("send: %s\n", error_name(errno));
		close(before[1]);
		close(pair[0]);
		before[1] = pair[1];
	}
	close(before[1]);
	show_end("a chain of 500");
}

static void limit(void)
{
	struct rlimit limit = { 20, 20 };
	int pair[2], fds[8], count = 0;

	if (fork() == 0) {
		setrlimit(RLIMIT_NOFILE, &limit);
		syscall(SYS_setresuid32, 5, 5, 5);
		socketpair(AF_UNIX, SOCK_STREAM, 0, pair);
		for (int i = 0; i < 8; i++)
			fds[i] = 1;
		while (count < 100 && send_fds(pair[0], fds, 1) == 1)
			count++;
		say("%d in flight, then %s\n", count, error_name(errno));
		close(pair[0]);
		close(pair[1]);
		_exit(0);
	}
	wait(NULL);
}

int main(void)
{
	for (size_t i = 0; i < COUNT(socket_types); i++)
		itself(socket_types[i]);
	two_pairs();
	reachable();
	listener();
	chain();
	limit();
	return 0;
}
