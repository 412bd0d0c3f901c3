// Sets of files with EPOLLET: what a program reads or writes itself is no event for it, unless the other
// side gains by it.

#define _GNU_SOURCE
#include "asleep.h"

#include <abi/epoll.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/syscall.h>

#define EFD_SEMAPHORE 1
#define PAGE 4096

static char bytes[PAGE];
static int set;

static void watch(int fd, unsigned int events)
{
	struct epoll_event event = { events | EPOLLET, (uint64_t)fd };

	set = (int)syscall(SYS_epoll_create1, 0);
	show("epoll_ctl", syscall(SYS_epoll_ctl, set, EPOLL_CTL_ADD, fd, &event));
}

// Print the events that are there now.
static void look(const char *when)
{
	struct epoll_event event = { 0, 0 };
	long n = syscall(SYS_epoll_wait, set, &event, 1, 0);

	say("  %s: ", when);
	if (n > 0)
		say("0x%x\n", event.events);
	else
		say("%s\n", n ? error_name(errno) : "nothing");
}

static void fill(int fd)
{
	while (write(fd, bytes, PAGE) > 0)
		;
}

static void read_end(const int ends[2])
{
	say("the reading end:\n");
	watch(ends[0], POLLIN);
	look("empty");
	(void)!write(ends[1], bytes, 2000);
	look("2000 bytes written");
	look("again");
	(void)!read(ends[0], bytes, 1000);
	look("1000 read");
	(void)!write(ends[1], bytes, 1);
	look("another one written");
	fill(ends[1]);
	look("filled");
	look("again");
	(void)!write(ends[1], bytes, 1);
	look("a write failed");
	for (int i = 0; i < 3; i++)
		(void)!read(ends[0], bytes, PAGE);
	look("some pages read");
	while (read(ends[0], bytes, PAGE) > 0)
		;
	look("all read");
	close(set);
}

static void write_end(const int ends[2])
{
	say("the writing end:\n");
	watch(ends[1], POLLOUT);
	look("empty");
	(void)!write(ends[1], bytes, PAGE);
	look("a page written");
	(void)!write(ends[1], bytes, 100);
	look("100 bytes written");
	fill(ends[1]);
	look("filled");
	(void)!read(ends[0], bytes, 1000);
	look("1000 bytes read");
	(void)!read(ends[0], bytes, PAGE - 1000);
	look("the rest of the page read");
	look("again");
	(void)!read(ends[0], bytes, PAGE);
	look("more read");
	fill(ends[1]);
	(void)!read(ends[0], bytes, PAGE);
	look("filled, and a page read");
	close(set);
}

static void both_ends(int fifo)
{
	say("both ends in one descriptor:\n");
	watch(fifo, POLLIN | POLLOUT);
	look("empty");
	(void)!write(fifo, bytes, 10);
	look("written");
	(void)!read(fifo, bytes, 5);
	look("read");
	close(set);
}

static void event_count(void)
{
	int fd = (int)syscall(SYS_eventfd2, 3, EFD_SEMAPHORE | O_NONBLOCK);
	uint64_t value = 1;

	say("an eventfd:\n");
	watch(fd, POLLIN);
	look("3");
	(void)!read(fd, &value, sizeof(value));
	look("2");
	(void)!write(fd, &value, sizeof(value));
	look("3 again");
	(void)!read(fd, &value, sizeof(value));
	look("2 again");
	close(set);
	watch(fd, POLLOUT);
	look("to write");
	(void)!write(fd, &value, sizeof(value));
	look("written");
	(void)!read(fd, &value, sizeof(value));
	look("read");
	close(set);
	watch(fd, POLLIN | POLLOUT);
	look("both");
	(void)!read(fd, &value, sizeof(value));
	look("read");
	close(set);
	close(fd);
}

// A poll that waits for room hears of the end of the fullness, although a set did not want it.
static void poll_too(const int ends[2])
{
	struct pollfd room = { .fd = ends[1], .events = POLLOUT };
	int status = -1;
	pid_t pid;

	say("a set and a poll:\n");
	watch(ends[0], POLLIN);
	fill(ends[1]);
	look("filled");
	pid = fork_or_end();
	if (pid == 0)
		_exit(poll(&room, 1, -1) == 1 ? 7 : 1);
	let_sleep(pid);
	(void)!read(ends[0], bytes, PAGE);
	waitpid(pid, &status, 0);
	show_status("the poll", status);
	look("a page read");
	close(set);
}

int main(void)
{
	int ends[2], fifo;

	show("pipe2", pipe2(ends, O_NONBLOCK));
	read_end(ends);
	write_end(ends);
	while (read(ends[0], bytes, PAGE) > 0)
		;
	poll_too(ends);
	show("mkfifo", mkfifo("fifo", 0600));
	fifo = open("fifo", O_RDWR | O_NONBLOCK);
	both_ends(fifo);
	event_count();
	return 0;
}
