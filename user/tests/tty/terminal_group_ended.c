// A terminal's foreground group ends, and another group gets its number: that one gets no signals of the
// terminal, and may not read from it.
// limit: 2

#include "../thread.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/wait.h>

#define NUMBERS 40000 // more than there are
#define RESERVED 400  // the first numbers are given only once

static int terminal, ends[2];

static void get_window(int signo)
{
	(void)signo;
	say("the group with the old number gets SIGWINCH\n");
}

static void leave(void *arg)
{
	(void)arg;
	raw(SYS_exit, 0, 0, 0, 0, 0);
}

// Make children, which end at once, until one has a number close below `number`.
static void use_numbers(pid_t number)
{
	static char stack[4096];
	long pid = 0;

	for (int i = 0; i < NUMBERS && (pid < number - 20 || pid >= number - 4); i++) {
		pid = clone_raw(CLONE_VM | CLONE_VFORK | SIGCHLD, stack + sizeof(stack), leave,
		                NULL, NULL, NULL, NULL);
		waitpid((pid_t)pid, NULL, 0);
	}
}

// A member of a group of its own: says so, and waits for the end of the pipe.
static void member(void)
{
	char byte;

	close(ends[1]);
	signal(SIGWINCH, get_window);
	signal(SIGTTIN, SIG_IGN);
	show("setpgid", setpgid(0, 0));
	while (read(ends[0], &byte, 1) < 0)
		;
	show("read", read(terminal, &byte, 1));
	_exit(0);
}

// Make a child with the number, in a group of that number.
static pid_t child_with(pid_t number)
{
	pid_t pid = -1;

	use_numbers(number);
	for (int i = 0; i < 40 && pid != number; i++) {
		pid = fork_or_end();
		if (pid == 0 && getpid() == number)
			member();
		if (pid == 0)
			_exit(0);
		if (pid != number)
			waitpid(pid, NULL, 0);
	}
	check("a new process has the number", pid == number);
	return pid;
}

static void change_window(unsigned short rows)
{
	struct winsize size = { .ws_row = rows, .ws_col = 80 };

	show("TIOCSWINSZ", ioctl(terminal, TIOCSWINSZ, &size));
}

static void lead_session(void)
{
	pid_t group, now = 0;

	terminal = open("/dev/console", O_RDWR);
	signal(SIGTTOU, SIG_IGN);
	setsid();
	show("TIOCSCTTY", ioctl(terminal, TIOCSCTTY, 0));
	use_numbers(RESERVED);
	group = fork_or_end();
	if (group == 0) {
		setpgid(0, 0);
		show("TIOCSPGRP", ioctl(terminal, TIOCSPGRP, (int[]){ getpid() }));
		_exit(0);
	}
	waitpid(group, NULL, 0);
	show("TIOCGPGRP", ioctl(terminal, TIOCGPGRP, &now));
	check("the number is still there", now == group);
	pipe(ends);
	child_with(group);
	sleep_ms(20); // until it has its group
	change_window(33);
	close(ends[1]);
	wait(NULL);
	show("TIOCSPGRP", ioctl(terminal, TIOCSPGRP, (int[]){ getpid() }));
}

int main(void)
{
	run_child(lead_session);
	return 0;
}
