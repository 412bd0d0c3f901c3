// O_ASYNC on pseudoterminals: both ends; lines and single bytes; owners. Linux moves bytes between the
// ends a little later, so each signal is waited for.

#include "async.h"
#include "pty.h"

#include <sys/resource.h>

static int slave;

// Wait for one signal, and drop those that follow: how many there are depends on how Linux moves the
// bytes.
static void show_next(const char *what)
{
	siginfo_t info;
	int signo = take_signal(&info, 5000);

	say("%s:\n", what);
	if (signo > 0)
		print_signal(signo, &info);
	else
		say("  none\n");
	sleep_ms(20);
	while (take_signal(&info, 0) > 0)
		continue;
}

static void set_canonical(int on)
{
	struct termios termios;

	tcgetattr(slave, &termios);
	termios.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
	termios.c_lflag |= on ? ICANON : 0;
	termios.c_oflag &= ~(tcflag_t)OPOST;
	tcsetattr(slave, TCSANOW, &termios);
}

static void show_owner(const char *what, int fd)
{
	struct f_owner_ex owner = { -1, -1 };

	fcntl(fd, F_GETOWN_EX, &owner);
	say("%s: type %d, %s\n", what, owner.type,
	    owner.pid == getpid() ? "this process" :
	    owner.pid             ? "another" :
	                            "nobody");
}

static void show_slave(void)
{
	show_owner("before O_ASYNC", slave);
	fcntl(slave, F_SETSIG, REALTIME);
	fcntl(slave, F_SETFL, O_ASYNC | O_NONBLOCK);
	show_owner("slave", slave);
	set_canonical(1);
	write(master, "a", 1);
	sleep_ms(20);
	show_signals("a part of a line");
	write(master, "b\n", 2);
	show_next("a line");
	set_canonical(0);
	write(master, "c", 1);
	show_next("without ICANON");
	fcntl(slave, F_SETFL, O_NONBLOCK);
	write(master, "c", 1);
	sleep_ms(20);
	show_signals("O_ASYNC is clear");
}

static void show_master(void)
{
	fcntl(master, F_SETSIG, REALTIME);
	fcntl(master, F_SETFL, O_ASYNC | O_NONBLOCK);
	show_owner("master", master);
	write(slave, "abc", 3);
	show_next("the slave writes");
}

// The slave's writer fills the terminal, and is told when the master has read.
static void show_room(void)
{
	static char bytes[4096];
	siginfo_t info;

	fcntl(slave, F_SETFL, O_ASYNC | O_NONBLOCK);
	fcntl(master, F_SETFL, O_NONBLOCK);
	while (write(slave, bytes, sizeof(bytes)) > 0)
		continue;
	sleep_ms(20);
	while (write(slave, bytes, sizeof(bytes)) > 0)
		continue;
	while (take_signal(&info, 0) > 0)
		continue;
	do
		sleep_ms(10);
	while (read(master, bytes, sizeof(bytes)) > 0);
	show_next("room again");
}

static void show_hangup(void)
{
	siginfo_t info;

	while (take_signal(&info, 0) > 0)
		continue;
	close(master);
	sleep_ms(20);
	show_signals("the master is closed");
	say("O_ASYNC is %s\n", fcntl(slave, F_GETFL) & O_ASYNC ? "set" : "clear");
	show("again", fcntl(slave, F_SETFL, O_ASYNC));
	close(slave);
}

static void show_slave_closed(void)
{
	open_master();
	slave = open(path, O_RDWR | O_NOCTTY);
	signal_by(master, REALTIME);
	close(slave);
	sleep_ms(20);
	show_signals("the slave is closed");
	close(master);
}

// In a session of its own the terminal's owner is the group in the foreground.
static void show_session(void)
{
	setsid();
	open_master();
	slave = open(path, O_RDWR);
	fcntl(slave, F_SETFL, O_ASYNC);
	show_owner("a controlling terminal", slave);
	fcntl(slave, F_SETFL, 0);
	fcntl(slave, F_SETOWN, getppid());
	fcntl(slave, F_SETFL, O_ASYNC);
	show_owner("with an owner", slave);
}

int main(void)
{
	block_signals();
	open_master();
	slave = open(path, O_RDWR | O_NOCTTY);
	show_slave();
	show_master();
	show_room();
	show_hangup();
	show_slave_closed();
	show_child("session", show_session);
	return 0;
}
