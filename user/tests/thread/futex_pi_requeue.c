// futex: moving waiters to a lock with priority inheritance, as a condition variable does.

#include "../thread.h"

#define REQUEUE 3
#define CMP_REQUEUE 4
#define LOCK_PI 6
#define UNLOCK_PI 7
#define WAIT_REQUEUE_PI 11
#define CMP_REQUEUE_PI 12
#define PRIVATE 128
#define REALTIME 256
#define WAITERS 3

static volatile int condition, lock_word, other, arrived, got;
static struct test_thread threads[WAITERS];
static struct timespec *until;

static long lock(void)
{
	return futex(&lock_word, LOCK_PI | PRIVATE, 0, 0, NULL, 0);
}

static long unlock(void)
{
	return futex(&lock_word, UNLOCK_PI | PRIVATE, 0, 0, NULL, 0);
}

// What a waiter has seen; shown when it has ended, so that the lines come in one order.
static struct outcome {
	long waited, unlocked;
	bool own;
} outcomes[WAITERS + 1];

static void waiter(void *arg)
{
	struct outcome *outcome = &outcomes[(long)arg];

	__atomic_add_fetch(&arrived, 1, __ATOMIC_SEQ_CST);
	outcome->waited = futex(&condition, WAIT_REQUEUE_PI | PRIVATE, 0, (long)until, &lock_word,
	                        0);
	if (outcome->waited)
		return;
	got++;
	outcome->own = (lock_word & 0x3fffffff) == own_tid();
	outcome->unlocked = unlock();
}

static void join_one(int i)
{
	struct outcome *outcome = &outcomes[i + 1];

	join_thread(&threads[i]);
	say("waiter %d\n", i + 1);
	print("waited", outcome->waited);
	if (outcome->waited)
		return;
	say("the lock was %s\n", outcome->own ? "its own" : "another's");
	print("unlocked", outcome->unlocked);
}

static void start(int n)
{
	arrived = got = 0;
	for (int i = 0; i < n; i++) {
		start_thread(&threads[i], 0, waiter, (void *)(long)(i + 1));
		while (arrived <= i)
			sleep_ms(1);
		sleep_ms(2);
	}
}

static long move(int wake, int requeue, int value)
{
	return futex(&condition, CMP_REQUEUE_PI | PRIVATE, wake, requeue, &lock_word, value);
}

static void join(int n)
{
	for (int i = 0; i < n; i++)
		join_one(i);
	say("got it: %d\n", got);
	say("word: %s\n", lock_word ? "not free" : "free");
	lock_word = 0;
}

static void moves(void)
{
	start(3);
	print("signal, lock free", move(1, 0, 0));
	sleep_ms(5);
	say("got it: %d\n", got);
	print("broadcast, lock free", move(1, INT_MAX, 0));
	join(3);
	lock();
	start(3);
	print("signal, lock taken", move(1, 0, 0));
	print("broadcast, lock taken", move(1, INT_MAX, 0));
	print("again", move(1, INT_MAX, 0));
	say("got it: %d\n", got);
	print("unlock", unlock());
	join(3);
}

static void errors(void)
{
	print("nobody waits", move(1, 1, 0));
	print("another value", move(1, 1, 1));
	print("wake two", move(2, 1, 0));
	print("wake none", move(0, 1, 0));
	print("a negative number", move(1, -1, 0));
	print("to the same word", futex(&condition, CMP_REQUEUE_PI | PRIVATE, 1, 1, &condition, 0));
	print("no lock", futex(&condition, CMP_REQUEUE_PI | PRIVATE, 1, 1, NULL, 0));
	print("no word", futex(NULL, CMP_REQUEUE_PI | PRIVATE, 1, 1, &lock_word, 0));
	print("move by the real clock",
	      futex(&condition, CMP_REQUEUE_PI | REALTIME, 1, 1, &lock_word, 0));
	print("wait for another value",
	      futex(&condition, WAIT_REQUEUE_PI | PRIVATE, 1, 0, &lock_word, 0));
	print("wait for the same word",
	      futex(&condition, WAIT_REQUEUE_PI | PRIVATE, 0, 0, &condition, 0));
	print("wait on no word", futex(NULL, WAIT_REQUEUE_PI | PRIVATE, 0, 0, &lock_word, 0));
	start(1);
	print("move to another lock", futex(&condition, CMP_REQUEUE_PI | PRIVATE, 1, 1, &other, 0));
	print("wake it", futex(&condition, FUTEX_WAKE_OP | PRIVATE, 1, 0, NULL, 0));
	print("requeue it", futex(&condition, REQUEUE | PRIVATE, 1, 1, &other, 0));
	print("compare and requeue it", futex(&condition, CMP_REQUEUE | PRIVATE, 1, 1, &other, 0));
	print("lock its word", futex(&condition, LOCK_PI | PRIVATE, 0, 0, NULL, 0));
	lock_word = threads[0].tid;
	print("a lock that it owns", move(1, 1, 0));
	lock_word = 0x3ffffff;
	print("a lock of nobody", move(1, 1, 0));
	lock_word = 0;
	print("signal", move(1, 1, 0));
	join(1);
}

static void plain(void *arg)
{
	(void)arg;
	futex(&condition, FUTEX_WAIT_OP | PRIVATE, 0, 0, NULL, 0);
}

static void mixed(void)
{
	start_thread(&threads[1], 0, plain, NULL);
	sleep_ms(3);
	print("one that waits plainly", move(1, 1, 0));
	start(1);
	print("one plain, one not", move(1, 1, 0));
	print("wake the plain one", futex(&condition, FUTEX_WAKE_OP | PRIVATE, 1, 0, NULL, 0));
	join_thread(&threads[1]);
	print("move the other", move(1, 1, 0));
	join(1);
}

static void time_outs(void)
{
	struct timespec at;

	until = &at;
	clock_gettime(CLOCK_MONOTONIC, &at);
	at.tv_nsec += 10000000;
	at.tv_sec += at.tv_nsec / 1000000000;
	at.tv_nsec %= 1000000000;
	start(1);
	join(1);
	clock_gettime(CLOCK_MONOTONIC, &at);
	at.tv_nsec += 30000000;
	at.tv_sec += at.tv_nsec / 1000000000;
	at.tv_nsec %= 1000000000;
	lock();
	start(1);
	print("moved before the end", move(1, 1, 0));
	join_one(0);
	print("unlock", unlock());
	until = NULL;
}

static void on_signal(int signo)
{
	(void)signo;
}

static void interrupted(void)
{
	struct sigaction action = { .sa_handler = on_signal };

	sigaction(SIGUSR1, &action, NULL);
	start(1);
	raw(SYS_tgkill, getpid(), threads[0].tid, SIGUSR1, 0, 0);
	sleep_ms(3);
	print("it still waits", move(1, 1, 0));
	join(1);
	lock();
	start(1);
	print("moved", move(1, 1, 0));
	raw(SYS_tgkill, getpid(), threads[0].tid, SIGUSR1, 0, 0);
	join_one(0);
	print("unlock", unlock());
}

int main(void)
{
	moves();
	errors();
	mixed();
	time_outs();
	interrupted();
	return 0;
}
