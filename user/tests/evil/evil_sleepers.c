// limit: 20
// Hundreds of processes that sleep in every way there is, are woken, stopped, and killed.

#include "evil.h"
#include <poll.h>

#define PROCESSES 200

static int ends[2];

static void sleep_somehow(int how)
{
	struct timespec moment = { 0, 1000 + how * 1000 }, long_time = { 1000000, 999999999 };
	struct pollfd one = { .fd = ends[0], .events = POLLIN };
	sigset_t none;
	char byte;

	sigemptyset(&none);
	for (;;) {
		switch (how % 7) {
		case 0:
			nanosleep(&long_time, NULL);
			break;
		case 1:
			nanosleep(&moment, NULL);
			break;
		case 2:
			read(ends[0], &byte, 1);
			break;
		case 3:
			poll(&one, 1, how % 3 ? 1 : -1);
			break;
		case 4:
			pause();
			break;
		case 5:
			sigsuspend(&none);
			break;
		default:
			if (vfork() == 0)
				pause();
		}
	}
}

int main(void)
{
	static pid_t pids[PROCESSES];
	int killed = 0;

	evil_begin();
	pipe2(ends, 0);
	for (int i = 0; i < PROCESSES; i++) {
		pids[i] = fork();
		if (pids[i] == 0) {
			signal(SIGUSR1, SIG_IGN);
			sleep_somehow(i);
		}
	}
	for (int round = 0; round < 5; round++) {
		sleep_ms(2);
		for (int i = 0; i < PROCESSES; i++)
			kill(pids[i], round % 2 ? SIGCONT : i % 3 ? SIGUSR1 : SIGSTOP);
	}
	kill(-1, SIGKILL);
	for (int i = 0; i < PROCESSES; i++) {
		int status;

		waitpid(pids[i], &status, 0);
		killed += WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
	}
	show("killed", killed);
	close(ends[0]);
	close(ends[1]);
	sleep_ms(10);
	return evil_end();
}
