// Waiting for a signal with another mask: what comes between unblocking and waiting is not lost.

#include "test.h"

static volatile int caught;

static void note(int signo)
{
	caught = signo;
}

int main(void)
{
	sigset_t blocked, none, now;
	int i;

	signal(SIGUSR1, note);
	signal(SIGALRM, note);
	sigemptyset(&none);
	sigemptyset(&blocked);
	sigaddset(&blocked, SIGUSR1);
	sigprocmask(SIG_BLOCK, &blocked, NULL);
	kill(getpid(), SIGUSR1);
	say("not yet: %d\n", caught);
	show("sigsuspend, one is pending", sigsuspend(&none));
	say("caught %d\n", caught);
	sigprocmask(SIG_BLOCK, NULL, &now);
	check("the old mask is back", sigismember(&now, SIGUSR1));

	for (i = 0; i < 100; i++) {
		caught = 0;
		if (fork() == 0) {
			kill(getppid(), SIGUSR1);
			_exit(0);
		}
		sigsuspend(&none);
		if (caught != SIGUSR1)
			say("round %d: caught %d\n", i, caught);
		wait(NULL);
	}
	say("100 rounds\n");
	return 0;
}
