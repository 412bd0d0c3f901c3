// The calls of sockets by socketcall, several messages in one call, and limits of descriptors.

#include "socket.h"
#include <sys/resource.h>

static long call(long number, long a, long b, long c, long d, long e, long f)
{
	long args[] = { a, b, c, d, e, f };

	return syscall(SYS_socketcall, number, args);
}

static void by_number(void)
{
	struct sockaddr_un address, name = { .sun_family = AF_UNIX, .sun_path = "/tmp/number" };
	socklen_t length = sizeof(address);
	char text[20] = "";
	int server = (int)call(SOCKET_SOCKET, AF_UNIX, SOCK_STREAM, 0, 0, 0, 0), client, fd;
	int value = 0, pair[2];

	check("socket", server >= 0);
	show("bind", call(SOCKET_BIND, server, (long)&name, sizeof(name), 0, 0, 0));
	show("listen", call(SOCKET_LISTEN, server, 3, 0, 0, 0, 0));
	client = (int)call(SOCKET_SOCKET, AF_UNIX, SOCK_STREAM, 0, 0, 0, 0);
	show("connect", call(SOCKET_CONNECT, client, (long)&name, sizeof(name), 0, 0, 0));
	fd = (int)call(SOCKET_ACCEPT, server, 0, 0, 0, 0, 0);
	check("accept", fd >= 0);
	show("getsockname", call(SOCKET_GETSOCKNAME, fd, (long)&address, (long)&length, 0, 0, 0));
	show_address("name", &address, length);
	length = sizeof(address);
	show("getpeername",
	     call(SOCKET_GETPEERNAME, client, (long)&address, (long)&length, 0, 0, 0));
	show_address("peer", &address, length);
	show("send", call(SOCKET_SEND, client, (long)"abc", 3, 0, 0, 0));
	show("recv", call(SOCKET_RECV, fd, (long)text, 20, 0, 0, 0));
	show("sendto", call(SOCKET_SENDTO, client, (long)"abc", 3, 0, 0, 0));
	show("sendto an address",
	     call(SOCKET_SENDTO, client, (long)"abc", 3, 0, (long)&name, sizeof(name)));
	show("recvfrom", call(SOCKET_RECVFROM, fd, (long)text, 20, 0, 0, 0));
	length = sizeof(value);
	show("getsockopt",
	     call(SOCKET_GETSOCKOPT, fd, SOL_SOCKET, SO_TYPE, (long)&value, (long)&length, 0));
	show("setsockopt", call(SOCKET_SETSOCKOPT, fd, SOL_SOCKET, SO_PASSCRED, (long)&value, 4, 0));
	show("shutdown", call(SOCKET_SHUTDOWN, fd, SHUT_RDWR, 0, 0, 0, 0));
	show("accept4", call(SOCKET_ACCEPT4, server, 0, 0, 1, 0, 0));
	show("socketpair", call(SOCKET_SOCKETPAIR, AF_UNIX, SOCK_DGRAM, 0, (long)&pair, 0, 0));
	close(server);
	close(client);
	close(fd);
	close(pair[0]);
	close(pair[1]);
	unlink("/tmp/number");
}

static char texts[4][8];
static struct iovec ranges[4];
static struct mmsghdr messages[4];

static void prepare(size_t size)
{
	memset(messages, 0, sizeof(messages));
	for (int i = 0; i < 4; i++) {
		ranges[i] = (struct iovec){ texts[i], size };
		messages[i].msg_hdr.msg_iov = &ranges[i];
		messages[i].msg_hdr.msg_iovlen = 1;
		messages[i].msg_len = 77;
	}
}

static void several(void)
{
	struct timespec timeout = { 0, 0 };
	int pair[2];

	socketpair(AF_UNIX, SOCK_DGRAM, 0, pair);
	for (int i = 0; i < 4; i++)
		snprintf(texts[i], sizeof(texts[i]), "text %d", i);
	prepare(6);
	show("sendmmsg", syscall(SYS_sendmmsg, pair[0], messages, 3, 0));
	say("lengths %u %u %u %u\n", messages[0].msg_len, messages[1].msg_len, messages[2].msg_len,
	    messages[3].msg_len);
	messages[1].msg_hdr.msg_iov = (void *)1;
	show("a bad second one", syscall(SYS_sendmmsg, pair[0], messages, 3, 0));
	messages[0].msg_hdr.msg_iov = (void *)1;
	show("a bad first one", syscall(SYS_sendmmsg, pair[0], messages, 3, 0));
	prepare(7);
	memset(texts, 0, sizeof(texts));
	show("recvmmsg", syscall(SYS_recvmmsg, pair[1], messages, 2, 0, NULL));
	say("%s, %s\n", texts[0], texts[1]);
	show("MSG_WAITFORONE", syscall(SYS_recvmmsg, pair[1], messages, 4, MSG_WAITFORONE, NULL));
	show("nothing left", syscall(SYS_recvmmsg, pair[1], messages, 4, MSG_DONTWAIT, NULL));
	show("none", syscall(SYS_recvmmsg, pair[1], messages, 0, MSG_DONTWAIT, NULL));
	send(pair[0], "x", 1, 0);
	send(pair[0], "y", 1, 0);
	show("no time", syscall(SYS_recvmmsg, pair[1], messages, 4, 0, &timeout));
	timeout.tv_nsec = 1000000000;
	show("bad time", syscall(SYS_recvmmsg, pair[1], messages, 4, 0, &timeout));
	show("time at a bad address", syscall(SYS_recvmmsg, pair[1], messages, 4, 0, 1));
	show("no socket", syscall(SYS_recvmmsg, 1, messages, 4, 0, 0));
	messages[1].msg_hdr.msg_iov = (void *)1;
	send(pair[0], "z", 1, 0);
	show("a bad second one", syscall(SYS_recvmmsg, pair[1], messages, 4, MSG_DONTWAIT, 0));
	show("then", syscall(SYS_recvmmsg, pair[1], messages, 4, MSG_DONTWAIT, 0));
	close(pair[0]);
	close(pair[1]);
}

// Descriptors that cannot be received are lost, and so is a connection that cannot be opened.
static void few_descriptors(void)
{
	struct rlimit limit = { 6, 6 };
	char control[64], byte;
	struct cmsghdr *header = (void *)control;
	struct iovec iov = { &byte, 1 };
	struct msghdr message = {
		.msg_iov = &iov, .msg_iovlen = 1, .msg_control = control, .msg_controllen = 20
	};
	int pair[2], two[2] = { 1, 1 };

	socketpair(AF_UNIX, SOCK_STREAM, 0, pair);
	setrlimit(RLIMIT_NOFILE, &limit);
	show("a pair", socketpair(AF_UNIX, SOCK_STREAM, 0, two));
	two[0] = two[1] = 1;
	header->cmsg_len = CMSG_LEN(sizeof(two));
	header->cmsg_level = SOL_SOCKET;
	header->cmsg_type = SCM_RIGHTS;
	memcpy(CMSG_DATA(header), two, sizeof(two));
	show("send two", sendmsg(pair[0], &message, 0));
	message.msg_controllen = sizeof(control);
	show("receive", recvmsg(pair[1], &message, 0));
	say("flags %#x, control %zu\n", message.msg_flags, message.msg_controllen);
}

int main(void)
{
	by_number();
	several();
	few_descriptors();
	return 0;
}
