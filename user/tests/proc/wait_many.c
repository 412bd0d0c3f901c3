// Waiting for one of several children, and for all of them in any order.

#include "test.h"

#define CHILDREN 8

int main(void)
{
	pid_t pids[CHILDREN], pid;
	int status, i, sum = 0, count = 0;

	for (i = 0; i < CHILDREN; i++) {
		pids[i] = fork();
		if (pids[i] == 0) {
			sleep_ms(i % 3 * 5);
			_exit(i);
		}
	}
	check("the last one first", waitpid(pids[CHILDREN - 1], &status, 0) == pids[CHILDREN - 1]);
	show_status("it", status);
	check("then the third", waitpid(pids[2], &status, 0) == pids[2]);
	show_status("it", status);
	while ((pid = waitpid(-1, &status, 0)) > 0) {
		sum += WEXITSTATUS(status);
		count++;
	}
	say("%d more, statuses add up to %d, then %s\n", count, sum, error_name(errno));

	for (i = 0; i < CHILDREN; i++)
		if (fork() == 0)
			_exit(1);
	for (count = 0; waitpid(0, &status, 0) > 0; count++)
		;
	say("by process group: %d\n", count);
	return 0;
}
