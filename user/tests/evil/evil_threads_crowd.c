// evil_threads_crowd: thousands of threads wait on one word, some on 128 words each, some for locks of
// one owner: to wake them, to move them, to stop, to continue and to end them lets others run in between.
// stretch
// mem: 256
// limit: 4000000000

#include "../thread.h"
#include <signal.h>
#include <sys/wait.h>

#define CROWD 8000
#define MANY_WORDS 128
#define STACK 256
#define REQUEUE 3
#define LOCK_PI 6
#define SIZE32 2

static volatile int word, other_word, asleep, awake;
static struct {
	uint64_t value, address;
	uint32_t flags, reserved;
} words[MANY_WORDS];
static char stacks[CROWD][STACK] __attribute__((aligned(16)));

static void wait_once(void *arg)
{
	(void)arg;
	__atomic_add_fetch(&asleep, 1, __ATOMIC_SEQ_CST);
	raw(SYS_futex, (long)&word, FUTEX_WAIT_OP, 0, 0, 0);
	__atomic_add_fetch(&awake, 1, __ATOMIC_SEQ_CST);
}

static void wait_many(void *arg)
{
	(void)arg;
	__atomic_add_fetch(&asleep, 1, __ATOMIC_SEQ_CST);
	raw(SYS_futex_waitv, (long)words, MANY_WORDS, 0, 0, 0);
	__atomic_add_fetch(&awake, 1, __ATOMIC_SEQ_CST);
}

// Start up to `count` threads, and let them fall asleep. Returns how many there are.
static int start(int count, void (*function)(void *))
{
	int n;

	asleep = awake = 0;
	for (n = 0; n < count; n++)
		if (clone_raw(THREAD_FLAGS & ~(CLONE_PARENT_SETTID | CLONE_CHILD_SETTID |
		                               CLONE_CHILD_CLEARTID),
		              stacks[n] + STACK, function, NULL, NULL, NULL, NULL) < 0)
			break;
	while (asleep < n)
		sleep_ms(1);
	sleep_ms(20);
	return n;
}

static void wait_until_awake(int count)
{
	while (awake < count)
		sleep_ms(1);
	sleep_ms(20);
}

static void wake_and_move(void)
{
	int n = start(CROWD, wait_once);
	long moved;

	say("threads: %d\n", n);
	moved = raw(SYS_futex, (long)&word, REQUEUE, 0, INT_MAX, (long)&other_word);
	say("moved: %ld\n", moved);
	say("woken: %ld\n", raw(SYS_futex, (long)&other_word, FUTEX_WAKE_OP, INT_MAX, 0, 0));
	wait_until_awake(n);
}

// All waiters are in one chain: their word is one, and the first wakeup finds them all.
// Only so many words can be waited on in all, else a walk would take too long; more is ENOMEM.
static void many_words(void)
{
	int n = start(1500, wait_many);
	long found;

	say("threads: %d\n", n);
	found = raw(SYS_futex, (long)&other_word, REQUEUE, 0, INT_MAX, (long)&word);
	say("none there: %ld\n", found);
	found = raw(SYS_futex, (long)&word, FUTEX_WAKE_OP, INT_MAX, 0, 0);
	check("of a call with many words, the rest may be gone", found > 10000 && found <= 50000);
	wait_until_awake(n);
}

static volatile int locks[CROWD], next_lock, owned;

static void sleep_as_owner(void *arg)
{
	(void)arg;
	word_wait(&other_word, 0);
}

static void wait_for_owner(void *arg)
{
	volatile int *lock = &locks[__atomic_fetch_add(&next_lock, 1, __ATOMIC_SEQ_CST)];

	(void)arg;
	__atomic_add_fetch(&asleep, 1, __ATOMIC_SEQ_CST);
	if (futex(lock, LOCK_PI, 0, 0, NULL, 0) == 0)
		__atomic_add_fetch(&owned, 1, __ATOMIC_SEQ_CST);
	__atomic_add_fetch(&awake, 1, __ATOMIC_SEQ_CST);
}

// A thread ends that owns thousands of locks with priority inheritance, each with a waiter.
static void many_locks(void)
{
	static struct test_thread owner;
	int n, tid = start_thread(&owner, 0, sleep_as_owner, NULL);

	other_word = 0;
	for (int i = 0; i < CROWD; i++)
		locks[i] = tid;
	n = start(CROWD, wait_for_owner);
	say("wait for locks: %d\n", n);
	word_set(&other_word, 1);
	wait_until_awake(n);
	say("have got them: %d\n", owned);
}

// A process of thousands of threads stops, goes on and ends.
static void group(void)
{
	int status, ends[2];
	char byte;
	pid_t pid;

	pipe(ends);
	pid = fork();
	if (pid == 0) {
		start(CROWD, wait_once);
		write(ends[1], "x", 1);
		pause();
	}
	read(ends[0], &byte, 1);
	kill(pid, SIGSTOP);
	waitpid(pid, &status, WUNTRACED);
	say("stopped: %d\n", WIFSTOPPED(status));
	kill(pid, SIGCONT);
	waitpid(pid, &status, WCONTINUED);
	say("continues: %d\n", WIFCONTINUED(status));
	kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
	say("killed: %d\n", WIFSIGNALED(status));
}

int main(void)
{
	for (int i = 0; i < MANY_WORDS; i++) {
		words[i].address = (uintptr_t)&word;
		words[i].flags = SIZE32;
	}
	wake_and_move();
	many_words();
	many_locks();
	group();
	return 0;
}
