// limit: 60
// Forking and executing many times leaves exactly as much free memory as there was. (Recorded by
// hand: elsewhere others take memory at the same time.)

#include "test.h"
#include <sys/sysinfo.h>

#define TIMES 10000

static char *const argv[] = { "true", NULL };

static void fork_and_exec(void)
{
	pid_t pid = fork();

	if (pid == 0) {
		execve("/bin/true", argv, NULL);
		_exit(127);
	}
	if (pid < 0 || waitpid(pid, NULL, 0) != pid)
		say("fork: %s\n", error_name(errno));
}

static unsigned long free_memory(void)
{
	struct sysinfo info;

	sysinfo(&info);
	return info.freeram;
}

int main(void)
{
	unsigned long before;
	int i;

	for (i = 0; i < 100; i++)
		fork_and_exec();
	before = free_memory();
	for (i = 0; i < TIMES; i++)
		fork_and_exec();
	say("free memory changed by %ld\n", (long)(free_memory() - before));
	return 0;
}
