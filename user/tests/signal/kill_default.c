// What each signal does to a process that does nothing about it.

#include "test.h"

static void send(int signo)
{
	int status, ready[2];
	char name[32], byte;
	pid_t pid;

	pipe(ready);
	pid = fork_or_end();
	if (pid == 0) {
		write(ready[1], "x", 1);
		sleep_ms(5);
		for (;;)
			sleep_ms(10000);
	}
	read(ready[0], &byte, 1);
	snprintf(name, sizeof(name), "signal %d", signo);
	if (kill(pid, signo) < 0)
		show(name, -1);
	sleep_ms(10);
	if (waitpid(pid, &status, WNOHANG) == 0) {
		say("%s: ignored\n", name);
		kill(pid, SIGKILL);
		waitpid(pid, &status, 0);
	} else {
		show_status(name, status);
	}
	close(ready[0]);
	close(ready[1]);
}

int main(void)
{
	int signo;

	for (signo = 1; signo < 65; signo++)
		if (signo != SIGSTOP && signo != SIGTSTP && signo != SIGTTIN && signo != SIGTTOU &&
		    signo != 32 && signo != 33)
			send(signo);
	return 0;
}
