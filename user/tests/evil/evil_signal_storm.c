// limit: 20
// Processes that send each other signals as fast as they can, with handlers that nest, and are killed
// in the midst of it.

#include "evil.h"

#define PROCESSES 8

static pid_t group;

static void handler(int signo)
{
	kill(0, signo == SIGUSR1 ? SIGUSR2 : SIGUSR1);
}

static void storm(void)
{
	struct sigaction action = { .sa_handler = handler, .sa_flags = SA_NODEFER };

	sigaction(SIGUSR1, &action, NULL);
	sigaction(SIGUSR2, &action, NULL);
	for (;;)
		kill(0, SIGUSR1);
}

static int ended_by_signal(void)
{
	int status, count = 0;

	while (wait(&status) > 0)
		count += WIFSIGNALED(status);
	return count;
}

int main(void)
{
	evil_begin();
	for (int round = 0; round < 5; round++) {
		group = 0;
		for (int i = 0; i < PROCESSES; i++) {
			pid_t pid = fork();

			if (pid == 0) {
				setpgid(0, group);
				storm();
			}
			group = group ? group : pid;
			setpgid(pid, group);
		}
		sleep_ms(20);
		kill(-group, SIGSTOP);
		sleep_ms(2);
		kill(-group, SIGCONT);
		sleep_ms(5);
		kill(-group, SIGKILL);
		say("%d ended\n", ended_by_signal());
	}
	return evil_end();
}
