// Pseudoterminals: /dev/ptmx and /dev/pts/N, what passes between the ends, and what remains when one end
// is closed.

#include "pty.h"

#include <poll.h>
#include <sys/sysmacros.h>

static int slave;

static void open_both(void)
{
	open_master();
	slave = open(path, O_RDWR | O_NOCTTY);
}

static void print(const char *what, const char *bytes, ssize_t n)
{
	ssize_t i;

	say("%s: \"", what);
	for (i = 0; i < n; i++)
		say(bytes[i] == '\n' ? "\\n" :
		    bytes[i] == '\r' ? "\\r" :
		    bytes[i] == '\b' ? "\\b" :
		                       "%c",
		    bytes[i]);
	say("\"\n");
}

// Read exactly `n` bytes, and print them. Linux moves bytes between the ends a little later.
static void show_read(const char *what, int fd, ssize_t n)
{
	char bytes[200];
	ssize_t done = 0, some = 1;

	while (done < n && (some = read(fd, bytes + done, (size_t)(n - done))) > 0)
		done += some;
	if (some < 0)
		show(what, some);
	else
		print(what, bytes, done);
}

// Read once without waiting: nothing is there.
static void show_nothing(const char *what, int fd)
{
	char bytes[200];
	int flags = fcntl(fd, F_GETFL);
	ssize_t n;

	fcntl(fd, F_SETFL, flags | O_NONBLOCK);
	n = read(fd, bytes, sizeof(bytes));
	fcntl(fd, F_SETFL, flags);
	if (n < 0)
		show(what, n);
	else
		print(what, bytes, n);
}

// Wait until there is something to read.
static void await(int fd)
{
	struct pollfd item = { .fd = fd, .events = POLLIN };

	poll(&item, 1, -1);
}

static void show_poll(const char *what, int fd)
{
	struct pollfd item = { .fd = fd, .events = POLLIN | POLLOUT };

	poll(&item, 1, 0);
	say("%s: %#x\n", what, item.revents);
}

static void locks(void)
{
	int locked = -1, one = 1, zero = 0, first;
	struct stat status;

	master = open("/dev/ptmx", O_RDWR | O_NOCTTY);
	show("number", ioctl(master, TIOCGPTN, &number));
	first = number;
	snprintf(path, sizeof(path), "/dev/pts/%d", number);
	stat(path, &status);
	say("mode %o, device %d,%d\n", status.st_mode, major(status.st_rdev),
	    minor(status.st_rdev) == (unsigned)number);
	show("locked", open(path, O_RDWR));
	show("ask", ioctl(master, TIOCGPTLCK, &locked));
	show("is locked", locked);
	show("a peer", ioctl(master, TIOCGPTPEER, O_RDWR | O_NOCTTY));
	show("bad address", ioctl(master, TIOCSPTLCK, NULL));
	show("unlock", ioctl(master, TIOCSPTLCK, &zero));
	slave = open(path, O_RDWR | O_NOCTTY);
	check("opened", slave >= 0);
	show("lock again", ioctl(master, TIOCSPTLCK, &one));
	show("once more", open(path, O_RDWR | O_NOCTTY));
	show("slave: number", ioctl(slave, TIOCGPTN, &number));
	show("slave: unlock", ioctl(slave, TIOCSPTLCK, &zero));
	ioctl(master, TIOCSPTLCK, &zero);
	close(slave);
	slave = ioctl(master, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC);
	check("a peer", slave >= 0);
	show("closed at exec", fcntl(slave, F_GETFD));
	close(slave);
	open_both();
	check("another number", number != first);
	close(master);
	close(slave);
}

static void settings(void)
{
	struct termios termios, other;
	struct winsize window = { 24, 80, 0, 0 }, seen = { 0 };

	open_both();
	tcgetattr(slave, &termios);
	say("iflag %#x oflag %#x cflag %#x lflag %#x\n", termios.c_iflag, termios.c_oflag,
	    termios.c_cflag, termios.c_lflag);
	tcgetattr(master, &other);
	check("the master shows them", memcmp(&termios, &other, sizeof(termios)) == 0);
	termios.c_lflag &= ~(tcflag_t)ECHO;
	show("change by the master", tcsetattr(master, TCSANOW, &termios));
	tcgetattr(slave, &other);
	check("the slave has them", !(other.c_lflag & ECHO));
	ioctl(slave, TIOCGWINSZ, &seen);
	say("window %d x %d\n", seen.ws_row, seen.ws_col);
	show("window by the master", ioctl(master, TIOCSWINSZ, &window));
	ioctl(slave, TIOCGWINSZ, &seen);
	say("window %d x %d\n", seen.ws_row, seen.ws_col);
	show("isatty", isatty(master) + 2 * isatty(slave));
	close(master);
	close(slave);
}

