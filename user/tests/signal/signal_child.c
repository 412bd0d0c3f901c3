// SIGCHLD: a parent gets a signal for each child, or asks for none.

#include "test.h"

static volatile int code, child_status, count;
static volatile pid_t child_pid;

static void note(int signo, siginfo_t *info, void *context)
{
	(void)signo;
	(void)context;
	code = info->si_code;
	child_status = info->si_status;
	child_pid = info->si_pid;
	count++;
}

static pid_t start(int status, int signo)
{
	pid_t pid = fork();

	if (pid == 0) {
		if (signo)
			kill(getpid(), signo);
		_exit(status);
	}
	return pid;
}

static void show_signal(const char *what, int status, int signo)
{
	pid_t pid = start(status, signo), waited;

	do {
		waited = waitpid(pid, NULL, 0);
	} while (waited < 0 && errno == EINTR);
	say("%s: code %d, status %d, %s\n", what, code, child_status,
	    child_pid == pid ? "the right pid" : "a wrong pid");
}

int main(void)
{
	struct sigaction act;

	memset(&act, 0, sizeof(act));
	act.sa_sigaction = note;
	act.sa_flags = SA_SIGINFO;
	sigaction(SIGCHLD, &act, NULL);
	show_signal("exit 5", 5, 0);
	show_signal("killed", 0, SIGKILL);
	show_signal("terminated", 0, SIGTERM);
	say("signalled %d times\n", count);

	signal(SIGCHLD, SIG_IGN);
	start(1, 0);
	start(2, 0);
	show("ignored: nobody to wait for", wait(NULL));

	memset(&act, 0, sizeof(act));
	act.sa_handler = SIG_DFL;
	act.sa_flags = SA_NOCLDWAIT;
	sigaction(SIGCHLD, &act, NULL);
	start(1, 0);
	show("SA_NOCLDWAIT: the same", wait(NULL));
	signal(SIGCHLD, SIG_DFL);
	start(3, 0);
	check("by default there is", wait(NULL) > 0);
	return 0;
}
