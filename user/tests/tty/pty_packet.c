// Packet mode of pseudoterminals (TIOCPKT): what the master reads before the slave's output; EXTPROC; and
// terminals that only one program may open (TIOCEXCL). Linux moves bytes between the ends a little later, so
// the master waits for what it reads.

#include "pty.h"

#include <poll.h>

static int slave;

// Wait for something, and read it once.
static void show_read(const char *what, size_t n)
{
	struct pollfd wait = { .fd = master, .events = POLLIN | POLLPRI };
	char bytes[64];
	ssize_t got;

	poll(&wait, 1, 5000);
	sleep_ms(20);
	poll(&wait, 1, 0);
	got = read(master, bytes, n);
	say("%s: events 0x%x, %d bytes:", what, (unsigned int)wait.revents, (int)got);
	for (ssize_t i = 0; i < got; i++)
		say(bytes[i] >= ' ' ? " '%c'" : " %d", bytes[i]);
	say("\n");
}

static void show_nothing(const char *what)
{
	struct pollfd wait = { .fd = master, .events = POLLIN | POLLPRI };
	char byte;

	sleep_ms(20);
	poll(&wait, 1, 0);
	say("%s: events 0x%x, ", what, (unsigned int)wait.revents);
	fcntl(master, F_SETFL, O_NONBLOCK);
	show("read", read(master, &byte, 1));
	fcntl(master, F_SETFL, 0);
}

static void set_packet(int on)
{
	int now = -1;

	show("TIOCPKT", ioctl(master, TIOCPKT, &on));
	ioctl(master, TIOCGPKT, &now);
	say("TIOCGPKT: %d\n", now);
}

// Set or clear local and input flags of the slave.
static void set_flags(tcflag_t local, tcflag_t input, int on)
{
	struct termios termios;

	tcgetattr(slave, &termios);
	termios.c_lflag = on ? termios.c_lflag | local : termios.c_lflag & ~local;
	termios.c_iflag = on ? termios.c_iflag | input : termios.c_iflag & ~input;
	tcsetattr(slave, TCSANOW, &termios);
}

static void show_data(void)
{
	write(slave, "ab", 2);
	show_read("output", 64);
	write(slave, "ab", 2);
	show_read("output, read of 1", 1);
	show_read("again", 2);
	show_read("the rest", 64);
	show_nothing("no more");
}

static void show_changes(void)
{
	struct termios termios;

	write(master, "\023", 1);
	show_read("^S", 64);
	write(master, "\021", 1);
	show_read("^Q", 64);
	write(master, "\023\021", 2);
	show_read("^S^Q", 64);
	write(master, "\021", 1);
	show_nothing("^Q, though nothing is stopped");
	ioctl(slave, TCXONC, 0);
	show_read("TCOOFF", 64);
	ioctl(slave, TCXONC, 1);
	show_read("TCOON", 64);
	ioctl(slave, TCFLSH, 0);
	show_read("TCIFLUSH", 64);
	ioctl(slave, TCFLSH, 1);
	show_read("TCOFLUSH", 64);
	ioctl(slave, TCFLSH, 2);
	show_read("TCIOFLUSH", 64);
	ioctl(master, TCFLSH, 2);
	show_nothing("TCIOFLUSH of the master");
	set_flags(0, IXON, 0);
	show_read("without IXON", 64);
	set_flags(0, IXON, 1);
	show_read("with IXON", 64);
	tcgetattr(slave, &termios);
	termios.c_cc[VSTOP] = 1;
	tcsetattr(slave, TCSANOW, &termios);
	show_read("another VSTOP", 64);
	termios.c_cc[VSTOP] = 023;
	tcsetattr(slave, TCSAFLUSH, &termios);
	show_read("^S again, and a flush", 64);
	set_flags(ECHO, 0, 0);
	show_nothing("without ECHO");
	write(master, "\003", 1);
	show_read("^C", 64);
}

// Changes come before output, and end a read.
static void show_order(void)
{
	write(slave, "ab", 2);
	sleep_ms(20);
	ioctl(slave, TCFLSH, 0);
	write(slave, "cd", 2);
	show_read("output, flush, output", 64);
	show_read("then", 64);
}

static void show_extproc(void)
{
	char bytes[64];
	ssize_t n;

	set_flags(ECHO, 0, 1);
	set_flags(EXTPROC, 0, 1);
	show_read("EXTPROC", 64);
	write(master, "a\177\025b\r\003", 6);
	sleep_ms(20);
	n = read(slave, bytes, sizeof(bytes));
	say("EXTPROC, taken as it is:");
	for (ssize_t i = 0; i < n; i++)
		say(" %d", bytes[i]);
	say("\n");
	show_nothing("EXTPROC, no echo");
	set_flags(ECHO, 0, 0);
	show_read("EXTPROC, without ECHO", 64);
	set_flags(EXTPROC, 0, 0);
	show_read("without EXTPROC", 64);
	write(master, "ab\177\n", 4);
	n = read(slave, bytes, sizeof(bytes));
	say("edited again: %d bytes\n", (int)n);
}

static void show_errors(void)
{
	int on = 1;

	show("of the slave", ioctl(slave, TIOCPKT, &on));
	show("of the slave", ioctl(slave, TIOCGPKT, &on));
	show("a bad address", ioctl(master, TIOCPKT, NULL));
	show("a bad address", ioctl(master, TIOCGPKT, NULL));
}

static void open_as_user(void)
{
	syscall(SYS_setresuid32, 0, 1, 0);
	show("  as another user", open(path, O_RDONLY | O_NOCTTY));
}

static void show_flag(const char *what, int fd)
{
	int value = -1;

	ioctl(fd, TIOCGEXCL, &value);
	say("%s: %d\n", what, value);
}

static void show_exclusive(void)
{
	chmod(path, 0666);
	show_flag("TIOCGEXCL", slave);
	show("TIOCEXCL", ioctl(slave, TIOCEXCL, 0));
	show_flag("TIOCGEXCL", slave);
	show_flag("TIOCGEXCL of the master", master);
	check("as root", open(path, O_RDONLY | O_NOCTTY) >= 0);
	show_child("child", open_as_user);
	show("TIOCNXCL", ioctl(slave, TIOCNXCL, 0));
	show_child("child", open_as_user);
	show("TIOCEXCL of the master", ioctl(master, TIOCEXCL, 0));
	show_flag("TIOCGEXCL of the master", master);
	show_flag("TIOCGEXCL", slave);
	show_child("child", open_as_user);
	show("a bad address", ioctl(slave, TIOCGEXCL, NULL));
}

int main(void)
{
	open_master();
	slave = open(path, O_RDWR | O_NOCTTY);
	set_packet(0);
	show_nothing("off");
	ioctl(slave, TCFLSH, 0);
	set_packet(5);
	show_nothing("changes before do not count");
	show_data();
	show_changes();
	show_order();
	show_extproc();
	set_packet(0);
	write(slave, "ab", 2);
	show_read("off again", 64);
	show_errors();
	show_exclusive();
	set_packet(1);
	close(slave);
	return 0;
}
