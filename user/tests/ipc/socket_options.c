// Options of sockets: their first values, what can be set, what is refused.

#include "socket.h"

static int fd;

static void get(const char *what, int option)
{
	int value[4] = { -7, -7, -7, -7 };
	socklen_t length = sizeof(value);

	if (getsockopt(fd, SOL_SOCKET, option, value, &length))
		say("%s: %s\n", what, error_name(errno));
	else
		say("%s: %d, length %u\n", what, value[0], length);
}

static void set(const char *what, int option, int value)
{
	show(what, setsockopt(fd, SOL_SOCKET, option, &value, sizeof(value)));
}

static void first_values(int type)
{
	fd = socket(AF_UNIX, type, 0);
	get("SO_TYPE", SO_TYPE);
	get("SO_DOMAIN", SO_DOMAIN);
	get("SO_PROTOCOL", SO_PROTOCOL);
	get("SO_ERROR", SO_ERROR);
	get("SO_SNDBUF", SO_SNDBUF);
	get("SO_RCVBUF", SO_RCVBUF);
	get("SO_ACCEPTCONN", SO_ACCEPTCONN);
	get("SO_PASSCRED", SO_PASSCRED);
	get("SO_PEERCRED", SO_PEERCRED);
	get("SO_RCVLOWAT", SO_RCVLOWAT);
	get("SO_SNDLOWAT", SO_SNDLOWAT);
	get("SO_RCVTIMEO", SO_RCVTIMEO);
	get("SO_SNDTIMEO_NEW", SO_SNDTIMEO_NEW);
	get("SO_LINGER", SO_LINGER);
	get("SO_PRIORITY", SO_PRIORITY);
	get("SO_REUSEADDR", SO_REUSEADDR);
	get("SO_REUSEPORT", SO_REUSEPORT);
	get("option 999", 999);
	bind_to(fd, "@options");
	listen(fd, 1);
	get("SO_ACCEPTCONN", SO_ACCEPTCONN);
	close(fd);
}

static void setting(void)
{
	struct timeval timeout = { 3, 0 };
	struct linger linger = { 1, 20 };
	int value = 1;

	fd = socket(AF_UNIX, SOCK_STREAM, 0);
	set("SO_SNDBUF 20000", SO_SNDBUF, 20000);
	get("SO_SNDBUF", SO_SNDBUF);
	set("SO_SNDBUF 1", SO_SNDBUF, 1);
	get("SO_SNDBUF", SO_SNDBUF);
	set("SO_SNDBUF 1000000", SO_SNDBUF, 1000000);
	get("SO_SNDBUF", SO_SNDBUF);
	set("SO_RCVBUF 1", SO_RCVBUF, 1);
	get("SO_RCVBUF", SO_RCVBUF);
	set("SO_SNDBUFFORCE", SO_SNDBUFFORCE, 300000);
	get("SO_SNDBUF", SO_SNDBUF);
	set("SO_PASSCRED", SO_PASSCRED, 2);
	get("SO_PASSCRED", SO_PASSCRED);
	set("SO_REUSEADDR", SO_REUSEADDR, 1);
	get("SO_REUSEADDR", SO_REUSEADDR);
	set("SO_REUSEPORT", SO_REUSEPORT, 1);
	set("SO_KEEPALIVE", SO_KEEPALIVE, 1);
	get("SO_KEEPALIVE", SO_KEEPALIVE);
	set("SO_RCVLOWAT 5", SO_RCVLOWAT, 5);
	get("SO_RCVLOWAT", SO_RCVLOWAT);
	set("SO_RCVLOWAT 0", SO_RCVLOWAT, 0);
	get("SO_RCVLOWAT", SO_RCVLOWAT);
	set("SO_TYPE", SO_TYPE, 1);
	set("SO_ERROR", SO_ERROR, 1);
	set("SO_ACCEPTCONN", SO_ACCEPTCONN, 1);
	set("SO_PEERCRED", SO_PEERCRED, 1);
	set("SO_PRIORITY", SO_PRIORITY, 6);
	get("SO_PRIORITY", SO_PRIORITY);
	show("SO_RCVTIMEO", setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof(timeout)));
	get("SO_RCVTIMEO", SO_RCVTIMEO);
	get("SO_RCVTIMEO_NEW", SO_RCVTIMEO_NEW);
	show("too short", setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &timeout, 7));
	timeout.tv_usec = 1000000;
	show("a second of microseconds",
	     setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof(timeout)));
	show("SO_LINGER", setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger)));
	get("SO_LINGER", SO_LINGER);
	show("SO_LINGER, an int", setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, 4));
	show("three bytes", setsockopt(fd, SOL_SOCKET, SO_PASSCRED, &value, 3));
	show("length -1", setsockopt(fd, SOL_SOCKET, SO_PASSCRED, &value, (socklen_t)-1));
	show("bad address", setsockopt(fd, SOL_SOCKET, SO_PASSCRED, (void *)1, 4));
	show("another level", setsockopt(fd, 6, 1, &value, 4));
	show("option 999", setsockopt(fd, SOL_SOCKET, 999, &value, 4));
	show("no socket", setsockopt(1, SOL_SOCKET, SO_PASSCRED, &value, 4));
	show("not open", setsockopt(99, SOL_SOCKET, SO_PASSCRED, &value, 4));
	close(fd);
}

static void lengths(void)
{
	char bytes[8] = { 9, 9, 9, 9, 9, 9, 9, 9 };
	socklen_t length = 2;
	int value;

	fd = socket(AF_UNIX, SOCK_SEQPACKET, 0);
	show("two bytes", getsockopt(fd, SOL_SOCKET, SO_TYPE, bytes, &length));
	say("length %u: %d %d %d\n", length, bytes[0], bytes[1], bytes[2]);
	length = 0;
	show("none", getsockopt(fd, SOL_SOCKET, SO_TYPE, bytes, &length));
	length = (socklen_t)-1;
	show("length -1", getsockopt(fd, SOL_SOCKET, SO_TYPE, bytes, &length));
	length = 4;
	show("bad address", getsockopt(fd, SOL_SOCKET, SO_TYPE, (void *)1, &length));
	show("bad length", getsockopt(fd, SOL_SOCKET, SO_TYPE, &value, (void *)1));
	show("another level", getsockopt(fd, 6, 1, &value, &length));
	show("no socket", getsockopt(1, SOL_SOCKET, SO_TYPE, &value, &length));
	close(fd);
}

int main(void)
{
	for (size_t i = 0; i < COUNT(socket_types); i++) {
		say("-- %s\n", type_names[i]);
		first_values(socket_types[i]);
	}
	setting();
	lengths();
	return 0;
}
