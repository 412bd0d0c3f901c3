// Several processes send at once by one socket: a message counts against the sender's limit from the time
// when it is made, so also while it waits for room in the receiver's queue. It counts no more when its
// sender is killed, or when the call fails.

#include "../asleep.h"
#include "socket.h"

#define SENDERS 3
#define SIZE 90000

static char bytes[SIZE];
static int sender, full, empty;

static int bound(const char *name)
{
	int fd = socket(AF_UNIX, SOCK_DGRAM, 0);

	bind_to(fd, name);
	return fd;
}

static ssize_t send_to(const char *name, const void *from, size_t size, int flags)
{
	socklen_t length;
	struct sockaddr_un address = address_of(name, &length);

	return sendto(sender, from, size, flags, &address, length);
}

// A child that sends a large message to the full queue.
static pid_t start(void)
{
	pid_t pid = fork_or_end();

	if (pid == 0) {
		show("child", send_to("@full", bytes, SIZE, 0));
		_exit(0);
	}
	let_sleep(pid);
	return pid;
}

static void end(const char *what, pid_t pid)
{
	int status;

	waitpid(pid, &status, 0);
	show_status(what, status);
}

int main(void)
{
	pid_t pids[SENDERS];
	int other = socket(AF_UNIX, SOCK_DGRAM, 0), count = 0;

	full = bound("@full");
	empty = bound("@empty");
	sender = socket(AF_UNIX, SOCK_DGRAM, 0);
	connect_to(other, "@full");
	while (send(other, "x", 1, MSG_DONTWAIT) == 1)
		count++;
	say("%d messages fill the queue\n", count);
	for (int i = 0; i < SENDERS; i++)
		pids[i] = start();
	show("no room for another message", send_to("@empty", "x", 1, MSG_DONTWAIT));
	show_events("the sender", sender);
	kill(pids[1], SIGKILL);
	end("killed", pids[1]);
	let_sleep(pids[2]);
	show("the one that waited is sent now", send_to("@empty", "x", 1, MSG_DONTWAIT));
	while (recv(full, bytes, 1, 0) == 1 && --count > 0)
		continue;
	end("first", pids[0]);
	end("third", pids[2]);
	show_recv("receive", full, 0, MSG_DONTWAIT | MSG_TRUNC);
	show_recv("receive", full, 0, MSG_DONTWAIT | MSG_TRUNC);
	for (int i = 0; i < 10; i++)
		if (send_to("@empty", (void *)1, SIZE, MSG_DONTWAIT) != -1 || errno != EFAULT)
			say("a bad address: %s\n", error_name(errno));
	for (int i = 0; i < 10; i++)
		if (send_to("@nobody", bytes, SIZE, MSG_DONTWAIT) != -1 || errno != ECONNREFUSED)
			say("to nobody: %s\n", error_name(errno));
	show("after errors", send_to("@empty", bytes, SIZE, MSG_DONTWAIT));
	show_events("the sender", sender);
	return 0;
}