static void bytes(void)
{
	int count;

	open_both();
	show_poll("master", master);
	show_poll("slave", slave);
	show_nothing("master", master);
	show_nothing("slave", slave);
	show("type", write(master, "hello\rwor", 9));
	show_read("echo", master, 10);
	show_poll("master", master);
	show_poll("slave", slave);
	show_read("line", slave, 6);
	show_nothing("no line", slave);
	show_poll("slave", slave);
	write(master, "\177ld\n", 4);
	show_read("echo", master, 7);
	show_read("line", slave, 5);
	show("write", write(slave, "a\nb", 3));
	show_read("one byte", master, 1);
	ioctl(master, FIONREAD, &count);
	show("waiting", count);
	show_poll("master", master);
	show_read("the rest", master, 3);
	write(slave, "lost", 4);
	await(master);
	show("flush", ioctl(master, TCFLSH, TCIFLUSH));
	show_nothing("master", master);
	write(master, "lost\n", 5);
	show_read("echo", master, 6);
	show("flush", ioctl(slave, TCFLSH, TCIFLUSH));
	show_nothing("slave", slave);
	write(master, "\4", 1);
	show_read("end", slave, 1);
	close(master);
	close(slave);
}

// More than fits: each side waits for the other.
static void long_transfers(void)
{
	static char block[20000], got[20000];
	struct termios raw;
	size_t done;
	ssize_t n;
	int status, pass;

	open_both();
	tcgetattr(slave, &raw);
	raw.c_lflag = raw.c_iflag = raw.c_oflag = 0;
	tcsetattr(slave, TCSANOW, &raw);
	for (done = 0; done < sizeof(block); done++)
		block[done] = (char)(done % 251);
	for (pass = 0; pass < 2; pass++) {
		int from = pass ? slave : master, to = pass ? master : slave;

		if (fork() == 0)
			_exit(write(from, block, sizeof(block)) != sizeof(block));
		for (done = 0; done < sizeof(got); done += (size_t)n) {
			n = read(to, got + done, sizeof(got) - done);
			if (n <= 0)
				break;
		}
		check(pass ? "slave to master" : "master to slave",
		      memcmp(got, block, sizeof(got)) == 0);
		memset(got, 0, sizeof(got));
		wait(&status);
		show_status("writer", status);
	}
	close(master);
	close(slave);
}

static void slave_closed(void)
{
	open_master();
	show_nothing("never open", master);
	show_poll("never open", master);
	show("type ahead", write(master, "early\n", 6));
	slave = open(path, O_RDWR | O_NOCTTY);
	show_read("line", slave, 6);
	write(slave, "late", 4);
	close(slave);
	show_read("rest", master, 11);
	show_nothing("nothing more", master);
	show_poll("closed", master);
	show("type", write(master, "x\n", 2));
	slave = open(path, O_RDWR | O_NOCTTY);
	write(slave, "open again", 10);
	await(master);
	show_poll("open again", master);
	close(slave);
	close(master);
}

static void master_closed(void)
{
	struct termios termios;
	int count, status;
	pid_t child;

	open_both();
	write(master, "unread\n", 7);
	await(slave);
	close(master);
	show_poll("slave", slave);
	show_read("slave", slave, 1);
	show("write", write(slave, "x", 1));
	show("settings", tcgetattr(slave, &termios));
	show("count", ioctl(slave, FIONREAD, &count));
	show("foreground", tcsetpgrp(slave, getpgrp()));
	show("open", open(path, O_RDWR | O_NOCTTY));
	show("other request", ioctl(slave, TIOCGPTN, &count));
	close(slave);
	open_both();
	child = fork();
	if (child == 0) {
		char byte;

		close(master);
		show("a read that waited", read(slave, &byte, 1));
		_exit(0);
	}
	let_sleep(child);
	close(master);
	wait(&status);
	close(slave);
}

static void number_again(void)
{
	int before;

	open_both();
	before = number;
	close(master);
	close(slave);
	open_both();
	check("the number is free again", number == before);
	close(master);
	open_master();
	check("a slave keeps its number", number != before);
	close(slave);
	close(master);
}

int main(void)
{
	locks();
	settings();
	bytes();
	long_transfers();
	slave_closed();
	master_closed();
	number_again();
	return 0;
}
