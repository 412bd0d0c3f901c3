// limit: 30
// What signals do to calls that sleep: one that is blocked, one that is ignored, SIGCONT, a stop with
// SIGCONT, and handlers without and with SA_RESTART. This is the table of kern/README.md, "Signals and
// sleeping calls".

#include "asleep.h"
#include <poll.h>
#include <sys/mman.h>
#include <sys/time.h>

#define WAIT_MS 100
#define FIFO "/tmp/fifo"

static int fds[2];
static volatile int handled;
static sigset_t blocked; // SIGUSR1, or nothing

static void count(int signo)
{
	if (signo == SIGUSR1)
		handled++;
}

// --- The calls. Each returns after WAIT_MS, or when finish() has done what it waits for. ---

static long by_nanosleep(void)
{
	struct timespec time = { 0, WAIT_MS * 1000000 };

	return nanosleep(&time, &time);
}

static long by_clock_nanosleep(void)
{
	struct timespec time = { 0, WAIT_MS * 1000000 };

	return syscall(SYS_clock_nanosleep, CLOCK_MONOTONIC, 0, &time, NULL) ? -1 : 0;
}

static long by_absolute_sleep(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	time.tv_nsec += WAIT_MS * 1000000;
	if (time.tv_nsec >= 1000000000) {
		time.tv_nsec -= 1000000000;
		time.tv_sec++;
	}
	return syscall(SYS_clock_nanosleep, CLOCK_MONOTONIC, 1, &time, NULL);
}

static long by_poll_time(void)
{
	return poll(NULL, 0, WAIT_MS);
}

static long by_poll(void)
{
	struct pollfd fd = { .fd = fds[0], .events = POLLIN };

	return poll(&fd, 1, -1);
}

static long by_ppoll(void)
{
	struct pollfd fd = { .fd = fds[0], .events = POLLIN };
	struct timespec time = { 0, WAIT_MS * 1000000 };

	fd.fd = -1;
	return syscall(SYS_ppoll, &fd, 1, &time, &blocked, 8);
}

static long by_select(void)
{
	struct timeval time = { 0, WAIT_MS * 1000 };

	return syscall(SYS__newselect, 0, NULL, NULL, NULL, &time);
}

static long by_pselect(void)
{
	struct {
		const sigset_t *mask;
		size_t size;
	} mask = { &blocked, 8 };
	unsigned int set[32] = { 0 };

	set[0] = 1u << fds[0];
	return syscall(SYS_pselect6, fds[0] + 1, set, NULL, NULL, NULL, &mask);
}

static long by_pause(void)
{
	return syscall(SYS_pause);
}

static long by_sigsuspend(void)
{
	return syscall(SYS_rt_sigsuspend, &blocked, 8);
}

static long by_read(void)
{
	char byte;

	return read(fds[0], &byte, 1);
}

static long by_write(void)
{
	static char bytes[70000];

	return write(fds[1], bytes, sizeof(bytes));
}

static long by_open_reading(void)
{
	return open(FIFO, O_RDONLY) >= 0 ? 0 : -1;
}

static long by_open_writing(void)
{
	return open(FIFO, O_WRONLY) >= 0 ? 0 : -1;
}

// For a child that ends when finish() writes.
static long by_wait(void)
{
	pid_t child = fork_or_end();
	char byte;

	if (child == 0)
		_exit(read(fds[0], &byte, 1) == 1 ? 0 : 1);
	return waitpid(child, NULL, 0) == child ? 0 : -1;
}

static long by_vfork(void)
{
	struct timespec time = { 0, WAIT_MS * 1000000 };
	pid_t child = vfork();

	if (child == 0) {
		nanosleep(&time, NULL);
		_exit(0);
	}
	return waitpid(child, NULL, 0) == child || errno == EINTR ? 0 : -1;
}

// --- What ends them ---

static void by_time(pid_t pid)
{
	(void)pid;
}

