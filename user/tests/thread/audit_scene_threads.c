// helper
// Leaves a machine behind in which processes and threads wait for events of every kind: timers, sets of
// files, locks with priority inheritance, faults that nobody handles. grade/self/test_audit_waits.py
// looks at its memory.
#include "../thread.h"
#include "../uffd.h"
#include <abi/epoll.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>

#define LONG 1000000 // seconds
#define LOCK_PI 6
#define WAIT_REQUEUE_PI 11
#define PRIVATE 128

static int ready[2], go[2]; // pipes
static volatile int lock_word, condition;

static void report(void)
{
	raw(SYS_write, ready[1], (long)"x", 1, 0, 0);
}

static long add_to_set(long set, long fd, unsigned int events)
{
	struct epoll_event event = { events, (uint64_t)fd };

	return raw(SYS_epoll_ctl, set, EPOLL_CTL_ADD, fd, (long)&event, 0);
}

// Make a timer that sends SIGUSR1, and set it.
static void set_timer(int clock, long seconds, long nanoseconds)
{
	struct sigevent event = { .sigev_signo = SIGUSR1 };
	struct itimerspec setting = { .it_value = { seconds, nanoseconds } };
	int id;

	syscall(SYS_timer_create, clock, &event, &id);
	syscall(SYS_timer_settime, id, 0, &setting, NULL);
}

// Timers of all kinds, one of which has expired, and sets of files with files of many kinds.
static void timers_and_sets(void)
{
	struct itimerval interval = { .it_value = { LONG, 0 } };
	struct itimerspec setting = { .it_value = { LONG, 0 } };
	sigset_t set;
	int outer = (int)syscall(SYS_epoll_create1, 0), inner = (int)syscall(SYS_epoll_create1, 0);
	int timer = (int)syscall(SYS_timerfd_create, CLOCK_MONOTONIC, 0), pipes[2];

	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	sigprocmask(SIG_BLOCK, &set, NULL);
	set_timer(CLOCK_MONOTONIC, LONG, 0);
	set_timer(CLOCK_PROCESS_CPUTIME_ID, LONG, 0);
	set_timer(CLOCK_MONOTONIC, 0, 1);
	setitimer(ITIMER_REAL, &interval, NULL);
	syscall(SYS_timerfd_settime, timer, 0, &setting, NULL);
	pipe(pipes);
	add_to_set(outer, inner, POLLIN);
	add_to_set(outer, pipes[0], POLLIN);
	add_to_set(outer, timer, POLLIN | EPOLLET);
	sigdelset(&set, SIGUSR1);
	sigaddset(&set, SIGUSR2);
	add_to_set(outer, syscall(SYS_signalfd4, -1, &set, 8, 0), POLLIN);
	add_to_set(outer, syscall(SYS_pidfd_open, getpid(), 0), POLLIN);
	add_to_set(inner, syscall(SYS_eventfd2, 1, 0), POLLIN);
	inner = (int)syscall(SYS_epoll_create1, 0); // waits for the pipe alone
	add_to_set(inner, pipes[0], POLLIN);
	report();
	syscall(SYS_epoll_wait, inner, &(struct epoll_event){ 0 }, 1, -1);
}

static void own_lock(void *arg)
{
	futex(&lock_word, LOCK_PI | PRIVATE, 0, 0, NULL, 0);
	word_set(arg, 1);
	sleep_long(NULL);
}

static void wait_for_lock(void *arg)
{
	(void)arg;
	futex(&lock_word, LOCK_PI | PRIVATE, 0, 0, NULL, 0);
}

static void wait_for_condition(void *arg)
{
	(void)arg;
	futex(&condition, WAIT_REQUEUE_PI | PRIVATE, 0, 0, &lock_word, 0);
}

// A lock with priority inheritance, its owner, two threads that wait for it, and one that waits to be
// moved to it.
static void locks(void)
{
	static struct test_thread threads[3];
	static volatile int owned;

	start_thread(&threads[0], 0, own_lock, (void *)&owned);
	word_wait(&owned, 0);
	start_thread(&threads[1], 0, wait_for_lock, NULL);
	start_thread(&threads[2], 0, wait_for_condition, NULL);
	report();
	wait_for_lock(NULL);
}

static int file, log_file;

static void write_missing(void *arg)
{
	raw(SYS_write, file, (long)arg, 10, 0, 0);
}

static void write_present(void *arg)
{
	raw(SYS_write, file, (long)arg, 1, 0, 0);
}

static void append_missing(void *arg)
{
	raw(SYS_write, log_file, (long)arg, 10, 0, 0);
}

static void unmap(void *arg)
{
	raw(SYS_munmap, (long)arg, PAGE, 0, 0, 0);
}

// Faults in the middle of writes, so that the claims on positions of files are taken: the message of
// one fault is read, that of the other one is not. A change of mappings that nobody reads.
static void faults(void)
{
	static struct test_thread threads[4];
	int fd = uffd_ready(0, UFFD_FEATURE_EVENT_UNMAP);
	struct uffd_msg msg;

	window = map_memory(4);
	uffd_register(fd, window, 4 * PAGE, MISSING, NULL);
	file = open("/tmp/claimed", O_RDWR | O_CREAT, 0600);
	log_file = open("/tmp/log", O_WRONLY | O_CREAT | O_APPEND, 0600);
	start_thread(&threads[0], 0, write_missing, window);
	(void)!read(fd, &msg, sizeof(msg));
	start_thread(&threads[1], 0, write_present, "x");
	start_thread(&threads[2], 0, append_missing, window + PAGE);
	start_thread(&threads[3], 0, unmap, window + 3 * PAGE);
	report();
	sleep_long(NULL);
}

int main(void)
{
	static void (*const scenes[])(void) = { timers_and_sets, locks, faults };
	char byte;

	pipe(ready);
	pipe(go);
	for (int i = 0; i < 3; i++) {
		if (fork() == 0) {
			(void)!read(go[0], &byte, 1); // all are there: their numbers are 3 to 5
			scenes[i]();
			return 1;
		}
	}
	(void)!write(go[1], "123", 3);
	for (int i = 0; i < 3; i++)
		(void)!read(ready[0], &byte, 1);
	sleep_ms(10); // they fall asleep
	return 0;
}
