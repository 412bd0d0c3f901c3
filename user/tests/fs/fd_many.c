// Descriptors up to 1,048,575: few of them anywhere, or many.
// limit: 60

#include "test.h"
#include <poll.h>
#include <sys/resource.h>

#ifndef TOP
#define TOP 1048576
#endif

#define MANY 5000

static void few(void)
{
	int status;
	pid_t pid;

	show("the highest", dup2(0, TOP - 1) == TOP - 1);
	show("beyond", dup2(0, TOP));
	show("the next to the limit", fcntl(0, F_DUPFD, TOP - 2) == TOP - 2);
	show("none is left there", fcntl(0, F_DUPFD, TOP - 2));
	show("from the limit on", fcntl(0, F_DUPFD, TOP));
	show("in between", fcntl(0, F_DUPFD_CLOEXEC, 1500));
	show("and the next", fcntl(0, F_DUPFD, 1500));
	show("the lowest", dup(0));
	show("its flags", fcntl(1500, F_GETFD));
	show("the highest's", fcntl(TOP - 1, F_GETFD));
	show("none", fcntl(TOP - 3, F_GETFD));
	pid = fork();
	if (pid == 0) {
		bool there = fcntl(TOP - 1, F_GETFD) == 0 && fcntl(1500, F_GETFD) == 1;

		_exit(there && close(TOP - 1) == 0 && close(1500) == 0 ? 0 : 1);
	}
	waitpid(pid, &status, 0);
	show_status("a child has them", status);
	show("closing the highest", close(TOP - 1));
	show("again", close(TOP - 1));
	show("the others, with close_range", syscall(SYS_close_range, 3, ~0u, 0));
	show("the lowest", dup(0));
	close(3);
}

static void many(void)
{
	int wrong = 0, status;
	pid_t pid;

	for (int i = 3; i < MANY; i++)
		wrong += dup(1) != i;
	show("opened in another order", wrong);
	close(2000);
	close(1023);
	close(4000);
	show("the lowest free", dup(1));
	show("the lowest free", dup(1));
	show("the lowest from 2001 on", fcntl(1, F_DUPFD, 2001));
	show("the lowest free", dup(1));
	pid = fork();
	if (pid == 0) {
		for (int i = 3; i < MANY; i++)
			wrong += fcntl(i, F_GETFD) != 0;
		_exit(wrong != 0);
	}
	waitpid(pid, &status, 0);
	show_status("a child has all", status);
	for (int i = 3; i < MANY; i++)
		wrong += close(i) != 0;
	show("closed wrongly", wrong);
}

static void select_far(void)
{
	static unsigned int set[3000 / 32];
	struct timespec now = { 0, 0 };
	struct pollfd one = { 2500, POLLIN, 0 };
	int ends[2];

	pipe(ends);
	write(ends[1], "x", 1);
	dup2(ends[0], 2500);
	set[2500 / 32] |= 1u << 2500 % 32;
	show("select", syscall(SYS_pselect6, 2501, set, NULL, NULL, &now, NULL));
	check("its bit is set", set[2500 / 32] == 1u << 2500 % 32);
	show("poll", poll(&one, 1, 0));
	close(2500);
	show("select", syscall(SYS_pselect6, 2501, set, NULL, NULL, &now, NULL) >= 0);
}

int main(void)
{
	struct rlimit limit = { TOP, TOP };

	show("limit", setrlimit(RLIMIT_NOFILE, &limit));
	few();
	many();
	select_far();
	return 0;
}
