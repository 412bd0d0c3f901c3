// A process that sends itself a deadly signal does not come back from the call.

#include "test.h"

static void kill_oneself(void)
{
	kill(getpid(), SIGTERM);
	say("this is not reached\n");
}

static void abort_oneself(void)
{
	abort();
}

int main(void)
{
	show_child("child", kill_oneself);
	show_child("abort", abort_oneself);
	say("now the program itself\n");
	kill(getpid(), SIGKILL);
	say("this is not reached\n");
	return 0;
}
