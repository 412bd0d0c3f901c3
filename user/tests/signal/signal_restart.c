// Signals during calls that wait: with SA_RESTART most go on waiting, without it they return EINTR.

#include "test.h"
#include <poll.h>

static volatile int caught;
static int fds[2];

static void note(int signo)
{
	(void)signo;
	caught++;
}

static void install(unsigned int flags)
{
	struct sigaction act;

	memset(&act, 0, sizeof(act));
	act.sa_handler = note;
	act.sa_flags = (int)flags;
	sigaction(SIGUSR1, &act, NULL);
}

// A child that sends the signal after 10 ms, and after 20 more does what ends the call anyway.
static pid_t disturb(void)
{
	pid_t pid = fork();

	if (pid == 0) {
		sleep_ms(10);
		kill(getppid(), SIGUSR1);
		sleep_ms(20);
		write(fds[1], "x", 1);
		_exit(9);
	}
	return pid;
}

static void finish(pid_t pid)
{
	char byte;

	while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
	fcntl(fds[0], F_SETFL, O_NONBLOCK);
	while (read(fds[0], &byte, 1) > 0)
		;
	fcntl(fds[0], F_SETFL, 0);
}

static void try_read(void)
{
	pid_t pid = disturb();
	char byte;

	show("  read", read(fds[0], &byte, 1));
	finish(pid);
}

static void try_wait(void)
{
	int status = 0;
	pid_t pid = disturb(), result = waitpid(pid, &status, 0);

	if (result < 0)
		show("  waitpid", -1);
	else
		show_status("  waitpid", status);
	finish(pid);
}

static void try_sleep(void)
{
	struct timespec wanted = { 0, 50000000 }, left = { 7, 7 };
	pid_t pid = disturb();

	show("  nanosleep", nanosleep(&wanted, &left));
	check("  some is left", left.tv_sec == 0 && left.tv_nsec > 0 && left.tv_nsec < 50000000);
	finish(pid);
}

static void try_poll(void)
{
	struct pollfd entry = { fds[0], POLLIN, 0 };
	pid_t pid = disturb();

	show("  poll", poll(&entry, 1, -1));
	finish(pid);
}

static void try_all(void)
{
	caught = 0;
	try_read();
	try_wait();
	try_sleep();
	try_poll();
	say("  caught %d\n", caught);
}

int main(void)
{
	pipe(fds);
	say("without SA_RESTART\n");
	install(0);
	try_all();
	say("with SA_RESTART\n");
	install(SA_RESTART);
	try_all();
	signal(SIGUSR1, SIG_IGN);
	say("ignored\n");
	try_read();
	try_wait();
	return 0;
}
