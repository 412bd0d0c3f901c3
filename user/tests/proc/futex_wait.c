// futex: waiting and waking, in memory of one's own and in memory that others see too.

#include "test.h"
#include <limits.h>
#include <sched.h>
#include <sys/mman.h>

#define PAGE 4096
#define WAIT 0
#define WAKE 1
#define PRIVATE 128
#define REALTIME 256

static int *shared; // a page that children share
static int own = 1;

static long futex(int *word, int op, int value, const struct timespec *timeout)
{
	return syscall(SYS_futex, word, op, value, timeout, NULL, 0);
}

static void show_errors(const char *what, int *word)
{
	const struct timespec none = { 0, 0 };
	char line[80];

	for (int private = 0; private <= PRIVATE; private += PRIVATE) {
		snprintf(line, sizeof(line), "%s, wait%s", what, private ? " privately" : "");
		show(line, futex(word, WAIT | private, 1, &none));
		snprintf(line, sizeof(line), "%s, wake%s", what, private ? " privately" : "");
		show(line, futex(word, WAKE | private, 1, NULL));
	}
}

static void *map_page(int prot, int flags, int fd)
{
	return mmap(NULL, PAGE, prot, flags, fd, 0);
}

static void errors(void)
{
	static const char zero[PAGE] = { 0 };
	const struct timespec none = { 0, 0 };
	int fd = open("/tmp/futex", O_RDWR | O_CREAT, 0600);
	int *gone = map_page(PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1);

	munmap(gone, PAGE);
	write(fd, zero, PAGE);
	show_errors("own memory", &own);
	show_errors("shared memory", shared);
	show_errors("between two words", (int *)((char *)&own + 2));
	show_errors("no memory", gone);
	show_errors("NULL", NULL);
	// Not to wake privately: that only asks whether the address can be a program's, and for Linux
	// on x86_64 these all can.
	show("the kernel, wait", futex((int *)-4096l, WAIT, 1, &none));
	show("the kernel, wake", futex((int *)-4096l, WAKE, 1, NULL));
	show("the kernel, wait privately", futex((int *)-4096l, WAIT | PRIVATE, 1, &none));
	show_errors("PROT_NONE", map_page(PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1));
	show_errors("read-only", map_page(PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1));
	show_errors("read-only, shared", map_page(PROT_READ, MAP_SHARED | MAP_ANONYMOUS, -1));
	show_errors("read-only, a file's", map_page(PROT_READ, MAP_PRIVATE, fd));
	show_errors("a file's", map_page(PROT_READ | PROT_WRITE, MAP_PRIVATE, fd));
	show_errors("a file's, shared", map_page(PROT_READ, MAP_SHARED, fd));
	ftruncate(fd, 0);
	show_errors("beyond a file's end", map_page(PROT_READ, MAP_SHARED, fd));
	close(fd);
	unlink("/tmp/futex");
}

static void time_outs(void)
{
	const struct timespec times[] = {
		{ 0, 0 }, { 0, 2000000 }, { 0, -1 }, { 0, 1000000000 }, { -1, 0 },
	};
	struct timespec before, after;

	for (size_t i = 0; i < COUNT(times); i++) {
		show("wait so long", futex(&own, WAIT | PRIVATE, 1, &times[i]));
		show("for another value", futex(&own, WAIT | PRIVATE, 2, &times[i]));
		show("by the real clock", futex(&own, WAIT | PRIVATE | REALTIME, 1, &times[i]));
		show("wake so long", futex(&own, WAKE | PRIVATE, 1, &times[i]));
	}
	show("no such address", futex(&own, WAIT, 1, (void *)1));
	show("no such address, another value", futex(&own, WAIT, 2, (void *)1));
	show("no such address, wake", futex(&own, WAKE, 2, (void *)1));
	show("wake by the real clock", futex(&own, WAKE | REALTIME, 1, NULL));
	show("no such operation", futex(&own, 99, 1, NULL));
	clock_gettime(CLOCK_MONOTONIC, &before);
	futex(&own, WAIT, 1, &(struct timespec){ 0, 50000000 });
	clock_gettime(CLOCK_MONOTONIC, &after);
	check("it takes as long as it should",
	      (after.tv_sec - before.tv_sec) * 1000000000ll + after.tv_nsec - before.tv_nsec >=
	              50000000);
}

