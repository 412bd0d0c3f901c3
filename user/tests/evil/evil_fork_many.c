// limit: 20
// Many processes at once, killed at once; all that they took is freed, each time.

#include "leak.h"

#define CHILDREN 500

static int fork_and_kill(void)
{
	int count = 0;

	while (count < CHILDREN) {
		pid_t pid = fork();

		if (pid == 0)
			for (;;)
				sleep_ms(100000);
		if (pid < 0)
			break;
		count++;
	}
	kill(-1, SIGKILL);
	while (wait(NULL) > 0)
		;
	return count;
}

int main(void)
{
	unsigned long before;
	int i;

	fork_and_kill();
	before = free_memory();
	for (i = 0; i < 3; i++)
		say("%d children\n", fork_and_kill());
	say("free memory changed by %ld\n", (long)(free_memory() - before));
	return 0;
}
