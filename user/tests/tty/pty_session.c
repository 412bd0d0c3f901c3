// Pseudoterminals as controlling terminals: by open and by TIOCSCTTY, signals of keys, job control, the
// size of the window, and the hang-up.

#include "pty.h"

static volatile sig_atomic_t seen[65];

static void note(int signo)
{
	seen[signo]++;
}

// Run in a child that leads a session; the master is closed there, or the terminal could not hang up.
static void in_session(void (*body)(void), void (*beside)(pid_t child))
{
	int status;
	pid_t child = fork();

	if (child == 0) {
		setsid();
		body();
		_exit(0);
	}
	if (beside)
		beside(child);
	waitpid(child, &status, 0);
	show_status("leader", status);
}

static void take_terminal(void)
{
	int slave, again;
	pid_t session = 0;

	signal(SIGHUP, SIG_IGN); // of giving the terminal up
	show("no terminal yet", open("/dev/tty", O_RDWR));
	slave = open(path, O_RDWR | O_NOCTTY);
	show("not with O_NOCTTY", open("/dev/tty", O_RDWR));
	close(slave);
	slave = open(path, O_WRONLY);
	show("not write-only", open("/dev/tty", O_RDWR));
	close(slave);
	slave = open(path, O_RDWR);
	again = open("/dev/tty", O_RDWR);
	check("by open", again >= 0);
	ioctl(again, TIOCGSID, &session);
	check("session", session == getpid());
	check("foreground", tcgetpgrp(slave) == getpgrp());
	write(again, "tty\n", 4);
	show("given up", ioctl(slave, TIOCNOTTY));
	show("gone", open("/dev/tty", O_RDWR));
	show("taken back", ioctl(slave, TIOCSCTTY, 0));
	show("foreground", tcgetpgrp(slave) == getpgrp());
	close(again);
	close(slave);
	again = open("/dev/tty", O_RDWR);
	check("it stays when the last slave is closed", again >= 0);
	check("foreground", tcgetpgrp(again) == getpgrp());
}

static void wait_for_signal(int signo)
{
	sigset_t none;

	sigemptyset(&none);
	while (!seen[signo])
		sigsuspend(&none);
	say("signal %d\n", signo);
}

static int ready[2];

// Block the signals, so that none comes before this process waits, and say that it is ready.
static int prepare(void)
{
	sigset_t all;
	int slave, signals[] = { SIGINT, SIGQUIT, SIGTSTP, SIGWINCH, SIGHUP, SIGCONT };

	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, NULL);
	for (size_t i = 0; i < COUNT(signals); i++)
		signal(signals[i], note);
	slave = open(path, O_RDWR);
	write(ready[1], "", 1);
	return slave;
}

static void get_signals(void)
{
	int slave = prepare();

	close(master);
	wait_for_signal(SIGINT);
	wait_for_signal(SIGQUIT);
	wait_for_signal(SIGTSTP);
	wait_for_signal(SIGWINCH);
	write(ready[1], "", 1);
	wait_for_signal(SIGHUP);
	wait_for_signal(SIGCONT);
	show("no terminal any more", open("/dev/tty", O_RDWR));
	show("write", write(slave, "", 1));
}

static void send_signals(pid_t child)
{
	struct winsize window = { 10, 20, 0, 0 };
	pid_t group = 0;
	int by_request;
	char byte;

	read(ready[0], &byte, 1);
	ioctl(master, TIOCGPGRP, &group);
	check("the master sees the group", group == child);
	ioctl(master, TIOCGSID, &group);
	check("and the session", group == child);
	write(master, "\3", 1);
	write(master, "\34", 1);
	by_request = ioctl(master, TIOCSIG, SIGTSTP);
	ioctl(master, TIOCSWINSZ, &window);
	ioctl(master, TIOCSWINSZ, &window);
	read(ready[0], &byte, 1);
	show("by request", by_request);
	show("no key's", ioctl(master, TIOCSIG, SIGTERM));
	close(master);
}

// A member in the background that reads is stopped; in the foreground it reads. When the leader ends,
// the foreground group hears of it.
static void jobs(void)
{
	int slave = open(path, O_RDWR), status;
	pid_t job = fork();
	char line[16];

	if (job == 0) {
		setpgid(0, 0);
		show("the job reads", read(slave, line, sizeof(line)));
		signal(SIGHUP, note);
		write(ready[1], "", 1);
		while (!seen[SIGHUP])
			syscall(SYS_sched_yield);
		write(ready[1], "", 1);
		_exit(0);
	}
	waitpid(job, &status, WUNTRACED);
	say("stopped by %d\n", WSTOPSIG(status));
	signal(SIGTTOU, SIG_IGN);
	show("to the foreground", tcsetpgrp(slave, job));
	kill(-job, SIGCONT);
	read(ready[0], line, 1);
}

static void feed(pid_t child)
{
	(void)child;
	write(master, "line\n", 5);
}

int main(void)
{
	char byte, bytes[16];

	pipe(ready);
	open_master();
	in_session(take_terminal, NULL);
	show("read", read(master, bytes, sizeof(bytes)));
	show("read", read(master, bytes, sizeof(bytes)));
	close(master);
	open_master();
	in_session(get_signals, send_signals);
	open_master();
	in_session(jobs, feed);
	show("the job hears of the end", read(ready[0], &byte, 1));
	return 0;
}
