// As many descriptors as a process may have, in one poll and one select.
// stretch
// limit: 60
// mem: 160

#include "test.h"
#include <poll.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/time.h>

#define MILLION 1048576

static struct pollfd *all;
static int ends[2];

// Let all entries ask for `events` of `fd`.
static void ask(int fd, short events)
{
	for (int i = 0; i < MILLION; i++)
		all[i] = (struct pollfd){ .fd = fd, .events = events, .revents = -1 };
}

static void show_poll(const char *what, int milliseconds)
{
	int ready = poll(all, MILLION, milliseconds), counted = 0;

	for (int i = 0; i < MILLION; i++)
		counted += all[i].revents != 0;
	say("%s: %d, with events %d\n", what, ready, counted);
}

static void polls(void)
{
	pid_t pid;

	ask(-1, POLLIN);
	show_poll("none", 0);
	all[MILLION - 1].fd = MILLION - 1;
	show_poll("the last is readable", -1);
	ask(ends[0], POLLIN);
	show_poll("one pipe a million times", 1);
	pid = fork();
	if (pid == 0) {
		write(ends[1], "x", 1);
		_exit(0);
	}
	show_poll("until a child writes", -1);
	waitpid(pid, NULL, 0);
	ask(ends[0] + 100, POLLIN);
	show_poll("not open", -1);
}

static void selects(void)
{
	static unsigned char set[MILLION / 8];
	struct timeval moment = { 0, 0 };

	set[0] = 1 << ends[0];
	set[MILLION / 8 - 1] = 0x80;
	show("select of the first and the last",
	     syscall(SYS__newselect, MILLION, set, NULL, NULL, &moment));
	memset(set, 0xff, sizeof(set));
	show("select of what is not open",
	     syscall(SYS__newselect, MILLION, set, NULL, NULL, &moment));
}

int main(void)
{
	struct rlimit limit = { MILLION, MILLION };

	show("limit", setrlimit(RLIMIT_NOFILE, &limit));
	all = mmap(NULL, MILLION * sizeof(*all), PROT_READ | PROT_WRITE,
	           MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	pipe(ends);
	show("the highest", dup2(open("/dev/null", O_RDONLY), MILLION - 1) == MILLION - 1);
	polls();
	selects();
	return 0;
}
