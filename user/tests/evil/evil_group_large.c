// A group of thousands that becomes orphaned while one member is stopped: all get SIGHUP and SIGCONT.
// stretch
// limit: 20
// mem: 256

#include "test.h"

#define MEMBERS 4000

static int alive[2]; // each member has the writing end open
static int ready[2]; // each member says that it is there

static void on_continue(int signo)
{
	(void)signo;
}

static void member(int number)
{
	write(ready[1], "x", 1);
	close(ready[1]);
	if (number == 0)
		raise(SIGSTOP);
	for (;;)
		pause();
}

// Start the members, and end; that leaves the group without a parent in another group.
static void leader_of_another_group(void)
{
	char byte;
	int status, started = 0;
	pid_t first = fork();

	if (first == 0) {
		setpgid(0, 0);
		for (int i = 1; i < MEMBERS; i++)
			if (fork() == 0)
				member(i);
		member(0);
	}
	close(ready[1]);
	while (read(ready[0], &byte, 1) == 1)
		started++;
	say("members: %d\n", started);
	show("the first is stopped", waitpid(first, &status, WUNTRACED) == first);
	show_status("by", status);
	_exit(0);
}

int main(void)
{
	char byte;
	int status;
	pid_t pid;

	signal(SIGCONT, on_continue); // not what ends a member
	pipe(alive);
	pipe(ready);
	pid = fork();
	if (pid == 0) {
		setpgid(0, 0);
		leader_of_another_group();
	}
	close(alive[1]);
	close(ready[1]);
	waitpid(pid, &status, 0);
	show_status("their parent", status);
	show("all members end", read(alive[0], &byte, 1));
	return 0;
}
