// mem: 32
// limit: 10
// Sockets hold memory: messages that nobody reads, descriptors in them, names, connections that nobody
// accepts. The process that has them counts for it, and its end frees everything.

#include "oom.h"
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>

static char chunk[8000];

static int own_score(void)
{
	char text[16] = { 0 };
	int fd = open("/proc/self/oom_score", O_RDONLY);

	read(fd, text, sizeof(text) - 1);
	close(fd);
	return atoi(text);
}

// Send descriptor `fd` to `socket`.
static ssize_t send_fd(int socket, int fd)
{
	char control[CMSG_SPACE(sizeof(int))];
	struct cmsghdr *header = (void *)control;
	struct iovec iov = { chunk, 1 };
	struct msghdr message = { .msg_iov = &iov,
		                  .msg_iovlen = 1,
		                  .msg_control = control,
		                  .msg_controllen = sizeof(control) };

	*header = (struct cmsghdr){ CMSG_LEN(sizeof(int)), SOL_SOCKET, SCM_RIGHTS };
	memcpy(CMSG_DATA(header), &fd, sizeof(fd));
	return sendmsg(socket, &message, MSG_DONTWAIT);
}

// Fill queues until there is no memory or no descriptor. The sender's ends stay open.
static void fill_queues(void)
{
	int pair[2], pairs = 0;
	ssize_t n = 0;

	for (; pairs < 300 && !socketpair(AF_UNIX, SOCK_STREAM, 0, pair); pairs++)
		while ((n = send(pair[0], chunk, sizeof(chunk), MSG_DONTWAIT)) > 0)
			continue;
	say("queues: %s after %s\n", pairs < 300 ? error_name(errno) : "no end",
	    pairs > 40 ? "many pairs" : "few pairs");
	say("the score is high: %s\n", own_score() > 300 ? "yes" : "NO");
}

// Files that only messages refer to, filled before they are sent or while they are on their way.
static void hide_files(void)
{
	int pair[2], fd;
	ssize_t n = 0;

	socketpair(AF_UNIX, SOCK_STREAM, 0, pair);
	for (int i = 0; i < 6; i++) {
		fd = (int)syscall(SYS_memfd_create, "hidden", 0);
		if (i & 1)
			send_fd(pair[0], fd);
		for (int j = 0; j < 256; j++)
			n = write(fd, chunk, 4096);
		if (!(i & 1))
			send_fd(pair[0], fd);
		close(fd);
	}
	say("hidden files: %zd, the score is higher: %s\n", n, own_score() > 150 ? "yes" : "NO");
}

// Connections that nobody accepts, from children that have ended.
static void leave_connections(void)
{
	struct sockaddr_un address = { AF_UNIX, "\0full" };
	int server = socket(AF_UNIX, SOCK_STREAM, 0), client, count = 0;

	bind(server, &address, 7);
	listen(server, 5000);
	for (;;) {
		client = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);
		if (client < 0 || connect(client, &address, 7))
			break;
		send(client, chunk, 1000, MSG_DONTWAIT);
		close(client);
		count++;
	}
	say("connections: %s after %d\n", error_name(errno), count);
}

// Circles of sockets, more than may be in flight.
static void make_circles(void)
{
	int pair[2], count = 0;

	while (count < 20000 && !socketpair(AF_UNIX, SOCK_DGRAM, 0, pair)) {
		if (send_fd(pair[0], pair[0]) != 1 || send_fd(pair[0], pair[1]) != 1) {
			say("circle: %s\n", error_name(errno));
			break;
		}
		close(pair[0]);
		close(pair[1]);
		count++;
	}
	say("%d circles\n", count);
}

// As many descriptors in flight as there may be; then no more.
static void fill_flight(void)
{
	int pair[2], count = 0, sockets = 0;

	while (sockets++ < 100 && !socketpair(AF_UNIX, SOCK_STREAM, 0, pair))
		while (send_fd(pair[0], 1) == 1)
			count++;
	say("%d descriptors in flight: %s\n", count, error_name(errno));
}

static void one(const char *what, void (*function)(void))
{
	unsigned long before = free_memory();
	pid_t pid = fork_or_end();

	if (pid == 0) {
		struct rlimit limit = { 6000, 6000 };

		setrlimit(RLIMIT_NOFILE, &limit);
		function();
		_exit(0);
	}
	say_end(what, pid);
	say("free again: %s\n", before - free_memory() + 65536 < 2 * 65536 ? "yes" : "NO");
}

int main(void)
{
	one("queues", fill_queues);
	one("files", hide_files);
	one("connections", leave_connections);
	one("circles", make_circles);
	one("flight", fill_flight);
	return 0;
}
