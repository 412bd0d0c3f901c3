// Which signals wait, how many times, and in which order they come: real-time signals queue up to
// RLIMIT_SIGPENDING, those for the thread come before those for the process, and faults before others.

#include "test.h"
#include <sys/resource.h>

#define RT 40

static struct {
	int signo, code;
	bool own; // sent by this process
} log[64];
static volatile int logged;

static void note(int signo, siginfo_t *info, void *context)
{
	(void)context;
	log[logged].signo = signo;
	log[logged].code = info->si_code;
	log[logged++].own = info->si_pid == getpid();
}

static void handle(int signo)
{
	struct sigaction action = { .sa_sigaction = note, .sa_flags = SA_SIGINFO };

	sigfillset(&action.sa_mask); // so that the first one taken is the first one noted
	sigaction(signo, &action, NULL);
}

static void block_all(bool block)
{
	sigset_t set;

	sigfillset(&set);
	sigprocmask(block ? SIG_BLOCK : SIG_UNBLOCK, &set, NULL);
}

// Unblock all, and print what came.
static void let_come(const char *what)
{
	logged = 0;
	block_all(false);
	block_all(true);
	say("%s:", what);
	for (int i = 0; i < logged; i++)
		say(" %d (code %d%s)", log[i].signo, log[i].code, log[i].own ? "" : ", nobody's");
	say("\n");
}

static long thread_kill(int signo)
{
	return syscall(SYS_tkill, getpid(), signo);
}

static void limit(unsigned int n)
{
	struct rlimit limits = { n, 1000 };

	setrlimit(RLIMIT_SIGPENDING, &limits);
}

static void order(void)
{
	pid_t self = getpid();

	for (int i = 0; i < 3; i++) {
		kill(self, RT + 1);
		kill(self, RT);
		kill(self, SIGUSR1);
	}
	let_come("three of each");
	kill(self, SIGUSR1);
	thread_kill(SIGUSR2);
	thread_kill(SIGUSR1);
	let_come("for the process and for the thread");
	kill(self, SIGHUP);
	kill(self, SIGSEGV);
	kill(self, SIGBUS);
	kill(self, RT);
	let_come("faults first");
	thread_kill(SIGHUP);
	kill(self, SIGSEGV);
	let_come("but the thread's own before the process's");
}

static void limits(void)
{
	pid_t self = getpid();

	limit(2);
	for (int i = 0; i < 4; i++)
		show("kill", kill(self, RT));
	show("tkill", thread_kill(RT));
	show("tkill of a standard signal", thread_kill(SIGUSR2));
	show("kill of a standard signal", kill(self, SIGUSR1));
	let_come("at most two");
	limit(0);
	show("kill", kill(self, RT));
	show("tkill", thread_kill(RT + 1));
	show("kill", kill(self, SIGUSR1));
	let_come("none");
	limit(20);
	for (int i = 0; i < 30; i++)
		kill(self, RT);
	let_come("twenty");
}

int main(void)
{
	static const int signals[] = { SIGHUP, SIGUSR1, SIGUSR2, SIGSEGV, SIGBUS, RT, RT + 1 };
	sigset_t set;

	for (size_t i = 0; i < COUNT(signals); i++)
		handle(signals[i]);
	block_all(true);
	order();
	limits();
	kill(getpid(), SIGUSR1);
	thread_kill(SIGUSR2);
	sigpending(&set);
	say("pending: %d %d %d\n", sigismember(&set, SIGUSR1), sigismember(&set, SIGUSR2),
	    sigismember(&set, SIGHUP));
	for (int i = 0; i < 5; i++)
		kill(getpid(), RT);
	signal(RT, SIG_IGN);
	signal(SIGUSR2, SIG_IGN);
	sigpending(&set);
	say("pending when ignored: %d %d %d\n", sigismember(&set, SIGUSR1),
	    sigismember(&set, SIGUSR2), sigismember(&set, RT));
	return 0;
}
