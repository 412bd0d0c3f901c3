// With SA_NODEFER a handler can be interrupted by its own signal.

#include "test.h"

static int depth;

static void handler(int signo)
{
	depth++;
	say("depth %d\n", depth);
	if (depth < 3)
		kill(getpid(), signo);
	say("leaving depth %d\n", depth);
	depth--;
}

int main(void)
{
	struct sigaction act;

	memset(&act, 0, sizeof(act));
	act.sa_handler = handler;
	act.sa_flags = SA_NODEFER;
	sigaction(SIGUSR1, &act, NULL);
	kill(getpid(), SIGUSR1);
	return 0;
}
