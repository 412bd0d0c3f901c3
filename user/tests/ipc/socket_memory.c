// mem: 32
// Memory that a call keeps while it sleeps counts for its process when a victim is chosen: a message that
// waits for room or is being copied, descriptors in it, the arguments of an execve, the sets of a select.
// Descriptors that are sent twice count once, and no number of messages makes the count wrap around.

#include "../asleep.h"
#include "../oom_score.h"
#include "../uffd.h"
#include "fds.h"
#include <sys/resource.h>

#define MIB (1u << 20)
#define SIZE (4 * MIB)

static char bytes[SIZE];
static int pair[2] = { -1, -1 }, ready[2];
static struct sockaddr_un full;
static socklen_t full_length;

// The child is about to sleep in the call under test. The parent takes its score before and during that.
static void about_to_sleep(void)
{
	char byte;

	write(ready[0], "x", 1);
	read(ready[0], &byte, 1);
}

// A page that is not present, and that nobody will fill.
static char *absent(void)
{
	char *page = map_memory(1);

	uffd_register(uffd_ready(0, 0), page, PAGE, MISSING, NULL);
	return page;
}

// A file of `mib` MiB that has no name.
static int hidden_file(unsigned int mib)
{
	int fd = (int)syscall(SYS_memfd_create, "hidden", 0);

	for (unsigned int i = 0; i < mib; i++)
		write(fd, bytes, MIB);
	return fd;
}

static void sends_to_full_queue(void)
{
	about_to_sleep();
	sendto(pair[0], bytes, SIZE, 0, &full, full_length);
}

static void make_pair(int type)
{
	int size = (int)SIZE;

	close(pair[0]);
	close(pair[1]);
	socketpair(AF_UNIX, type, 0, pair);
	setsockopt(pair[0], SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
}

// The last page of the message cannot be fetched.
static void makes_message(void)
{
	struct iovec ranges[2] = { { bytes, SIZE - PAGE }, { absent(), PAGE } };
	struct msghdr message = { .msg_iov = ranges, .msg_iovlen = 2 };

	about_to_sleep();
	sendmsg(pair[0], &message, 0);
}

// Before that, the message counts in the queue.
static void receives_message(void)
{
	char *page = absent();

	make_pair(SOCK_DGRAM);
	send(pair[0], bytes, SIZE, 0);
	about_to_sleep();
	recv(pair[1], page, PAGE, 0);
}

static void receives_file(void)
{
	int fd = hidden_file(4);
	char *page = absent();

	make_pair(SOCK_DGRAM);
	send_fd(pair[0], fd);
	close(fd);
	about_to_sleep();
	recv(pair[1], page, PAGE, 0);
}

static void executes(void)
{
	static char *arguments[18];

	memset(bytes, 'x', SIZE);
	for (int i = 0; i < 16; i++) {
		arguments[i] = bytes + (size_t)i * 65536;
		arguments[i][65535] = '\0';
	}
	arguments[16] = absent();
	about_to_sleep();
	execve("/bin/true", arguments, arguments + 17);
}

static void selects(void)
{
	struct rlimit limit = { 1048576, 1048576 };
	char *page = absent();

	setrlimit(RLIMIT_NOFILE, &limit);
	dup2(0, 1048575);
	about_to_sleep();
	syscall(SYS__newselect, 1048576, page, NULL, NULL, NULL);
}

// Run `function` in a child, and check by how much its score grows.
static void grows(const char *what, void (*function)(void), int least, int most)
{
	pid_t pid = fork_or_end();
	int before, during;
	char byte;

	if (pid == 0) {
		function();
		_exit(1);
	}
	read(ready[1], &byte, 1);
	let_sleep(pid);
	before = score_of(pid);
	write(ready[1], "x", 1);
	do
		syscall(SYS_sched_yield);
	while (state_of(pid) == 'R');
	during = score_of(pid);
	if (during - before < least || during - before > most)
		say("%s: %d, then %d\n", what, before, during);
	else
		say("%s: yes\n", what);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

// A file with many descriptors in one message, then in many messages.
static void counted_once(void)
{
	int fd = hidden_file(8), fds[FDS_MAX], before = score_of(getpid()), once, count = 0;

	make_pair(SOCK_DGRAM);
	for (int i = 0; i < FDS_MAX; i++)
		fds[i] = fd;
	show("send", send_with(pair[0], "x", 1, fds, FDS_MAX));
	close(fd);
	once = score_of(getpid());
	if (once < before - 30 || once > before + 30)
		say("a file of 8 MiB: %d, in a message: %d\n", before, once);
	recv(pair[1], bytes, 1, 0);
	fd = hidden_file(8);
	while (count < 512 && send_fd(pair[0], fd) == 1)
		count++;
	close(fd);
	say("%d messages\n", count);
	if (score_of(getpid()) < before - 30)
		say("a file of 8 MiB: %d, in 512 messages: %d\n", before, score_of(getpid()));
}

int main(void)
{
	int receiver = socket(AF_UNIX, SOCK_DGRAM, 0), other = socket(AF_UNIX, SOCK_DGRAM, 0);

	socketpair(AF_UNIX, SOCK_STREAM, 0, ready);
	memset(bytes, 1, SIZE);
	bind_to(receiver, "@full");
	connect_to(other, "@full");
	while (send(other, "x", 1, MSG_DONTWAIT) == 1)
		continue;
	full = address_of("@full", &full_length);
	make_pair(SOCK_DGRAM);
	grows("a message waits for room", sends_to_full_queue, 60, 120);
	grows("a message is being made", makes_message, 60, 120);
	grows("a received message", receives_message, -20, 20);
	grows("received descriptors", receives_file, -20, 20);
	grows("arguments of execve", executes, 15, 60);
	grows("sets of select", selects, 8, 60);
	show_child("descriptors count once", counted_once);
	return 0;
}
