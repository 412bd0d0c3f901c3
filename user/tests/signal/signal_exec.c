// What fork and execve do to signals: handlers are copied, then reset; ignored and blocked signals
// stay so.

#include "test.h"
#include <sys/auxv.h>

extern char **environ;

static void note(int signo)
{
	say("  handler: %d\n", signo);
}

static const char *state(int signo)
{
	struct sigaction act;

	sigaction(signo, NULL, &act);
	return act.sa_handler == SIG_DFL ? "default" :
	       act.sa_handler == SIG_IGN ? "ignored" :
	                                   "caught";
}

static void show_state(const char *what)
{
	sigset_t mask, pending;

	sigprocmask(SIG_BLOCK, NULL, &mask);
	sigpending(&pending);
	say("%s: USR1 %s", what, state(SIGUSR1));
	say(", USR2 %s, TERM %s\n", state(SIGUSR2), state(SIGTERM));
	say("  blocked: HUP %d, ALRM %d; pending: HUP %d\n", sigismember(&mask, SIGHUP),
	    sigismember(&mask, SIGALRM), sigismember(&pending, SIGHUP));
}

int main(int argc, char **argv)
{
	char *new_argv[] = { argv[0], "again", NULL };
	sigset_t mask;
	int status;

	if (argc > 1) {
		show_state("after execve");
		return 0;
	}
	signal(SIGUSR1, note);
	signal(SIGUSR2, SIG_IGN);
	sigemptyset(&mask);
	sigaddset(&mask, SIGHUP);
	sigprocmask(SIG_BLOCK, &mask, NULL);
	kill(getpid(), SIGHUP);
	show_state("at first");
	if (fork() == 0) {
		show_state("in the child");
		kill(getpid(), SIGUSR1);
		_exit(0);
	}
	wait(&status);
	show_status("child", status);
	execve((char *)getauxval(AT_EXECFN), new_argv, environ);
	return 1;
}
