// Catching a signal: the handler runs, learns who sent it, and the program goes on.

#include "test.h"

static volatile int calls;

static void plain(int signo)
{
	calls++;
	say("  handler: signal %d\n", signo);
}

static void with_info(int signo, siginfo_t *info, void *context)
{
	(void)context;
	calls++;
	say("  handler: signal %d, %d in the information, code %d, from %s\n", signo,
	    info->si_signo, info->si_code, info->si_pid == getpid() ? "itself" : "another");
}

static void install(int signo, void (*action)(int, siginfo_t *, void *), unsigned int flags)
{
	struct sigaction act;

	memset(&act, 0, sizeof(act));
	act.sa_sigaction = action;
	act.sa_flags = (int)flags;
	show("sigaction", sigaction(signo, &act, NULL));
}

int main(void)
{
	struct sigaction act, old;
	int status;

	memset(&act, 0, sizeof(act));
	act.sa_handler = plain;
	show("sigaction", sigaction(SIGUSR1, &act, &old));
	check("before it was the default", old.sa_handler == SIG_DFL);
	show("kill", kill(getpid(), SIGUSR1));
	show("kill", kill(getpid(), SIGUSR1));
	say("%d calls\n", calls);
	sigaction(SIGUSR1, NULL, &old);
	check("it is still installed", old.sa_handler == plain);

	install(SIGUSR2, with_info, SA_SIGINFO);
	kill(getpid(), SIGUSR2);
	raise(SIGUSR2);
	if (fork() == 0) {
		kill(getppid(), SIGUSR2);
		_exit(0);
	}
	while (wait(&status) < 0)
		;
	install(SIGUSR2, with_info, SA_SIGINFO | SA_RESETHAND);
	kill(getpid(), SIGUSR2);
	sigaction(SIGUSR2, NULL, &old);
	check("once only", old.sa_handler == SIG_DFL);

	signal(SIGUSR1, SIG_IGN);
	show("ignored", kill(getpid(), SIGUSR1));
	show("SIGKILL cannot be caught", sigaction(SIGKILL, &act, NULL));
	show("nor SIGSTOP", sigaction(SIGSTOP, &act, NULL));
	show("but looked at", sigaction(SIGKILL, NULL, &old));
	show("signal 0", sigaction(0, &act, NULL));
	show("signal 65", syscall(SYS_rt_sigaction, 65, &act, NULL, 8));
	show("sets of a wrong size", syscall(SYS_rt_sigaction, SIGUSR1, NULL, NULL, 4));
	say("%d calls\n", calls);
	return 0;
}
