// stretch
// /proc/self/fdinfo of files of special kinds and of files with locks, and /proc/locks.

#include "../asleep.h"

#include <abi/epoll.h>
#include <poll.h>
#include <sys/file.h>
#include <sys/sysmacros.h>

#define FILE_NAME "/tmp/locked"

static char text[20000];
static pid_t first; // the first process

static void get(const char *path)
{
	read_text(path, text, sizeof(text));
}

// Print the lines of fdinfo after the first four, which other tests look at.
static void show_fd(const char *what, int fd)
{
	char *at = text, *id;
	char path[40];

	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", fd);
	get(path);
	for (int i = 0; i < 4 && *at; i++)
		at = strchr(at, '\n') + 1;
	id = strstr(at, "-id: ");
	if (id)
		memmove(id + 5, strchr(id, '\n'), strlen(strchr(id, '\n')) + 1);
	say("%s:\n%s", what, at);
}

static unsigned int inode_of(int fd)
{
	struct stat st;

	fstat(fd, &st);
	return (unsigned int)st.st_ino;
}

// Replace `old` where it occurs.
static void replace(const char *old, const char *new)
{
	size_t length = strlen(old), other = strlen(new);
	char *at = text;

	while ((at = strstr(at, old))) {
		memmove(at + other, at + length, strlen(at + length) + 1);
		memcpy(at, new, other);
		at += other;
	}
}

// Give the file and the processes names that are the same in every run.
static void name(int fd, pid_t waits)
{
	char number[40];
	struct stat st;

	fstat(fd, &st);
	snprintf(number, sizeof(number), "%02x:%02x:%u ", major(st.st_dev), minor(st.st_dev),
	         (unsigned int)st.st_ino);
	replace(number, "FILE ");
	snprintf(number, sizeof(number), " %d FILE", first);
	replace(number, " FIRST FILE");
	snprintf(number, sizeof(number), " %d FILE", waits);
	replace(number, " WAITS FILE");
}

