// O_ASYNC on pipes: which calls make a signal, what it says, and what ends it.

#include "async.h"

#include <sys/resource.h>

static int ends[2];
static char bytes[8192];

static void show_flags(const char *what, int fd)
{
	say("%s: O_ASYNC is %s\n", what, fcntl(fd, F_GETFL) & O_ASYNC ? "set" : "clear");
}

// Write a byte when the reader's signal is `signo`.
static void write_with(int signo, const char *what)
{
	fcntl(ends[0], F_SETSIG, signo);
	write(ends[1], "a", 1);
	show_signals(what);
}

static void show_reader(void)
{
	signal_by(ends[0], 0);
	show_flags("reader", ends[0]);
	show_flags("writer", ends[1]);
	show_signals("nothing written");
	write(ends[1], "a", 1);
	show_signals("a byte");
	write(ends[1], "a", 1);
	write(ends[1], "a", 1);
	show_signals("two bytes are one signal");
	write_with(SIGIO, "SIGIO on purpose");
	write_with(SIGUSR1, "SIGUSR1");
	write_with(SIGBUS, "SIGBUS has codes of its own");
	fcntl(ends[0], F_SETSIG, REALTIME);
	write(ends[1], "a", 1);
	write(ends[1], "a", 1);
	write(ends[1], "", 0);
	show_signals("real-time signals queue");
	read(ends[0], bytes, sizeof(bytes));
	show_signals("a read");
}

static void show_writer(void)
{
	fcntl(ends[0], F_SETFL, O_NONBLOCK);
	show_flags("reader", ends[0]);
	signal_by(ends[1], REALTIME);
	write(ends[1], "ab", 2);
	show_signals("a write");
	read(ends[0], bytes, 1);
	show_signals("a read");
	read(ends[0], bytes, 1);
	show_signals("another read");
	show("an empty pipe", read(ends[0], bytes, 1));
	show_signals("also signals");
}

static void show_descriptors(void)
{
	int copy, other[2];

	pipe(other);
	signal_by(other[0], REALTIME);
	copy = dup(other[0]);
	close(other[0]);
	write(other[1], "a", 1);
	show_signals("a closed descriptor, of which a copy is open");
	fcntl(copy, F_SETFL, O_ASYNC);
	write(other[1], "a", 1);
	show_signals("O_ASYNC again by the copy");
	fcntl(copy, F_SETFL, 0);
	fcntl(copy, F_SETFL, O_ASYNC);
	write(other[1], "a", 1);
	show_signals("off and on by the copy");
	fcntl(copy, F_SETOWN, 0);
	write(other[1], "a", 1);
	show_signals("no owner");
	fcntl(copy, F_SETOWN, getpid());
	close(other[1]);
	show_signals("the writer closes");
	close(copy);
	pipe(other);
	signal_by(other[1], REALTIME);
	close(other[0]);
	show_signals("the reader closes");
	close(other[1]);
}

static void show_ioctl(void)
{
	int on = 1, off = 0, other[2];

	pipe(other);
	show("FIOASYNC", ioctl(other[0], FIOASYNC, &on));
	show_flags("on", other[0]);
	show("FIOASYNC", ioctl(other[0], FIOASYNC, &on));
	show("FIOASYNC", ioctl(other[0], FIOASYNC, &off));
	show_flags("off", other[0]);
	show("a bad address", ioctl(other[0], FIOASYNC, NULL));
	close(other[0]);
	close(other[1]);
}

// The queue has room for two signals; SIGIO says that others were lost.
static void show_full_queue(void)
{
	struct rlimit limit = { 2, 2 };
	int i;

	fcntl(ends[0], F_SETFL, O_ASYNC | O_NONBLOCK);
	fcntl(ends[1], F_SETFL, 0);
	syscall(SYS_setresuid32, 31337, 31337, 31337); // nobody else counts for this user
	setrlimit(RLIMIT_SIGPENDING, &limit);
	for (i = 0; i < 4; i++)
		write(ends[1], "a", 1);
	show_signals("four writes, room for two");
}

// A FIFO opened for both gets signals of both kinds; one whose open asks for O_ASYNC gets none.
static void show_fifo(void)
{
	int fd;

	mkfifo("/tmp/async_pipe", 0600);
	fd = open("/tmp/async_pipe", O_RDWR | O_NONBLOCK);
	signal_by(fd, REALTIME);
	write(fd, "a", 1);
	show_signals("write to a FIFO");
	read(fd, bytes, 1);
	show_signals("read from it");
	close(fd);
	fd = open("/tmp/async_pipe", O_RDWR | O_NONBLOCK | O_ASYNC);
	show_flags("opened with it", fd);
	fcntl(fd, F_SETOWN, getpid());
	fcntl(fd, F_SETFL, O_ASYNC | O_NONBLOCK);
	write(fd, "a", 1);
	show_signals("write to that");
	fcntl(fd, F_SETFL, O_NONBLOCK);
	show_flags("cleared", fd);
	fcntl(fd, F_SETFL, O_ASYNC | O_NONBLOCK);
	write(fd, "a", 1);
	show_signals("set anew");
	close(fd);
	unlink("/tmp/async_pipe");
}

static int handled;

static void on_signal(int signo)
{
	(void)signo;
	handled++;
}

// The handler has run when the write returns.
static void show_handler(void)
{
	struct sigaction action = { .sa_handler = on_signal };
	sigset_t set;
	int other[2];

	pipe(other);
	sigaction(SIGURG, &action, NULL);
	signal_by(other[0], SIGURG);
	sigemptyset(&set);
	sigaddset(&set, SIGURG);
	sigprocmask(SIG_UNBLOCK, &set, NULL);
	write(other[1], "a", 1);
	say("handled: %d\n", handled);
	write(other[1], "a", 1);
	say("handled: %d\n", handled);
	sigprocmask(SIG_BLOCK, &set, NULL);
	close(other[0]);
	close(other[1]);
}

int main(void)
{
	block_signals();
	pipe(ends);
	show_reader();
	show_writer();
	show_descriptors();
	show_ioctl();
	show_fifo();
	show_handler();
	show_full_queue();
	return 0;
}
