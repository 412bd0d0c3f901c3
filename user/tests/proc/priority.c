// Nice values are kept, reported and inherited, for processes, groups and users.

#include "test.h"
#include <sys/resource.h>

// The call itself: 20 less the nice value.
static long get(int which, int who)
{
	return syscall(SYS_getpriority, which, who);
}

static long set(int which, int who, int nice)
{
	return syscall(SYS_setpriority, which, who, nice);
}

static void in_stat(void)
{
	char text[512] = "", *field;
	int fd = open("/proc/self/stat", O_RDONLY);

	read(fd, text, sizeof(text) - 1);
	close(fd);
	field = strchr(text, ')');
	for (int i = 2; i < 18; i++)
		field = strchr(field + 1, ' ');
	say("stat says%.6s\n", field);
}

static void child(void)
{
	int ends[2], status;
	char byte;
	pid_t pid;

	show("inherited", get(PRIO_PROCESS, 0));
	setpgid(0, 0);
	pipe(ends);
	pid = fork();
	if (pid == 0) {
		read(ends[0], &byte, 1);
		_exit((int)get(PRIO_PROCESS, 0));
	}
	show("set the child's", set(PRIO_PROCESS, pid, 15));
	show("the child's", get(PRIO_PROCESS, pid));
	show("the lowest of the group", get(PRIO_PGRP, 0));
	show("set the group's", set(PRIO_PGRP, getpgrp(), 3));
	show("the child's", get(PRIO_PROCESS, pid));
	show("set one's own, above the group's lowest", set(PRIO_PROCESS, 0, 4));
	show("the lowest of the group", get(PRIO_PGRP, getpgrp()));
	write(ends[1], "", 1);
	wait(&status);
	say("the child says %d\n", WEXITSTATUS(status));
}

int main(void)
{
	show("at first", get(PRIO_PROCESS, 0));
	show("set", set(PRIO_PROCESS, 0, 5));
	show("now", get(PRIO_PROCESS, getpid()));
	in_stat();
	show("too nice", set(PRIO_PROCESS, 0, 100));
	show("now", get(PRIO_PROCESS, 0));
	show("not nice at all", set(PRIO_PROCESS, 0, -100));
	show("now", get(PRIO_PROCESS, 0));
	in_stat();
	show("a little nice", set(PRIO_PROCESS, 0, 7));
	show_child("child", child);
	show("unchanged here", get(PRIO_PROCESS, 0));
	show("no such process", get(PRIO_PROCESS, 30000));
	show("no such group", set(PRIO_PGRP, 30000, 1));
	show("no such user", get(PRIO_USER, 4711));
	show("no such kind", get(3, 0));
	show("no such kind", set(-1, 0, 0));
	check("a user's lowest", get(PRIO_USER, 0) >= 13);
	return 0;
}