// Wake until `count` have been woken, who may not wait yet.
static void wake_all(int *word, int op, int count)
{
	while (count > 0) {
		int woken = (int)futex(word, op, count, NULL);

		count -= woken;
		sched_yield();
	}
}

static pid_t start_waiter(int *word, int op)
{
	pid_t pid = fork_or_end();

	if (pid == 0)
		_exit(futex(word, op, 0, NULL) == 0 ? 0 : errno);
	return pid;
}

static void between_processes(void)
{
	int fd = (int)syscall(SYS_memfd_create, "word", 0), status;
	int *one, *other;

	start_waiter(shared + 5, WAIT);
	show("wake beside it", futex(shared + 6, WAKE, INT_MAX, NULL));
	show("wake elsewhere", futex(&own, WAKE, INT_MAX, NULL));
	wake_all(shared + 5, WAKE, 1);
	wait(&status);
	show_status("woken through shared memory", status);

	ftruncate(fd, 2 * PAGE);
	one = map_page(PROT_READ | PROT_WRITE, MAP_SHARED, fd);
	other = mmap(NULL, 2 * PAGE, PROT_READ, MAP_SHARED, fd, 0);
	start_waiter(one + 9, WAIT);
	wake_all(other + 9, WAKE, 1);
	wait(&status);
	show_status("woken at another address", status);
	start_waiter(one + 9, WAIT);
	munmap(one, PAGE);
	wake_all(other + 9, WAKE, 1);
	wait(&status);
	show_status("woken where the waker has unmapped it", status);
	close(fd);
}

// A fork's child has memory of its own, and so has nobody to wake it there.
static void after_fork(void)
{
	pid_t pid = fork_or_end();
	int status;

	if (pid == 0) {
		const struct timespec some = { 0, 30000000 };

		show("a child waits", futex(&own, WAIT, 1, &some));
		_exit(0);
	}
	while (waitpid(pid, &status, WNOHANG) == 0) {
		if (futex(&own, WAKE, 1, NULL) != 0)
			say("the parent woke it\n");
		sched_yield();
	}
	show_status("the child", status);
}

// How many a call wakes.
static void several(void)
{
	int *word = shared + 20, left = 6, woken;

	for (int i = 0; i < left; i++)
		start_waiter(word, WAIT);
	while ((woken = (int)futex(word, WAKE, 0, NULL)) == 0)
		sched_yield();
	say("wake 0: %d\n", woken);
	while ((woken = (int)futex(word, WAKE, -1, NULL)) == 0)
		sched_yield();
	say("wake -1: %d\n", woken);
	wake_all(word, WAKE, left - 2);
	while (wait(NULL) > 0)
		continue;
	show("wake nobody", futex(word, WAKE, INT_MAX, NULL));
}

static void handle(int signo)
{
	(void)signo;
}

static void signals(void)
{
	struct sigaction action = { .sa_handler = handle };
	const struct timespec longer = { 100, 0 };
	pid_t parent = getpid(), pid;

	for (int i = 0; i < 2; i++) {
		sigaction(SIGUSR1, &action, NULL);
		pid = fork_or_end();
		if (pid == 0) {
			for (;;) {
				kill(parent, SIGUSR1);
				sleep_ms(5);
			}
		}
		show("interrupted", futex(&own, WAIT | PRIVATE, 1, i ? &longer : NULL));
		kill(pid, SIGKILL);
		waitpid(pid, NULL, 0);
	}
}

// Stopped and continued, a wait goes on for the time that is left.
static void stopped(void)
{
	const struct timespec longer = { 0, 100000000 };
	struct timespec before, after;
	pid_t pid = fork_or_end();
	int status;
	long result;

	if (pid == 0) {
		clock_gettime(CLOCK_MONOTONIC, &before);
		result = futex(&own, WAIT | PRIVATE, 1, &longer);
		clock_gettime(CLOCK_MONOTONIC, &after);
		show("stopped and continued", result);
		check("for 0.1 s", (after.tv_sec - before.tv_sec) * 1000 +
		                                   (after.tv_nsec - before.tv_nsec) / 1000000 >=
		                           99);
		_exit(0);
	}
	sleep_ms(20);
	kill(pid, SIGSTOP);
	waitpid(pid, NULL, WUNTRACED);
	kill(pid, SIGCONT);
	waitpid(pid, &status, 0);
	show_status("the child", status);
}

int main(void)
{
	shared = map_page(PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1);
	errors();
	time_outs();
	between_processes();
	after_fork();
	several();
	signals();
	stopped();
	return 0;
}
