// A parent may move its child to another process group until the child has called execve.

#include "test.h"

int main(int argc, char **argv)
{
	char *const again[] = { argv[0], "child", NULL };
	int go[2], ready[2], end[2];
	char byte;
	pid_t pid;

	if (argc > 1) { // the new program: tell, and wait for the end
		write(4, "x", 1);
		read(5, &byte, 1);
		return 0;
	}
	pipe(go);
	pipe(ready);
	pipe(end);
	pid = fork_or_end();
	if (pid == 0) {
		read(go[0], &byte, 1);
		close(end[1]);
		dup2(ready[1], 10);
		dup2(end[0], 11);
		dup2(10, 4);
		dup2(11, 5);
		execv("/tests/group_exec", again);
		_exit(1);
	}
	show("before execve", setpgid(pid, pid));
	write(go[1], "x", 1);
	read(ready[0], &byte, 1);
	show("after", setpgid(pid, pid));
	show("to a group that there is not", setpgid(pid, 12345));
	show("to another session's", setpgid(pid, 1));
	close(end[1]);
	waitpid(pid, NULL, 0);
	show("when it has ended", setpgid(pid, pid));
	return 0;
}
