// Calls on sockets that wait: for bytes, room, connections; what ends the wait. Also epoll and select.

#include "../epoll.h"
#include "socket.h"

#include "../asleep.h"
#include <sys/time.h>

static int pair[2];
static volatile int alarms;

static void on_alarm(int signal)
{
	(void)signal;
	alarms++;
}

static ssize_t done; // what `wake` has moved

// Run `function` in a child, wait until the child sleeps, and run `wake`. The child prints first.
static void waits(const char *what, void (*function)(void), void (*wake)(void))
{
	pid_t pid = fork_or_end();
	int status;

	if (pid == 0) {
		function();
		_exit(0);
	}
	let_sleep(pid);
	say("%s: the child %s\n", what, state_of(pid) == 'S' ? "sleeps" : "does not sleep");
	done = 0;
	wake();
	waitpid(pid, &status, 0);
	say("%s: the parent moved %zd bytes\n", what, done);
	show_status(what, status);
}

static void child_receives(void)
{
	show_recv("child: receive", pair[1], 20, 0);
}

static void child_receives_all(void)
{
	show_recv("child: receive 6", pair[1], 6, MSG_WAITALL);
}

static void child_peeks(void)
{
	show_recv("child: peek", pair[1], 20, MSG_PEEK);
}

static void parent_writes(void)
{
	write(pair[0], "abc", 3);
}

static void parent_writes_twice(void)
{
	write(pair[0], "abc", 3);
	syscall(SYS_sched_yield);
	write(pair[0], "def", 3);
}

static void parent_shuts_down(void)
{
	shutdown(pair[0], SHUT_WR);
}

static char bytes[100000];

static void child_fills(void)
{
	ssize_t n = 0, total = 0;

	for (int i = 0; i < 5 && (n = write(pair[1], bytes, sizeof(bytes))) > 0; i++)
		total += n;
	say("child: wrote %zd\n", total);
}

static void parent_drains(void)
{
	ssize_t n;

	while (done < 500000 && (n = read(pair[0], bytes, sizeof(bytes))) > 0)
		done += n;
}

static int server;

static void child_accepts(void)
{
	int fd = accept(server, NULL, NULL);

	show("child: accepted", fd >= 0);
	show_recv("child: receive", fd, 10, 0);
}

static void parent_connects(void)
{
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	if (connect_to(fd, "@waits") == 0)
		done = send(fd, "hi", 2, 0);
	close(fd);
}

static void child_connects(void)
{
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	show("child: connect", connect_to(fd, "@waits"));
}

static void parent_accepts(void)
{
	close(accept(server, NULL, NULL));
}

static void timeouts(void)
{
	struct timeval timeout = { 0, 20000 }, none = { 0, 0 };
	struct timespec before, after;
	struct itimerval timer = { .it_value = { 0, 20000 } };
	struct sigaction action = { .sa_handler = on_alarm, .sa_flags = SA_RESTART };
	ssize_t n;

	socketpair(AF_UNIX, SOCK_STREAM, 0, pair);
	setsockopt(pair[1], SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof(timeout));
	clock_gettime(CLOCK_MONOTONIC, &before);
	show_recv("receive with a time-out", pair[1], 10, 0);
	clock_gettime(CLOCK_MONOTONIC, &after);
	check("it waited",
	      (after.tv_sec - before.tv_sec) * 1000 + (after.tv_nsec - before.tv_nsec) / 1000000 >=
	              19);
	timeout.tv_sec = 100;
	setsockopt(pair[1], SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof(timeout));
	sigaction(SIGALRM, &action, NULL);
	setitimer(ITIMER_REAL, &timer, NULL);
	show_recv("a signal, SA_RESTART and a time-out", pair[1], 10, 0);
	setsockopt(pair[1], SOL_SOCKET, SO_RCVTIMEO, &none, sizeof(none));
	action.sa_flags = 0;
	sigaction(SIGALRM, &action, NULL);
	setitimer(ITIMER_REAL, &timer, NULL);
	show_recv("a signal", pair[1], 10, 0);
	timeout.tv_sec = 0;
	setsockopt(pair[0], SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof(timeout));
	while ((n = write(pair[0], bytes, sizeof(bytes))) > 0)
		continue;
	show("send with a time-out", n);
	say("%d signals\n", alarms);
	close(pair[0]);
	close(pair[1]);
}

static void sets(void)
{
	long set = create();

	socketpair(AF_UNIX, SOCK_STREAM, 0, pair);
	show("EPOLL_CTL_ADD", control(set, EPOLL_CTL_ADD, pair[1], POLLIN | POLLOUT | EPOLLET, 7));
	wait_set("ready", set, 0);
	wait_set("nothing new", set, 0);
	write(pair[0], "x", 1);
	wait_set("bytes", set, 0);
	close(pair[0]);
	wait_set("the end", set, 0);
	close(pair[1]);
	close((int)set);
}

int main(void)
{
	for (size_t i = 0; i < COUNT(socket_types); i++) {
		say("-- %s\n", type_names[i]);
		socketpair(AF_UNIX, socket_types[i], 0, pair);
		waits("bytes", child_receives, parent_writes);
		waits("peek", child_peeks, parent_writes);
		show_recv("receive", pair[1], 20, 0);
		if (socket_types[i] == SOCK_STREAM)
			waits("all bytes", child_receives_all, parent_writes_twice);
		waits("room", child_fills, parent_drains);
		if (socket_types[i] != SOCK_DGRAM)
			waits("the end", child_receives, parent_shuts_down);
		close(pair[0]);
		close(pair[1]);
	}
	server = socket(AF_UNIX, SOCK_STREAM, 0);
	bind_to(server, "@waits");
	listen(server, 0);
	waits("a connection", child_accepts, parent_connects);
	parent_connects();
	waits("room for a connection", child_connects, parent_accepts);
	close(server);
	timeouts();
	sets();
	return 0;
}
