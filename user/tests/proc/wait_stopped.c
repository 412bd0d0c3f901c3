// What wait4 reports of stops, and what SIGCHLD says: SIGCONT takes back a report that nobody has
// fetched, and is reported at once; a kill leaves only the end to report.

#include "test.h"

static volatile int signalled[8];

static void note(int signo, siginfo_t *info, void *context)
{
	(void)signo;
	(void)context;
	signalled[info->si_code & 7]++;
}

static void show_wait(const char *what, pid_t pid, int options)
{
	int status = 0;
	pid_t result = waitpid(pid, &status, options);

	if (result <= 0)
		show(what, result);
	else if (WIFSTOPPED(status))
		say("%s: stopped by %d\n", what, WSTOPSIG(status));
	else if (WIFCONTINUED(status))
		say("%s: continued\n", what);
	else
		show_status(what, status);
}

// A child that stops itself, and sleeps.
static pid_t stopper(void)
{
	pid_t pid = fork_or_end();

	if (pid == 0) {
		kill(getpid(), SIGSTOP);
		for (;;)
			syscall(SYS_pause);
	}
	return pid;
}

// A child that has stopped, with a SIGCHLD; nobody has waited for it.
static pid_t stopped_child(void)
{
	int before = signalled[CLD_STOPPED];
	sigset_t blocked, old;
	pid_t pid;

	sigemptyset(&blocked);
	sigaddset(&blocked, SIGCHLD);
	sigprocmask(SIG_BLOCK, &blocked, &old);
	pid = stopper();
	while (signalled[CLD_STOPPED] == before)
		sigsuspend(&old);
	sigprocmask(SIG_SETMASK, &old, NULL);
	return pid;
}

int main(void)
{
	struct sigaction action = { .sa_sigaction = note, .sa_flags = SA_SIGINFO | SA_RESTART };
	pid_t pid;

	sigaction(SIGCHLD, &action, NULL);
	pid = stopped_child();
	show_wait("stopped, not asked for", pid, WNOHANG | WCONTINUED);
	show_wait("stopped", pid, WNOHANG | WUNTRACED);
	show_wait("once only", pid, WNOHANG | WUNTRACED);
	kill(pid, SIGCONT);
	show_wait("SIGCONT is reported at once", pid, WNOHANG | WCONTINUED);
	show_wait("once only", pid, WNOHANG | WCONTINUED);
	kill(pid, SIGKILL);
	show_wait("killed", pid, WUNTRACED);

	pid = stopped_child();
	kill(pid, SIGCONT);
	show_wait("continued before anybody asked", pid, WNOHANG | WUNTRACED);
	kill(pid, SIGSTOP);
	show_wait("stopped again", pid, WUNTRACED);
	show_wait("that it was continued is over", pid, WNOHANG | WCONTINUED);
	kill(pid, SIGKILL);
	show_wait("killed while stopped", pid, WUNTRACED);

	pid = stopped_child();
	kill(pid, SIGKILL);
	show_wait("killed before anybody asked", pid, WUNTRACED);
	check("SIGCHLD for three stops", signalled[CLD_STOPPED] >= 3);
	check("and for three ends", signalled[CLD_KILLED] >= 3);

	action.sa_flags |= SA_NOCLDSTOP;
	sigaction(SIGCHLD, &action, NULL);
	signalled[CLD_STOPPED] = 0;
	pid = stopper();
	show_wait("with SA_NOCLDSTOP", pid, WUNTRACED);
	say("signals: %d\n", signalled[CLD_STOPPED]);
	kill(pid, SIGKILL);
	show_wait("killed", pid, 0);
	return 0;
}
