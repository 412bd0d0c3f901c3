// Pairs of sockets of each type: bytes and messages, peeking, truncation, the end of a connection,
// shutdown, poll, attributes.

#include "socket.h"
#include <sys/ioctl.h>

static int pair[2];

static void make_pair(int type)
{
	close(pair[0]);
	close(pair[1]);
	if (socketpair(AF_UNIX, type, 0, pair))
		say("socketpair: %s\n", error_name(errno));
}

static void messages(int type)
{
	int bytes = -1;

	make_pair(type);
	show("write", write(pair[0], "hello", 5));
	show("send", send(pair[0], "world", 5, 0));
	show("FIONREAD", ioctl(pair[1], FIONREAD, &bytes));
	say("%d bytes\n", bytes);
	show_recv("peek 3", pair[1], 3, MSG_PEEK);
	show_recv("peek 20", pair[1], 20, MSG_PEEK);
	show_recv("receive 3", pair[1], 3, 0);
	show_recv("receive 20", pair[1], 20, MSG_DONTWAIT);
	show_recv("receive 20", pair[1], 20, MSG_DONTWAIT);
	show("send nothing", send(pair[0], "", 0, 0));
	show_recv("receive nothing", pair[1], 20, MSG_DONTWAIT);
	show("send 10", send(pair[0], "0123456789", 10, MSG_NOSIGNAL));
	show_recv("MSG_TRUNC", pair[1], 4, MSG_TRUNC);
	show_recv("the rest", pair[1], 20, MSG_DONTWAIT | MSG_WAITALL);
	show("read of 0 bytes", read(pair[1], &bytes, 0));
	show("MSG_OOB", send(pair[0], "x", 1, MSG_DONTWAIT | MSG_ERRQUEUE));
	show_recv("receive", pair[1], 20, MSG_DONTWAIT);
}

static void ends(int type)
{
	char byte = 0;

	make_pair(type);
	show_events("fresh", pair[0]);
	write(pair[0], "abc", 3);
	show_events("with bytes", pair[1]);
	show("shutdown 3", shutdown(pair[0], 3));
	show("shutdown -1", shutdown(pair[0], -1));
	show("shutdown for writing", shutdown(pair[0], SHUT_WR));
	show_events("this end", pair[0]);
	show_events("other end", pair[1]);
	show("send after shutdown", send(pair[0], "x", 1, MSG_NOSIGNAL));
	show_recv("what was sent", pair[1], 10, MSG_DONTWAIT);
	show_recv("after it", pair[1], 10, MSG_DONTWAIT);
	show("send the other way", send(pair[1], "back", 4, MSG_NOSIGNAL));
	show_recv("receive it", pair[0], 10, MSG_DONTWAIT);
	show("shutdown for reading", shutdown(pair[0], SHUT_RD));
	show_events("this end", pair[0]);
	show_events("other end", pair[1]);
	show("send the other way", send(pair[1], "back", 4, MSG_NOSIGNAL));

	make_pair(type);
	write(pair[0], "abc", 3);
	close(pair[0]);
	show_events("peer closed", pair[1]);
	show_recv("what was sent", pair[1], 10, MSG_DONTWAIT);
	show_recv("after it", pair[1], 10, MSG_DONTWAIT);
	show("send", send(pair[1], "x", 1, MSG_NOSIGNAL));
	show("send again", send(pair[1], "x", 1, MSG_NOSIGNAL));
	pair[0] = -1;

	make_pair(type);
	write(pair[1], "unread", 6);
	write(pair[0], "abc", 3);
	close(pair[0]);
	show_events("peer closed with bytes unread", pair[1]);
	show("send", send(pair[1], "x", 1, MSG_NOSIGNAL));
	for (int i = 0; i < 3; i++)
		show("receive", recv(pair[1], &byte, 1, MSG_DONTWAIT));
	pair[0] = -1;
}

static void attributes(int type)
{
	struct stat st;
	char path[40], link[40] = "";

	make_pair(type);
	fstat(pair[0], &st);
	say("mode %o, links %d, size %d\n", st.st_mode, (int)st.st_nlink, (int)st.st_size);
	show("flags", fcntl(pair[0], F_GETFL, 0));
	show("lseek", lseek(pair[0], 0, SEEK_SET));
	show("pread", pread(pair[0], path, 1, 0));
	snprintf(path, sizeof(path), "/proc/self/fd/%d", pair[0]);
	readlink(path, link, 8);
	say("link %s\n", link);
	show("open again", open(path, O_RDWR));
	show("TCGETS", ioctl(pair[0], 0x5401, path));
	show("fsync", fsync(pair[0]));
	show("ftruncate", ftruncate(pair[0], 0));
	show("fchmod", fchmod(pair[0], 0600));
}

static volatile int pipes;

static void on_pipe(int signal)
{
	(void)signal;
	pipes++;
}

static void broken(int type)
{
	struct sigaction action = { .sa_handler = on_pipe };

	sigaction(SIGPIPE, &action, NULL);
	make_pair(type);
	close(pair[0]);
	pair[0] = -1;
	pipes = 0;
	show("write", write(pair[1], "x", 1));
	say("%d signals\n", pipes);
	show("send", send(pair[1], "x", 1, 0));
	say("%d signals\n", pipes);
	show("MSG_NOSIGNAL", send(pair[1], "x", 1, MSG_NOSIGNAL));
	say("%d signals\n", pipes);
}

static void large(int type)
{
	static char out[200000], in[200000];
	ssize_t n, total = 0;
	bool right = true;

	for (size_t i = 0; i < sizeof(out); i++)
		out[i] = (char)(i * 7 + i / 4096);
	make_pair(type);
	show("send 150000", send(pair[0], out, 150000, MSG_DONTWAIT));
	while (total < 150000 && (n = recv(pair[1], in + total, sizeof(in), MSG_DONTWAIT)) > 0)
		total += n;
	for (ssize_t i = 0; i < total; i++)
		right = right && in[i] == out[i];
	say("%zd bytes\n", total);
	check("they are right", right);
	n = type == SOCK_STREAM ? 0 : send(pair[0], out, 212992 - 31, MSG_DONTWAIT);
	show("too long", n);
}

int main(void)
{
	pair[0] = pair[1] = -1;
	for (size_t i = 0; i < COUNT(socket_types); i++) {
		say("-- %s\n", type_names[i]);
		messages(socket_types[i]);
		ends(socket_types[i]);
		attributes(socket_types[i]);
		broken(socket_types[i]);
		large(socket_types[i]);
	}
	return 0;
}
