// Process groups and sessions, as far as signals and waiting need them.

#include "test.h"

static pid_t start(pid_t group)
{
	pid_t pid = fork_or_end();

	if (pid == 0)
		for (;;)
			sleep_ms(10000);
	show("setpgid", setpgid(pid, group ? group : pid));
	return pid;
}

int main(void)
{
	int status;
	pid_t one, two, three;

	check("a child is in its parent's group",
	      fork() != 0 || (_exit(getpgrp() != getppid() && getpgrp() == getpid()), false));
	wait(&status);
	show_status("child", status);
	one = start(0);
	two = start(one);
	three = start(0);
	check("getpgid", syscall(SYS_getpgid, two) == one);
	show("no such process", setpgid(99999, 0));
	show("no such group", setpgid(three, 99999));
	show("a negative one", setpgid(three, -1));
	show("kill a group", kill(-one, SIGTERM));
	check("wait for the group", waitpid(-one, &status, 0) > 0);
	show_status("one of it", status);
	check("wait for the group", waitpid(-one, &status, 0) > 0);
	show("nobody is left in it", waitpid(-one, &status, 0));
	show("kill a group that is gone", kill(-one, SIGTERM));
	show("the other one lives", kill(three, 0));
	kill(three, SIGKILL);
	wait(&status);

	if (fork() == 0) {
		check("setsid", setsid() == getpid());
		check("a session has a group", getpgrp() == getpid());
		show("setsid again", setsid());
		show("setpgid of a session's leader", setpgid(0, 0));
		_exit(0);
	}
	wait(&status);
	return 0;
}
