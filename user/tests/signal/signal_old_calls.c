// The calls on signals from before there were real-time signals: sigaction, signal, sigprocmask,
// sigpending, sigsuspend, sgetmask and ssetmask.

#include "test.h"

#define BAD ((void *)0x1000)
#define BIT(signo) (1u << ((signo)-1))
#define RT 40 // a real-time signal

static volatile int handled, handled_mask;

static void on_signal(int signo)
{
	handled = signo;
	handled_mask = (int)syscall(SYS_sgetmask);
}

static long sigaction_old(int signo, const void *new, void *old)
{
	return syscall(SYS_sigaction, signo, new, old);
}

static void show_action(const char *what, int signo)
{
	struct old_sigaction old;

	memset(&old, 0xa5, sizeof(old));
	if (show(what, sigaction_old(signo, NULL, &old)) == 0)
		say("  handler %s, mask %#x, flags %#lx, restorer: %s\n",
		    old.old_handler == SIG_DFL   ? "default" :
		    old.old_handler == SIG_IGN   ? "ignore" :
		    old.old_handler == on_signal ? "on_signal" :
		                                   "another",
		    old.old_mask, old.old_flags, old.old_restorer ? "yes" : "no");
}

static void test_sigaction(void)
{
	struct old_sigaction act = { .old_handler = on_signal,
		                     .old_mask = BIT(SIGUSR2) | BIT(SIGKILL) | BIT(SIGSTOP) };
	struct sigaction new;

	show_action("sigaction of SIGUSR1", SIGUSR1);
	show("set", sigaction_old(SIGUSR1, &act, NULL));
	show_action("set", SIGUSR1);
	kill(getpid(), SIGUSR1);
	say("handled %d, with %#x blocked\n", handled, (unsigned int)handled_mask);
	say("blocked afterwards: %#lx\n", syscall(SYS_sgetmask));
	act.old_flags = 0xffffffffu & ~SA_RESTORER & ~SA_ONSTACK;
	show("set all flags", sigaction_old(SIGUSR1, &act, NULL));
	show_action("those kept", SIGUSR1);
	memset(&new, 0, sizeof(new));
	new.sa_handler = SIG_IGN;
	sigaddset(&new.sa_mask, RT);
	sigaddset(&new.sa_mask, SIGUSR2);
	show("rt_sigaction", sigaction(SIGUSR1, &new, NULL));
	show_action("as the old call shows it", SIGUSR1);
	show("SIGKILL, to read", sigaction_old(SIGKILL, NULL, NULL));
	act.old_flags = 0;
	show("SIGKILL", sigaction_old(SIGKILL, &act, NULL));
	show("SIGSTOP", sigaction_old(SIGSTOP, &act, NULL));
	show("signal 0", sigaction_old(0, &act, NULL));
	show("signal 64", sigaction_old(64, NULL, NULL));
	show("signal 65", sigaction_old(65, NULL, NULL));
	show("a bad new action", sigaction_old(SIGUSR1, BAD, NULL));
	show("a bad new action of no signal", sigaction_old(65, BAD, NULL));
	show("a bad place for the old action", sigaction_old(SIGUSR1, &act, BAD));
	show_action("the new one is set", SIGUSR1);
	show("rt_sigaction: a bad new action of no signal",
	     syscall(SYS_rt_sigaction, 65, BAD, NULL, 8));
}

static void test_signal(void)
{
	struct old_sigaction act = { .old_handler = SIG_IGN };

	sigaction_old(SIGUSR1, &act, NULL);
	show("signal: the old handler", syscall(SYS_signal, SIGUSR1, on_signal));
	show_action("as sigaction shows it", SIGUSR1);
	handled = handled_mask = 0;
	kill(getpid(), SIGUSR1);
	say("handled %d, with %#x blocked\n", handled, (unsigned int)handled_mask);
	show_action("the handler has run", SIGUSR1);
	check("signal returns an address",
	      syscall(SYS_signal, SIGUSR2, on_signal) == 0 &&
	              syscall(SYS_signal, SIGUSR2, SIG_DFL) == (long)on_signal);
	show("SIGKILL", syscall(SYS_signal, SIGKILL, SIG_IGN));
	show("signal 0", syscall(SYS_signal, 0, SIG_IGN));
	show("signal 65", syscall(SYS_signal, 65, SIG_IGN));
}

static void show_blocked(void)
{
	sigset_t set;

	sigprocmask(SIG_BLOCK, NULL, &set);
	say("  blocked: %#x, signal %d: %d\n", set.bits[0], RT, sigismember(&set, RT));
}

static void test_masks(void)
{
	uint32_t set = BIT(SIGUSR1) | BIT(SIGKILL), old = 0xa5a5a5a5;
	sigset_t real_time;

	sigemptyset(&real_time);
	sigaddset(&real_time, RT);
	sigprocmask(SIG_BLOCK, &real_time, NULL);
	show("block", syscall(SYS_sigprocmask, SIG_BLOCK, &set, &old));
	say("  before: %#x\n", old);
	show_blocked();
	set = BIT(SIGUSR2);
	show("set", syscall(SYS_sigprocmask, SIG_SETMASK, &set, &old));
	say("  before: %#x\n", old);
	show_blocked();
	show("unblock", syscall(SYS_sigprocmask, SIG_UNBLOCK, &set, NULL));
	show_blocked();
	show("an unknown way", syscall(SYS_sigprocmask, 3, &set, &old));
	show("an unknown way without a set", syscall(SYS_sigprocmask, 3, NULL, &old));
	show("a bad set", syscall(SYS_sigprocmask, SIG_BLOCK, BAD, NULL));
	show("a bad set and an unknown way", syscall(SYS_sigprocmask, 3, BAD, NULL));
	show("a bad place for the old set", syscall(SYS_sigprocmask, SIG_BLOCK, &set, BAD));
	show_blocked();
	show("ssetmask", syscall(SYS_ssetmask, BIT(SIGUSR1) | BIT(SIGSTOP)));
	show_blocked();
	show("sgetmask", syscall(SYS_sgetmask));
	show("ssetmask of none", syscall(SYS_ssetmask, 0));
	show_blocked();
}

static void test_pending(void)
{
	uint32_t set = 0xa5a5a5a5;
	pid_t child;

	syscall(SYS_signal, SIGUSR1, on_signal);
	syscall(SYS_ssetmask, BIT(SIGUSR1) | BIT(SIGUSR2));
	kill(getpid(), SIGUSR1);
	show("sigpending", syscall(SYS_sigpending, &set));
	say("  pending: %#x\n", set);
	show("sigpending to a bad place", syscall(SYS_sigpending, BAD));
	handled = 0;
	show("sigsuspend", syscall(SYS_sigsuspend, 0, 0, BIT(SIGUSR2)));
	say("  handled %d, with %#x blocked\n", handled, (unsigned int)handled_mask);
	show_blocked();
	show("sigpending", syscall(SYS_sigpending, &set));
	say("  pending: %#x\n", set);

	// A signal that is only sent while the call sleeps.
	syscall(SYS_signal, SIGUSR1, on_signal);
	child = fork();
	if (child == 0) {
		sleep_ms(20);
		kill(getppid(), SIGUSR1);
		_exit(0);
	}
	handled = 0;
	show("sigsuspend that sleeps", syscall(SYS_sigsuspend, 1, 2, 0));
	say("  handled %d, with %#x blocked\n", handled, (unsigned int)handled_mask);
	show_blocked();
	waitpid(child, NULL, 0);
}

int main(void)
{
	test_sigaction();
	test_signal();
	test_masks();
	test_pending();
	return 0;
}
