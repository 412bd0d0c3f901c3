// Blocked signals wait until they are unblocked; several of one kind become one.

#include "test.h"

static int order[16];
static volatile int count;

static void note(int signo)
{
	order[count++] = signo;
}

static void install(int signo, int flags, int blocked)
{
	struct sigaction act;

	memset(&act, 0, sizeof(act));
	act.sa_handler = note;
	act.sa_flags = flags;
	if (blocked)
		sigaddset(&act.sa_mask, blocked);
	sigaction(signo, &act, NULL);
}

static void show_order(const char *what)
{
	int i;

	say("%s:", what);
	for (i = 0; i < count; i++)
		say(" %d", order[i]);
	say("\n");
	count = 0;
}

// This handler sends its own signal and another one, and notes when it ends.
static void nested(int signo)
{
	order[count++] = 100;
	kill(getpid(), signo);
	kill(getpid(), SIGUSR2);
	order[count++] = 101;
	signal(signo, SIG_IGN);
}

static void set_nested(int flags, int blocked)
{
	struct sigaction act;

	memset(&act, 0, sizeof(act));
	act.sa_handler = nested;
	act.sa_flags = flags;
	if (blocked)
		sigaddset(&act.sa_mask, blocked);
	sigaction(SIGTERM, &act, NULL);
}

int main(void)
{
	sigset_t set, old, pending;

	install(SIGUSR1, 0, 0);
	install(SIGUSR2, 0, 0);
	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	sigaddset(&set, SIGUSR2);
	sigaddset(&set, SIGKILL);
	show("block", sigprocmask(SIG_BLOCK, &set, &old));
	check("nothing was blocked before", !sigismember(&old, SIGUSR1));
	kill(getpid(), SIGUSR2);
	kill(getpid(), SIGUSR1);
	kill(getpid(), SIGUSR1);
	show_order("while they are blocked");
	sigpending(&pending);
	say("pending: %d %d %d\n", sigismember(&pending, SIGUSR1), sigismember(&pending, SIGUSR2),
	    sigismember(&pending, SIGTERM));
	sigprocmask(SIG_BLOCK, NULL, &old);
	say("blocked: %d %d, SIGKILL %d\n", sigismember(&old, SIGUSR1), sigismember(&old, SIGUSR2),
	    sigismember(&old, SIGKILL));
	sigdelset(&set, SIGUSR2);
	show("unblock one", sigprocmask(SIG_UNBLOCK, &set, NULL));
	show_order("it came once");
	sigemptyset(&set);
	show("unblock all", sigprocmask(SIG_SETMASK, &set, NULL));
	show_order("the other");
	show("an unknown way", sigprocmask(77, &set, NULL));

	set_nested(0, 0);
	kill(getpid(), SIGTERM);
	show_order("a handler blocks its own signal only");
	set_nested(0, SIGUSR2);
	kill(getpid(), SIGTERM);
	show_order("and those of its mask");
	sigprocmask(SIG_BLOCK, NULL, &old);
	check("afterwards nothing is blocked",
	      !sigismember(&old, SIGTERM) && !sigismember(&old, SIGUSR2));
	return 0;
}
