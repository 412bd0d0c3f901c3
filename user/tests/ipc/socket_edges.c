// A wakeup of a socket tells sets of files which event it is for: room to send is no new message, and a
// message is no new room.

#include "../epoll.h"
#include <poll.h>
#include <sys/socket.h>

// Show the events of a set, without waiting.
static void look(const char *what, long set)
{
	wait_set(what, set, 0);
}

static void pair_of(const char *what, int type, int fds[2])
{
	say("-- %s\n", what);
	show("socketpair", socketpair(AF_UNIX, type, 0, fds));
}

// The peer takes a message while one of its own is unread.
static void room_is_no_message(const char *what, int type)
{
	long in = create(), out = create();
	char bytes[8];
	int fds[2];

	pair_of(what, type, fds);
	control(in, EPOLL_CTL_ADD, fds[0], POLLIN | EPOLLET, 1);
	control(out, EPOLL_CTL_ADD, fds[0], POLLOUT | EPOLLET, 2);
	look("out, at first", out);
	send(fds[0], "ab", 2, 0);
	send(fds[1], "cd", 2, 0);
	look("a message", in);
	look("a message, out", out);
	recv(fds[1], bytes, sizeof(bytes), 0);
	look("the peer has received", in);
	look("the peer has received, out", out);
	send(fds[1], "ef", 2, 0);
	look("another message", in);
	look("another message, out", out);
	shutdown(fds[1], SHUT_WR);
	look("the peer has shut down", in);
	look("the peer has shut down, out", out);
	close(fds[1]);
	look("the peer has closed", in);
	look("the peer has closed, out", out);
	close(fds[0]);
}

int main(void)
{
	room_is_no_message("stream", SOCK_STREAM);
	room_is_no_message("datagram", SOCK_DGRAM);
	room_is_no_message("seqpacket", SOCK_SEQPACKET);
	return 0;
}
