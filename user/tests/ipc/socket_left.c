// The machine ends while a process has sockets with unread messages of every kind: for the audit, which
// looks at the machine's memory then.

#include "socket.h"

static void send_fds(int socket, int a, int b)
{
	char control[CMSG_SPACE(2 * sizeof(int))];
	struct cmsghdr *header = (void *)control;
	struct iovec iov = { "files", 5 };
	struct msghdr message = { .msg_iov = &iov,
		                  .msg_iovlen = 1,
		                  .msg_control = control,
		                  .msg_controllen = sizeof(control) };
	int fds[2] = { a, b };

	*header = (struct cmsghdr){ CMSG_LEN(sizeof(fds)), SOL_SOCKET, SCM_RIGHTS };
	memcpy(CMSG_DATA(header), fds, sizeof(fds));
	show("send files", sendmsg(socket, &message, 0));
}

// Leave messages, some of many pages, files and sockets among them, and a connection that was not
// accepted.
static void leave_sockets(void)
{
	static char bytes[50000];
	int pair[2], other[2], ends[2], server, client;

	pipe(ends);
	socketpair(AF_UNIX, SOCK_STREAM, 0, pair);
	socketpair(AF_UNIX, SOCK_SEQPACKET, 0, other);
	show("stream", send(pair[0], bytes, sizeof(bytes), 0));
	show("part of it", recv(pair[1], bytes, 5000, 0));
	show("packet", send(other[0], bytes, sizeof(bytes), 0));
	send_fds(other[0], ends[1], pair[0]);
	send_fds(pair[0], pair[0], pair[1]);
	close(pair[0]);
	close(ends[1]);
	server = socket(AF_UNIX, SOCK_STREAM, 0);
	bind_to(server, "/tmp/left");
	listen(server, 4);
	client = socket(AF_UNIX, SOCK_STREAM, 0);
	bind_to(client, "@left");
	show("connect", connect_to(client, "/tmp/left"));
	send_fds(client, server, ends[0]);
	close(client);
	client = socket(AF_UNIX, SOCK_DGRAM, 0);
	bind_to(client, "@datagrams");
	for (int i = 0; i < 3; i++) {
		int from = socket(AF_UNIX, SOCK_DGRAM, 0);

		connect_to(from, "@datagrams");
		show("datagram", send(from, bytes, (size_t)i * 3000, 0));
		close(from);
	}
}

int main(void)
{
	int ready[2];
	char byte;

	pipe(ready);
	if (fork_or_end() == 0) {
		leave_sockets();
		write(ready[1], "x", 1);
		pause();
	}
	read(ready[0], &byte, 1);
	return 0;
}
