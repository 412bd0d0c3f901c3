// Names of sockets: paths and abstract names, bind, connect, listen and accept, and every error.

#include "socket.h"

static void show_names(const char *what, int fd)
{
	struct sockaddr_un address;
	socklen_t length = sizeof(address);

	if (show(what, getsockname(fd, &address, &length)) == 0)
		show_address("name", &address, length);
	length = sizeof(address);
	if (show("getpeername", getpeername(fd, &address, &length)) == 0)
		show_address("peer", &address, length);
}

static void binding(void)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0), other = socket(AF_UNIX, SOCK_STREAM, 0);
	struct stat st;

	show_names("unbound", fd);
	show("no length", bind(fd, &address, 0));
	show("length 1", bind(fd, &address, 1));
	show("length 111", bind(fd, &address, 111));
	show("length 129", bind(fd, &address, 129));
	show("length -1", bind(fd, &address, (socklen_t)-1));
	show("bad address", bind(fd, (void *)1, 10));
	address.sun_family = AF_INET;
	show("another family", bind(fd, &address, sizeof(address)));
	show("missing directory", bind_to(fd, "/tmp/missing/name"));
	show("path", bind_to(fd, "/tmp/name"));
	show_names("bound", fd);
	show("bound again", bind_to(fd, "/tmp/name2"));
	show("nothing was made", access("/tmp/name2", F_OK));
	show("name is taken", bind_to(other, "/tmp/name"));
	show("abstract, bound already", bind_to(fd, "@name"));
	show("stat", stat("/tmp/name", &st));
	say("mode %o\n", st.st_mode);
	show("open", open("/tmp/name", O_RDWR));
	show("abstract", bind_to(other, "@name"));
	show_names("abstract", other);
	close(fd);
	close(other);
	show("the file stays", access("/tmp/name", F_OK));
	fd = socket(AF_UNIX, SOCK_STREAM, 0);
	show("connect to what was closed", connect_to(fd, "/tmp/name"));
	show("connect to nobody", connect_to(fd, "@name"));
	show("connect to a missing path", connect_to(fd, "/tmp/missing"));
	make_file("/tmp/plain", "");
	show("connect to a plain file", connect_to(fd, "/tmp/plain"));
	show("a socket's path is free again", unlink("/tmp/name"));
	close(fd);
}

static void automatic(void)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	socklen_t length = sizeof(address);
	int fd = socket(AF_UNIX, SOCK_DGRAM, 0);
	bool digits = true;

	show("only the family", bind(fd, &address, FAMILY_SIZE));
	getsockname(fd, &address, &length);
	say("length %u\n", length);
	for (int i = 1; i < 6; i++)
		digits = digits && strchr("0123456789abcdef", address.sun_path[i]);
	check("five digits", !address.sun_path[0] && digits);
	show("once more", bind(fd, &address, FAMILY_SIZE));
	close(fd);
}

// Print an address's length, its last bytes, and the byte after them.
static void show_end(const unsigned char *bytes, socklen_t length)
{
	const unsigned char *end = bytes + sizeof(struct sockaddr_un);

	say("length %u, %d, %d, %d\n", length, end[-1], end[0], end[1]);
}

// A path that fills the address to its last byte counts with a NUL beyond it.
static void long_path(void)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_DGRAM, 0), other = socket(AF_UNIX, SOCK_DGRAM, 0);
	unsigned char bytes[sizeof(address) + 2];
	char byte;
	socklen_t length = sizeof(bytes);

	memset(address.sun_path, 'p', sizeof(address.sun_path));
	memcpy(address.sun_path, "/tmp/", 5);
	show("a path of 108 bytes", bind(fd, &address, sizeof(address)));
	memset(bytes, 0xff, sizeof(bytes));
	show("getsockname", getsockname(fd, (void *)bytes, &length));
	show_end(bytes, length);
	show("connect", connect(other, &address, sizeof(address)));
	length = sizeof(bytes);
	memset(bytes, 0xff, sizeof(bytes));
	show("getpeername", getpeername(other, (void *)bytes, &length));
	show_end(bytes, length);
	show("send", sendto(fd, "x", 1, 0, &address, sizeof(address)));
	length = sizeof(bytes);
	memset(bytes, 0xff, sizeof(bytes));
	show("recvfrom", recvfrom(fd, &byte, 1, 0, (void *)bytes, &length));
	show_end(bytes, length);
	memcpy(bytes, address.sun_path, sizeof(address.sun_path));
	bytes[sizeof(address.sun_path)] = 0;
	unlink((char *)bytes);
	close(fd);
	close(other);
}

static void connections(int type)
{
	struct sockaddr_un address;
	socklen_t length;
	int server = socket(AF_UNIX, type, 0), client = socket(AF_UNIX, type, 0), late, accepted;

	show("listen without a name", listen(server, 1));
	bind_to(server, "/tmp/server");
	show("connect before listen", connect_to(client, "/tmp/server"));
	show("accept before listen", accept(server, NULL, NULL));
	show("listen", listen(server, 0));
	show_events("listening", server);
	fcntl(server, F_SETFL, O_NONBLOCK);
	show("nobody waits", accept(server, NULL, NULL));
	show("connect", connect_to(client, "/tmp/server"));
	show_names("connected", client);
	show_events("one waits", server);
	show("send before accept", send(client, "early", 5, 0));
	late = socket(AF_UNIX, type | SOCK_NONBLOCK, 0);
	show("a full queue", connect_to(late, "/tmp/server"));
	length = sizeof(address);
	show("bad length", accept4(server, &address, &length, 1));
	accepted = accept4(server, &address, &length, SOCK_NONBLOCK);
	check("accepted", accepted >= 0);
	show_address("from", &address, length);
	show_names("accepted", accepted);
	show("flags", fcntl(accepted, F_GETFL, 0));
	show_recv("receive", accepted, 20, 0);
	show_recv("nothing more", accepted, 20, 0);
	show("now there is room", connect_to(late, "/tmp/server"));
	show("connect again", connect_to(late, "/tmp/server"));
	show("connect a listener", connect_to(server, "/tmp/server"));
	show("listen when connected", listen(client, 1));
	show("send to a listener", send(server, "x", 1, MSG_NOSIGNAL));
	show_recv("receive of a listener", server, 20, MSG_DONTWAIT);
	close(server);
	show_events("the listener has closed", late);
	show_recv("receive", late, 20, 0);
	show_recv("receive", late, 20, 0);
	show("send", send(late, "x", 1, MSG_NOSIGNAL));
	show("the accepted one stays", send(client, "on", 2, 0));
	show_recv("receive", accepted, 20, 0);
	close(late);
	close(client);
	close(accepted);
	unlink("/tmp/server");
}

