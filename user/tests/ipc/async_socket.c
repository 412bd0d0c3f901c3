// O_ASYNC on sockets: messages, connections, ends, and room for more.

#include "async.h"
#include "socket.h"

static int ends[2];
static char bytes[65536];

static void pair(int type)
{
	socketpair(AF_UNIX, type | SOCK_NONBLOCK, 0, ends);
	signal_by(ends[0], REALTIME);
}

static void close_both(void)
{
	close(ends[0]);
	close(ends[1]);
}

static void show_kind(int type, const char *name)
{
	say("-- %s\n", name);
	pair(type);
	show("F_GETFL", fcntl(ends[0], F_GETFL));
	send(ends[1], "abc", 3, 0);
	show_signals("a message");
	send(ends[1], "abc", 3, 0);
	send(ends[1], "abc", 3, 0);
	show_signals("two messages");
	recv(ends[0], bytes, 2, 0);
	show_signals("received by itself");
	send(ends[0], "abc", 3, 0);
	recv(ends[1], bytes, 2, 0);
	show_signals("sent by itself");
	shutdown(ends[1], SHUT_RD);
	show_signals("the peer does not receive any more");
	shutdown(ends[1], SHUT_WR);
	show_signals("nor send");
	close_both();
	show_signals("closed");
	pair(type);
	shutdown(ends[1], SHUT_RDWR);
	show_signals("both at once");
	close_both();
	pair(type);
	close(ends[1]);
	show_signals("the peer closes");
	close(ends[0]);
}

// Fill the peer's queue, and let the peer read all.
static void show_room(int type, const char *name)
{
	int small = 4096;

	pair(type);
	setsockopt(ends[0], SOL_SOCKET, SO_SNDBUF, &small, sizeof(small));
	send(ends[0], bytes, 1000, 0);
	recv(ends[1], bytes, sizeof(bytes), 0);
	show_signals("room was never missing");
	while (send(ends[0], bytes, 1000, 0) > 0)
		continue;
	show_signals(name);
	while (recv(ends[1], bytes, sizeof(bytes), 0) > 0)
		continue;
	show_signals("all was read");
	close_both();
}

static void show_listener(void)
{
	int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0), client, server;

	bind_to(listener, "@async_socket");
	listen(listener, 5);
	signal_by(listener, REALTIME);
	client = socket(AF_UNIX, SOCK_STREAM, 0);
	signal_by(client, REALTIME);
	say("listener %d, client %d\n", listener, client);
	connect_to(client, "@async_socket");
	show_signals("a connection");
	server = accept(listener, NULL, NULL);
	show_signals("accepted");
	say("the new socket: O_ASYNC is %s\n", fcntl(server, F_GETFL) & O_ASYNC ? "set" : "clear");
	close(server);
	show_signals("closed");
	close(client);
	close(listener);
}

// The requests of sockets for the owner.
static void show_requests(void)
{
	int value = getpid(), other = -1, fd = socket(AF_UNIX, SOCK_STREAM, 0), fds[2];

	show("FIOSETOWN", ioctl(fd, 0x8901, &value));
	show("FIOGETOWN", ioctl(fd, 0x8903, &other));
	check("  this process", other == value);
	check("  F_GETOWN too", fcntl(fd, F_GETOWN) == value);
	value = -getpgrp();
	show("SIOCSPGRP", ioctl(fd, 0x8902, &value));
	show("SIOCGPGRP", ioctl(fd, 0x8904, &other));
	check("  this group", other == value);
	value = 4194000;
	show("no process", ioctl(fd, 0x8902, &value));
	show("a bad address", ioctl(fd, 0x8902, NULL));
	show("a bad address", ioctl(fd, 0x8904, NULL));
	close(fd);
	pipe(fds);
	show("of a pipe", ioctl(fds[0], 0x8904, &other));
	close(fds[0]);
	close(fds[1]);
}

// A datagram socket whose peer turns to another one gets an error.
static void show_error(void)
{
	int a = socket(AF_UNIX, SOCK_DGRAM, 0), b = socket(AF_UNIX, SOCK_DGRAM, 0);
	int c = socket(AF_UNIX, SOCK_DGRAM, 0);

	bind_to(a, "@async_a");
	bind_to(b, "@async_b");
	bind_to(c, "@async_c");
	connect_to(a, "@async_b");
	connect_to(b, "@async_a");
	signal_by(a, REALTIME);
	send(a, "x", 1, 0);
	connect_to(b, "@async_c");
	show_signals("the peer left messages unread");
	close(a);
	close(b);
	close(c);
}

int main(void)
{
	int i;

	block_signals();
	for (i = 0; i < 3; i++)
		show_kind(socket_types[i], type_names[i]);
	show_room(SOCK_STREAM, "a stream is full");
	show_room(SOCK_DGRAM, "a datagram socket is full");
	show_listener();
	show_requests();
	show_error();
	return 0;
}
