// A process group that becomes orphaned while one of it is stopped gets SIGHUP and SIGCONT; one of
// which nobody is stopped gets nothing. In an orphaned group only SIGSTOP stops.

#include "asleep.h"

static int up[2]; // from the group to main: what happened

static void note(int signo)
{
	char letter = signo == SIGHUP ? 'H' : 'C';

	write(up[1], &letter, 1);
}

// A member of a group of its own, which stops or sleeps.
static void member(bool stops, int ready)
{
	struct sigaction action = { .sa_handler = note };

	sigaddset(&action.sa_mask, SIGHUP);
	sigaddset(&action.sa_mask, SIGCONT);
	sigaction(SIGHUP, &action, NULL);
	sigaction(SIGCONT, &action, NULL);
	write(ready, "x", 1);
	if (stops)
		kill(getpid(), SIGSTOP);
	else
		syscall(SYS_pause);
	_exit(0);
}

// The session that is orphaned: its leader makes a group and ends. With `inside` the last link is a
// member of the group, the child of somebody outside of it: it ends, not its parent.
static void session(bool stops, bool inside)
{
	int ready[2];
	char byte;
	pid_t child;

	setsid();
	pipe(ready);
	child = fork_or_end();
	if (child == 0) {
		setpgid(0, 0);
		if (inside) {
			pid_t grandchild = fork_or_end();

			if (grandchild == 0)
				member(stops, ready[1]);
			read(ready[0], &byte, 1);
			let_sleep(grandchild);
			_exit(0);
		}
		member(stops, ready[1]);
	}
	if (!inside) {
		read(ready[0], &byte, 1);
		let_sleep(child);
		_exit(0);
	}
	waitpid(child, NULL, 0);
	sleep_ms(20); // main looks while this parent is there
	_exit(0);
}

static void try(const char *what, bool stops, bool inside)
{
	char letters[3] = "";
	size_t n = 0;
	pid_t leader;

	pipe(up);
	leader = fork_or_end();
	if (leader == 0) {
		close(up[0]);
		session(stops, inside);
	}
	close(up[1]);
	if (stops)
		while (n < 2 && read(up[0], letters + n, 1) == 1)
			n++;
	waitpid(leader, NULL, 0);
	fcntl(up[0], F_SETFL, O_NONBLOCK);
	while (n < 2 && read(up[0], letters + n, 1) == 1)
		n++;
	if (n == 2 && letters[0] > letters[1]) { // which handler was first is not asked here
		letters[0] = 'C';
		letters[1] = 'H';
	}
	say("%s: \"%s\"\n", what, letters);
	close(up[0]);
}

// In a session of its own, whose leader has no parent in it, a process is in an orphaned group.
static void stop_orphan(void)
{
	setsid();
	kill(getpid(), SIGTSTP);
	kill(getpid(), SIGTTIN);
	say("SIGTSTP and SIGTTIN do not stop it\n");
	kill(getpid(), SIGSTOP);
	say("SIGSTOP does\n");
}

int main(void)
{
	int status;
	pid_t pid;

	try("the parent ends, one is stopped", true, false);
	try("the parent ends, nobody is stopped", false, false);
	try("a member ends, one is stopped", true, true);
	try("a member ends, nobody is stopped", false, true);
	pid = fork_or_end();
	if (pid == 0) {
		stop_orphan();
		_exit(0);
	}
	waitpid(pid, &status, WUNTRACED);
	say("stopped: %d\n", WIFSTOPPED(status) ? WSTOPSIG(status) : 0);
	kill(pid, SIGCONT);
	waitpid(pid, &status, 0);
	show_status("continued", status);
	return 0;
}