static void datagrams(void)
{
	struct sockaddr_un address, to;
	socklen_t length, to_length;
	char text[20] = "";
	int a = socket(AF_UNIX, SOCK_DGRAM, 0), b = socket(AF_UNIX, SOCK_RAW, 0);
	int c = socket(AF_UNIX, SOCK_DGRAM, 0), n = 0;

	show("listen", listen(a, 1));
	show("accept", accept(a, NULL, NULL));
	bind_to(a, "@a");
	bind_to(b, "@b");
	to = address_of("@b", &to_length);
	show("send nowhere", send(a, "x", 1, 0));
	show("sendto", sendto(a, "one", 3, 0, &to, to_length));
	length = sizeof(address);
	show("recvfrom", recvfrom(b, text, sizeof(text), 0, &address, &length));
	show_address("from", &address, length);
	show("from a socket without a name", sendto(c, "two", 3, 0, &to, to_length));
	length = sizeof(address);
	show("recvfrom", recvfrom(b, text, sizeof(text), 0, &address, &length));
	show_address("from", &address, length);
	show("connect", connect_to(b, "@a"));
	show("a stranger", sendto(c, "three", 5, 0, &to, to_length));
	show("a stranger connects", connect_to(c, "@b"));
	show("the peer", sendto(a, "four", 4, 0, &to, to_length));
	show_recv("receive", b, 20, MSG_DONTWAIT);
	while (n < 100 && send(b, "x", 1, MSG_DONTWAIT) == 1)
		n++;
	say("%d datagrams fit\n", n);
	show("then", send(b, "x", 1, MSG_DONTWAIT));
	show_events("full", b);
	show_recv("receive one", a, 20, 0);
	show_events("room", b);
	address.sun_family = AF_UNSPEC;
	show("forget the peer", connect(b, &address, sizeof(address)));
	show("send nowhere", send(b, "x", 1, 0));
	show("connect", connect_to(b, "@a"));
	close(a);
	show_events("the peer has closed", b);
	show("send", send(b, "x", 1, 0));
	show("send again", send(b, "x", 1, 0));
	show("sendto nobody", sendto(c, "x", 1, 0, &to, 4));
	show("bad address", sendto(c, "x", 1, 0, (void *)1, 4));
	to.sun_family = AF_INET;
	show("another family", sendto(c, "x", 1, 0, &to, to_length));
	close(b);
	close(c);
}

static void types(void)
{
	int stream = socket(AF_UNIX, SOCK_STREAM, 0), other = socket(AF_UNIX, SOCK_SEQPACKET, 0);
	int pair[2] = { -1, -1 };

	bind_to(stream, "/tmp/stream");
	listen(stream, 1);
	show("connect another type", connect_to(other, "/tmp/stream"));
	unlink("/tmp/stream");
	bind_to(other, "@stream");
	close(stream);
	stream = socket(AF_UNIX, SOCK_STREAM, 0);
	show("another type, abstract", connect_to(stream, "@stream"));
	show("seqpacket without a connection", send(other, "x", 1, MSG_NOSIGNAL));
	show_recv("receive", other, 1, MSG_DONTWAIT);
	show("stream without a connection", send(stream, "x", 1, MSG_NOSIGNAL));
	show_recv("receive", stream, 1, MSG_DONTWAIT);
	show_events("unconnected stream", stream);
	show_events("unconnected seqpacket", other);
	show("type 0", socket(AF_UNIX, 0, 0));
	show("SOCK_RDM", socket(AF_UNIX, SOCK_RDM, 0));
	show("type 11", socket(AF_UNIX, 11, 0));
	show("unknown flag", socket(AF_UNIX, SOCK_STREAM | 0x10, 0));
	show("protocol 1", socket(AF_UNIX, SOCK_STREAM, 1) < 0);
	show("protocol 2", socket(AF_UNIX, SOCK_STREAM, 2));
	show("family 46", socket(46, SOCK_STREAM, 0));
	show("family -1", socket(-1, SOCK_STREAM, 0));
	show("pair at a bad address", syscall(SYS_socketpair, AF_UNIX, SOCK_STREAM, 0, 1));
	show("pair of type 4", socketpair(AF_UNIX, SOCK_RDM, 0, pair));
	show("no socket", listen(1, 1));
	show("not open", listen(99, 1));
	show("accept: no socket", accept(1, NULL, NULL));
	show("accept: not open", accept(99, NULL, NULL));
	show("accept: flags, not open", accept4(99, NULL, NULL, 1));
	close(stream);
	close(other);
}

int main(void)
{
	binding();
	automatic();
	long_path();
	say("-- stream\n");
	connections(SOCK_STREAM);
	say("-- seqpacket\n");
	connections(SOCK_SEQPACKET);
	say("-- datagram\n");
	datagrams();
	types();
	return 0;
}
