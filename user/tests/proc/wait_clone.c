// Children that report their end by another signal than SIGCHLD, or by none: wait4 finds them only with
// __WCLONE or __WALL, until they call execve.

#include "asleep.h"
#include <sched.h>

static volatile int signalled;
static volatile pid_t by;

static void note(int signo, siginfo_t *info, void *context)
{
	(void)signo;
	(void)context;
	signalled++;
	by = info->si_pid;
}

static pid_t make_child(int signo, const char *program)
{
	char *const argv[] = { (char *)program, NULL };
	pid_t pid = (pid_t)syscall(SYS_clone, signo, NULL, NULL, NULL, NULL);

	if (pid == 0 && program)
		execv(program, argv);
	if (pid == 0)
		_exit(3);
	return pid;
}

static void try(int signo, const char *name, int options, const char *program)
{
	pid_t pid, got;

	signalled = 0;
	pid = make_child(signo, program);
	let_become(pid, 'Z');
	got = waitpid(pid, NULL, WNOHANG | options);
	say("%d %s%s: %s", signo, name, program ? ", after execve" : "",
	    got == pid ? "found" :
	    got < 0    ? error_name(errno) :
	                 "?");
	say(", any: %s", waitpid(-1, NULL, WNOHANG | options) >= 0 ? "found" : error_name(errno));
	waitpid(pid, NULL, WALL);
	say(", signals %d%s\n", signalled, signalled && by != pid ? " by another" : "");
}

int main(void)
{
	static const int signals[] = { SIGCHLD, SIGUSR1, 0 };
	struct sigaction action = { .sa_sigaction = note, .sa_flags = SA_SIGINFO };

	sigaction(SIGCHLD, &action, NULL);
	sigaction(SIGUSR1, &action, NULL);
	for (size_t i = 0; i < COUNT(signals); i++) {
		try(signals[i], "-", 0, NULL);
		try(signals[i], "WCLONE", (int)WCLONE, NULL);
		try(signals[i], "WALL", WALL, NULL);
		try(signals[i], "WALL and WCLONE", (int)(WALL | WCLONE), NULL);
		try(signals[i], "-", 0, "/bin/true");
		try(signals[i], "WCLONE", (int)WCLONE, "/bin/true");
	}
	return 0;
}