static void by_signal(pid_t pid)
{
	kill(pid, SIGUSR2);
}

static void by_byte(pid_t pid)
{
	(void)pid;
	write(fds[1], "x", 1);
}

static void by_reading(pid_t pid)
{
	static char bytes[70000];

	(void)pid;
	fcntl(fds[0], F_SETFL, O_NONBLOCK);
	for (int i = 0; state_of(pid) != 'Z'; i++) {
		if (read(fds[0], bytes, sizeof(bytes)) <= 0)
			syscall(SYS_sched_yield);
	}
}

static void by_opening(pid_t pid)
{
	(void)pid;
	close(open(FIFO, O_RDWR | O_NONBLOCK));
}

static const struct call {
	const char *name;
	long (*sleep)(void);
	void (*finish)(pid_t pid);
} calls[] = {
	{ "nanosleep", by_nanosleep, by_time },
	{ "clock_nanosleep", by_clock_nanosleep, by_time },
	{ "clock_nanosleep until", by_absolute_sleep, by_time },
	{ "poll, time", by_poll_time, by_time },
	{ "poll", by_poll, by_byte },
	{ "ppoll", by_ppoll, by_time },
	{ "select", by_select, by_time },
	{ "pselect6", by_pselect, by_byte },
	{ "pause", by_pause, by_signal },
	{ "rt_sigsuspend", by_sigsuspend, by_signal },
	{ "read", by_read, by_byte },
	{ "write", by_write, by_reading },
	{ "open to read", by_open_reading, by_opening },
	{ "open to write", by_open_writing, by_opening },
	{ "wait4", by_wait, by_byte },
	{ "vfork", by_vfork, by_time },
};

static const struct disturbance {
	const char *name;
	int signo;
	void (*handler)(int);
	unsigned long flags;
} disturbances[] = {
	{ "blocked", SIGUSR1, count, 0 },   { "ignored", SIGUSR1, SIG_IGN, 0 },
	{ "SIGCONT", SIGCONT, SIG_DFL, 0 }, { "stopped", SIGSTOP, SIG_DFL, 0 },
	{ "handled", SIGUSR1, count, 0 },   { "SA_RESTART", SIGUSR1, count, SA_RESTART },
};

static void sleeper(const struct call *call, const struct disturbance *with)
{
	struct sigaction action = { .sa_handler = with->handler, .sa_flags = with->flags };
	sigset_t end;
	long result;

	if (with->signo == SIGUSR1)
		sigaction(SIGUSR1, &action, NULL);
	action = (struct sigaction){ .sa_handler = count };
	sigaction(SIGUSR2, &action, NULL);
	sigemptyset(&end);
	if (!strcmp(with->name, "blocked"))
		sigaddset(&blocked, SIGUSR1);
	sigprocmask(SIG_SETMASK, &blocked, NULL);
	result = call->sleep();
	say("%s, %s: ", call->name, with->name);
	if (result == -1)
		say("%s", error_name(errno));
	else
		say("%ld", result);
	say("%s\n", handled ? ", handled" : "");
	_exit(0);
}

static void disturb(const struct call *call, const struct disturbance *with)
{
	pid_t pid;

	pipe(fds);
	pid = fork_or_end();
	if (pid == 0)
		sleeper(call, with);
	let_sleep(pid);
	kill(pid, with->signo);
	if (with->signo == SIGSTOP) {
		waitpid(pid, NULL, WUNTRACED);
		kill(pid, SIGCONT);
	}
	let_sleep(pid);
	call->finish(pid);
	waitpid(pid, NULL, 0);
	close(fds[0]);
	close(fds[1]);
}

int main(void)
{
	signal(SIGPIPE, SIG_IGN);
	mkfifo(FIFO, 0600);
	for (size_t i = 0; i < COUNT(calls); i++)
		for (size_t j = 0; j < COUNT(disturbances); j++)
			disturb(&calls[i], &disturbances[j]);
	return 0;
}
