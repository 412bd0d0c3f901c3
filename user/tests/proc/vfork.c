// vfork: the child runs in its parent's memory, and the parent waits until it is done with it.

#include "test.h"

static volatile int shared;

int main(void)
{
	static char *const argv[] = { "false", NULL };
	int status;
	pid_t pid = vfork();

	if (pid == 0) {
		sleep_ms(10);
		shared = 5;
		_exit(3);
	}
	say("the child wrote %d\n", shared);
	check("and has a pid", waitpid(pid, &status, 0) == pid);
	show_status("child", status);

	pid = vfork();
	if (pid == 0) {
		execve("/nosuch", argv, NULL);
		shared = 6;
		execve("/bin/false", argv, NULL);
		_exit(127);
	}
	say("the parent goes on after execve, %d\n", shared);
	waitpid(pid, &status, 0);
	show_status("child", status);
	return 0;
}
