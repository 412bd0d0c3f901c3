// limit: 60
// Forking and executing 10,000 times leaves no memory behind.

#include "leak.h"

static char *const argv[] = { "true", NULL };

static void fork_and_exec(int i)
{
	pid_t pid = fork();

	(void)i;
	if (pid == 0) {
		execve("/bin/true", argv, NULL);
		_exit(127);
	}
	if (pid < 0 || waitpid(pid, NULL, 0) != pid)
		say("fork: %s\n", error_name(errno));
}

int main(void)
{
	show_leak(fork_and_exec, 100, 10000);
	return 0;
}
