// What sigreturn brings back is never taken for a call to make again, whatever is in EAX; a mask that
// unblocks a signal lets it come at once. And SA_RESETHAND: the handler goes before it runs, all else
// that was set for the signal stays.

#include "test.h"
#include <ucontext.h>

static long wanted_eax;
static volatile int others;

static void change(int signo, siginfo_t *info, void *context)
{
	ucontext_t *user = context;

	(void)signo;
	(void)info;
	user->uc_mcontext.gregs[REG_EAX] = wanted_eax;
	kill(getpid(), SIGUSR2); // comes when this handler's mask goes
}

static void other(int signo)
{
	(void)signo;
	others++;
}

static void returns_as(long eax)
{
	long result = SYS_kill;

	others = 0;
	wanted_eax = eax;
	asm volatile("int $0x80" : "+a"(result) : "b"(getpid()), "c"(SIGUSR1) : "memory");
	say("eax %ld: %ld, other handlers: %d\n", eax, result, others);
}

static void show_action(const char *what, int signo)
{
	struct sigaction action;

	sigaction(signo, NULL, &action);
	say("%s: %s, flags %lx, %s in the mask\n", what,
	    action.sa_handler == SIG_DFL ? "the default" : "a handler",
	    (unsigned long)action.sa_flags & ~0x04000000ul, // the restorer is the library's affair
	    sigismember(&action.sa_mask, SIGHUP) ? "SIGHUP" : "nothing");
}

static void once(int signo)
{
	show_action("inside", signo);
}

static void twice(void)
{
	struct sigaction action = { .sa_handler = once, .sa_flags = SA_RESETHAND | SA_RESTART };

	sigaddset(&action.sa_mask, SIGHUP);
	sigaction(SIGUSR1, &action, NULL);
	show_action("before", SIGUSR1);
	kill(getpid(), SIGUSR1);
	show_action("after", SIGUSR1);
	if (fork_or_end() == 0) {
		show_action("in a child", SIGUSR1);
		sigaction(SIGUSR1, &action, NULL);
		show_action("set again", SIGUSR1);
		_exit(0);
	}
	wait(NULL);
	kill(getpid(), SIGUSR1);
}

int main(void)
{
	struct sigaction action = { .sa_sigaction = change, .sa_flags = SA_SIGINFO };

	sigaddset(&action.sa_mask, SIGUSR2);
	sigaction(SIGUSR1, &action, NULL);
	action.sa_handler = other;
	action.sa_flags = SA_RESTART;
	sigaction(SIGUSR2, &action, NULL);
	for (long eax = -511; eax >= -517; eax--)
		returns_as(eax);
	returns_as(-4);
	show("restart_syscall, nothing to continue", syscall(SYS_restart_syscall));
	show_child("the second time", twice);
	return 0;
}
