// What pending signals do to each other: SIGCONT discards stop signals and they discard SIGCONT, with
// all that is known of their senders. What is blocked stays pending even if nobody would handle it.

#include "test.h"

static volatile int count;
static volatile pid_t sender;

static void note(int signo, siginfo_t *info, void *context)
{
	(void)signo;
	(void)context;
	count++;
	sender = info->si_pid;
}

static void handle(int signo)
{
	struct sigaction action = { .sa_sigaction = note, .sa_flags = SA_SIGINFO };

	sigaction(signo, &action, NULL);
}

static void block(int signo, bool block)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, signo);
	sigprocmask(block ? SIG_BLOCK : SIG_UNBLOCK, &set, NULL);
}

static int pending(int signo)
{
	sigset_t set;

	sigpending(&set);
	return sigismember(&set, signo);
}

static void send_from_child(int first, int second)
{
	pid_t self = getpid(), child = fork_or_end();

	if (child == 0) {
		kill(self, first);
		if (second)
			kill(self, second);
		_exit(0);
	}
	waitpid(child, NULL, 0);
}

// A stop signal that is blocked, then SIGCONT: it does not stop, now or later.
static void stop_then_continue(void)
{
	static const int stops[] = { SIGTSTP, SIGTTIN, SIGTTOU };

	for (size_t i = 0; i < COUNT(stops); i++) {
		block(stops[i], true);
		send_from_child(stops[i], SIGCONT);
		say("signal %d: pending %d\n", stops[i], pending(stops[i]));
		block(stops[i], false);
	}
	handle(SIGTSTP);
	block(SIGTSTP, true);
	send_from_child(SIGTSTP, SIGCONT);
	kill(getpid(), SIGTSTP);
	block(SIGTSTP, false);
	say("a handled one: %d, from itself: %d\n", count, sender == getpid());
}

static void continue_then_stop(void)
{
	count = 0;
	handle(SIGCONT);
	signal(SIGTTOU, SIG_IGN);
	block(SIGCONT, true);
	send_from_child(SIGCONT, 0);
	say("SIGCONT: pending %d\n", pending(SIGCONT));
	send_from_child(SIGTTOU, 0); // ignored, but it is sent
	say("then: pending %d\n", pending(SIGCONT));
	block(SIGCONT, false);
	say("came: %d\n", count);
}

static void blocked_and_ignored(void)
{
	static const int signals[] = { SIGUSR1, SIGCHLD, SIGWINCH, 40 };

	for (size_t i = 0; i < COUNT(signals); i++) {
		int signo = signals[i];

		count = 0;
		signal(signo, i == 0 ? SIG_IGN : SIG_DFL);
		block(signo, true);
		kill(getpid(), signo);
		say("signal %d: pending %d", signo, pending(signo));
		handle(signo);
		block(signo, false);
		say(", came %d\n", count);
	}
	count = 0;
	signal(SIGCHLD, SIG_DFL);
	block(SIGCHLD, true);
	if (fork_or_end() == 0)
		_exit(0);
	wait(NULL);
	handle(SIGCHLD);
	block(SIGCHLD, false);
	say("a child's end: came %d\n", count);
	count = 0;
	signal(SIGCHLD, SIG_IGN);
	block(SIGCHLD, true);
	if (fork_or_end() == 0)
		_exit(0);
	show("wait", wait(NULL));
	say("of a child that is ignored: pending %d\n", pending(SIGCHLD));
	kill(getpid(), SIGCHLD);
	signal(SIGCHLD, SIG_IGN);
	say("ignored again: pending %d\n", pending(SIGCHLD));
}

int main(void)
{
	stop_then_continue();
	continue_then_stop();
	blocked_and_ignored();
	return 0;
}