static void show_locks(const char *what, int fd)
{
	char path[40];

	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", fd);
	get(path);
	name(fd, 0);
	say("%s:\n%s", what, strstr(text, "lock:") ? strstr(text, "lock:") : "");
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

// Print the lines of /proc/locks about the file, sorted, without their numbers.
static void show_all(const char *what, int fd, pid_t waits)
{
	char *lines[20], *end, *line = text;
	int count = 0;

	get("/proc/locks");
	name(fd, waits);
	for (; (end = strchr(line, '\n')); line = end + 1) {
		*end = '\0';
		if (strstr(line, "FILE"))
			lines[count++] = strchr(line, ':');
	}
	qsort(lines, (size_t)count, sizeof(*lines), by_text);
	say("%s:\n", what);
	for (int i = 0; i < count; i++)
		say("%s\n", lines[i]);
}

static void lock(int fd, int command, short type, int64_t start, int64_t length)
{
	struct flock64 range = { .l_type = type, .l_start = start, .l_len = length };

	if (fcntl(fd, command, &range))
		say("lock: %s\n", error_name(errno));
}

static void locks(void)
{
	int fd = open(FILE_NAME, O_RDWR | O_CREAT, 0600), other = open(FILE_NAME, O_RDWR);
	pid_t pid;

	show_locks("none", fd);
	lock(fd, F_SETLK64, F_WRLCK, 10, 20);
	lock(fd, F_SETLK64, F_RDLCK, 100, 0);
	show_locks("of the process", fd);
	show_locks("by another descriptor", other);
	show_locks("by a copy", dup(fd));
	lock(other, F_OFD_SETLK, F_WRLCK, 50, 1);
	flock(other, LOCK_EX);
	show_locks("of the other one", other);
	show_all("all", fd, 0);
	pid = fork_or_end();
	if (pid == 0) {
		show_locks("in a child", fd);
		lock(fd, F_SETLKW64, F_WRLCK, 12, 5);
		_exit(0);
	}
	let_sleep(pid);
	show_all("a child waits", fd, pid);
	lock(fd, F_SETLK64, F_UNLCK, 0, 0);
	waitpid(pid, NULL, 0);
	show_all("unlocked", fd, 0);
	close(other);
	show_all("closed", fd, 0);
	unlink(FILE_NAME);
}

static int number_of(int fd)
{
	char path[40];

	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", fd);
	get(path);
	return atoi(strstr(text, "-id: ") + 5);
}

// How many lines of the file have this word.
static int count_lines(const char *path, const char *word)
{
	int fd = open(path, O_RDONLY), count = 0;
	size_t kept = 0;
	ssize_t n;

	while ((n = read(fd, text + kept, sizeof(text) - 1 - kept)) > 0) {
		char *line = text, *end;

		text[kept + (size_t)n] = '\0';
		for (; (end = strchr(line, '\n')); line = end + 1) {
			*end = '\0';
			count += strstr(line, word) != NULL;
		}
		kept = strlen(line);
		memmove(text, line, kept);
	}
	close(fd);
	return count;
}

// More locks than one part of a text has lines.
static void many_locks(void)
{
	int fd = open(FILE_NAME, O_RDWR | O_CREAT, 0600);
	char path[40], word[40];

	for (int i = 0; i < 1100; i++)
		lock(fd, F_OFD_SETLK, F_WRLCK, 1000000000 + 2 * i, 1);
	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", fd);
	say("%d lines of fdinfo", count_lines(path, " WRITE -1 "));
	snprintf(word, sizeof(word), ":%u 100", inode_of(fd));
	say(", %d of /proc/locks\n", count_lines("/proc/locks", word));
	close(fd);
	unlink(FILE_NAME);
}

static void event_counters(void)
{
	int fd = (int)syscall(SYS_eventfd2, 300, 0), semaphore = (int)syscall(SYS_eventfd2, 2, 1);

	show_fd("a semaphore", semaphore);
	show_fd("a counter", fd);
	check("their numbers differ", number_of(fd) != number_of(semaphore));
	close(fd);
	close(semaphore);
}

// A setting: when the timer expires next, in ms, and how often again, in s.
static int set_timer(int fd, long next, long again, int flags)
{
	struct {
		struct timespec interval, value;
	} setting = { { again, again }, { next / 1000, next % 1000 * 1000000 } };

	return (int)syscall(SYS_timerfd_settime, fd, flags, &setting, NULL);
}

static void timers(void)
{
	int fd = (int)syscall(SYS_timerfd_create, CLOCK_MONOTONIC, 0);
	struct pollfd wait = { .fd = fd, .events = POLLIN };
	char path[40], *left;

	show_fd("a timer", fd);
	set_timer(fd, 1, 5000, 0);
	poll(&wait, 1, -1);
	show_fd("expired", fd);
	set_timer(fd, 1000000, 5000, 0);
	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", fd);
	get(path);
	left = strstr(text, "it_value: (");
	check("it expires later", left && atoi(left + 11) >= 900 && atoi(left + 11) <= 1000);
	check("it has not expired", strstr(text, "\nticks: 0\n"));
	close(fd);
	fd = (int)syscall(SYS_timerfd_create, CLOCK_REALTIME, 0);
	set_timer(fd, 0, 0, 1);
	show_fd("another clock", fd);
	close(fd);
}

static void signals(void)
{
	sigset_t set = { { 1u << (SIGUSR1 - 1), 1 } };
	int fd = (int)syscall(SYS_signalfd4, -1, &set, 8, 0);

	show_fd("signals", fd);
	close(fd);
}

static void processes(void)
{
	pid_t pid = fork_or_end();
	char number[64];
	int fd;

	if (pid == 0)
		_exit(0);
	fd = (int)syscall(SYS_pidfd_open, pid, 0);
	snprintf(number, sizeof(number), "/proc/self/fdinfo/%d", fd);
	get(number);
	snprintf(number, sizeof(number), "Pid:\t%d\nNSpid:\t%d\n", pid, pid);
	check("its number", strstr(text, number));
	waitpid(pid, NULL, 0);
	show_fd("reaped", fd);
	close(fd);
}

static void sets(void)
{
	struct epoll_event event = { .events = 5, .data = 0x123456789abcdefull };
	int set = (int)syscall(SYS_epoll_create1, 0), ends[2], lines = 0;
	char line[200];
	struct stat st;

	pipe(ends);
	show_fd("an empty set", set);
	syscall(SYS_epoll_ctl, set, EPOLL_CTL_ADD, ends[0], &event);
	fstat(ends[0], &st);
	snprintf(line, sizeof(line), "tfd: %8d events: %8x data: %16llx  pos:0 ino:%x sdev:%x\n",
	         ends[0], 0x1d, event.data, (unsigned int)st.st_ino, (unsigned int)st.st_dev);
	snprintf(text, sizeof(text), "/proc/self/fdinfo/%d", set);
	get(text);
	check("a pipe", strstr(text, line));
	for (int i = 0; i < 100; i++) {
		int copy = dup(ends[i & 1]);

		event.events = EPOLLET;
		syscall(SYS_epoll_ctl, set, EPOLL_CTL_ADD, copy, &event);
	}
	snprintf(text, sizeof(text), "/proc/self/fdinfo/%d", set);
	get(text);
	for (char *at = text; (at = strstr(at, "tfd:")); at++)
		lines++;
	say("%d lines\n", lines);
}

int main(void)
{
	first = getpid();
	locks();
	many_locks();
	event_counters();
	timers();
	signals();
	processes();
	sets();
	return 0;
}
