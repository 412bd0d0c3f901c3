// futex: locks with priority inheritance: owners, waiters and their order, words that name nobody, and
// owners that die.

#include "../thread.h"
#include <sys/wait.h>

#define REQUEUE 3
#define WAKE_OP 5
#define LOCK_PI 6
#define UNLOCK_PI 7
#define TRYLOCK_PI 8
#define LOCK_PI2 13
#define PRIVATE 128
#define REALTIME 256

#define HAS_WAITERS 0x80000000u
#define DIED 0x40000000u
#define TID 0x3fffffffu

static volatile int word, other, go, arrived;
static struct test_thread threads[3];
static volatile int order[3], count;

static void show_lock(const char *what, volatile int *lock, int first, int second)
{
	unsigned int value = (unsigned int)*lock;
	int tid = (int)(value & TID);

	say("%s:%s%s %s\n", what, value & HAS_WAITERS ? " waiters" : "",
	    value & DIED ? " died" : "",
	    !tid          ? "nobody's" :
	    tid == first  ? "the first's" :
	    tid == second ? "the second's" :
	                    "another's");
}

static long lock(volatile int *at)
{
	return futex(at, LOCK_PI | PRIVATE, 0, 0, NULL, 0);
}

static long unlock(volatile int *at)
{
	return futex(at, UNLOCK_PI | PRIVATE, 0, 0, NULL, 0);
}

static long trylock(volatile int *at)
{
	return futex(at, TRYLOCK_PI | PRIVATE, 0, 0, NULL, 0);
}

static void alone(void)
{
	int tid = own_tid();
	static volatile int unaligned[2];

	print("lock", lock(&word));
	show_lock("word", &word, tid, 0);
	print("lock again", lock(&word));
	print("try again", trylock(&word));
	print("unlock", unlock(&word));
	show_lock("word", &word, tid, 0);
	print("unlock again", unlock(&word));
	print("try", trylock(&word));
	show_lock("word", &word, tid, 0);
	word = tid | (int)(HAS_WAITERS | DIED);
	print("unlock one with bits", unlock(&word));
	show_lock("word", &word, tid, 0);
	word = (int)DIED;
	print("lock a dead owner's", lock(&word));
	show_lock("word", &word, tid, 0);
	word = (int)HAS_WAITERS;
	print("lock with the mark alone", lock(&word));
	show_lock("word", &word, tid, 0);
	word = 0x3ffffff;
	print("lock of nobody", lock(&word));
	show_lock("word", &word, tid, 0);
	word = 0x3ffffff;
	print("try of nobody", trylock(&word));
	print("unlock of nobody", unlock(&word));
	word = 0;
	print("no word", lock(NULL));
	print("unlock no word", unlock(NULL));
	print("an unaligned word", lock((int *)((char *)unaligned + 1)));
	print("unlock it", unlock((int *)((char *)unaligned + 1)));
	print("a read-only word", futex((int *)0x08048000, LOCK_PI, 0, 0, NULL, 0));
	print("lock by the real clock", futex(&word, LOCK_PI | REALTIME, 0, 0, NULL, 0));
	print("lock 2 by the real clock", futex(&word, LOCK_PI2 | REALTIME, 0, 0, NULL, 0));
	print("unlock by the real clock", futex(&word, UNLOCK_PI | REALTIME, 0, 0, NULL, 0));
	print("unlock shared", futex(&word, UNLOCK_PI, 0, 0, NULL, 0));
}

// Take the lock and release it, and note the order.
static void pass(void *arg)
{
	__atomic_add_fetch(&arrived, 1, __ATOMIC_SEQ_CST);
	if (lock(&word))
		say("not locked\n");
	order[count++] = (int)(long)arg;
	if (unlock(&word))
		say("not unlocked\n");
}

static void start(int n, void (*function)(void *))
{
	arrived = count = 0;
	for (int i = 0; i < n; i++) {
		start_thread(&threads[i], 0, function, (void *)(long)(i + 1));
		while (arrived <= i)
			sleep_ms(1);
		sleep_ms(2);
	}
}

static void in_order(void)
{
	int tid = own_tid();

	word = 0;
	lock(&word);
	start(3, pass);
	show_lock("with waiters", &word, tid, 0);
	print("wake", futex(&word, FUTEX_WAKE_OP | PRIVATE, 9, 0, NULL, 0));
	print("requeue", futex(&word, REQUEUE | PRIVATE, 1, 1, &other, 0));
	print("wake by operation", futex(&word, WAKE_OP | PRIVATE, 1, 1, &other, 0));
	print("wake at the second",
	      futex(&other, WAKE_OP | PRIVATE, 1, 1, &word, 2 << 28 | 4 << 24));
	print("lock again", lock(&word));
	print("unlock", unlock(&word));
	for (int i = 0; i < 3; i++)
		join_thread(&threads[i]);
	say("order: %d %d %d\n", order[0], order[1], order[2]);
	show_lock("afterwards", &word, tid, 0);
}

#define DIES ((void *)1)
#define DIES_SOON ((void *)2)

// Own the lock until told to go; with an argument: end without releasing it.
static void own(void *arg)
{
	lock(&word);
	word_set(&go, 1);
	if (arg == DIES_SOON)
		sleep_ms(20);
	else
		word_wait(&go, 1);
	if (!arg)
		print("the owner unlocks", unlock(&word));
}

static void owner(void *arg)
{
	go = 0;
	word = 0;
	start_thread(&threads[0], 0, own, arg);
	word_wait(&go, 0);
}

static void time_outs(void)
{
	struct timespec at, bad = { 0, 1000000000 };

	owner(NULL);
	print("try another's", trylock(&word));
	show_lock("marked", &word, threads[0].tid, own_tid());
	print("unlock another's", unlock(&word));
	clock_gettime(CLOCK_REALTIME, &at);
	print("until now", futex(&word, LOCK_PI, 0, (long)&at, NULL, 0));
	at.tv_sec--;
	print("until before", futex(&word, LOCK_PI2 | REALTIME, 0, (long)&at, NULL, 0));
	clock_gettime(CLOCK_MONOTONIC, &at);
	at.tv_nsec += 5000000;
	at.tv_sec += at.tv_nsec / 1000000000;
	at.tv_nsec %= 1000000000;
	print("5 ms", futex(&word, LOCK_PI2, 0, (long)&at, NULL, 0));
	print("a bad time", futex(&word, LOCK_PI, 0, (long)&bad, NULL, 0));
	print("no address of a time", futex(&word, LOCK_PI, 0, 1, NULL, 0));
	word_set(&go, 2);
	join_thread(&threads[0]);
	show_lock("unlocked", &word, 0, own_tid());
}

// Wait on the word of a lock as on any other.
static void plain(void *arg)
{
	(void)arg;
	futex(&word, FUTEX_WAIT_OP | PRIVATE, word, 0, NULL, 0);
}

static void tampered(void)
{
	int tid;

	owner(NULL);
	tid = threads[0].tid;
	start_thread(&threads[1], 0, pass, NULL);
	sleep_ms(3);
	word = own_tid();
	print("unlock what the kernel gave to another", unlock(&word));
	print("deadlock comes first", lock(&word));
	word = 0x3ffffff;
	print("lock one of nobody", lock(&word));
	word = 0;
	print("lock one that is free", lock(&word));
	word = (int)DIED;
	word = tid | (int)HAS_WAITERS;
	word_set(&go, 2);
	join_thread(&threads[0]);
	join_thread(&threads[1]);
	word = 1 << 20;
	start_thread(&threads[1], 0, plain, NULL);
	sleep_ms(3);
	print("lock where one waits plainly", lock(&word));
	word = own_tid();
	print("unlock where one waits plainly", unlock(&word));
	print("wake", futex(&word, FUTEX_WAKE_OP | PRIVATE, 9, 0, NULL, 0));
	join_thread(&threads[1]);
	word = 0;
}

static void lock_both(void *arg)
{
	(void)arg;
	lock(&other);
	word_set(&go, 1);
	print("the second gets the first", lock(&word));
	print("and releases it", unlock(&word));
	print("and its own", unlock(&other));
}

static void deadlock(void)
{
	word = other = go = 0;
	lock(&word);
	start_thread(&threads[0], 0, lock_both, NULL);
	word_wait(&go, 0);
	sleep_ms(3);
	print("the first wants the second", lock(&other));
	print("try it", trylock(&other));
	print("unlock", unlock(&word));
	join_thread(&threads[0]);
	word = other = 0;
}

static void died(void)
{
	int tid = own_tid(), status;

	owner(DIES);
	word_set(&go, 2);
	join_thread(&threads[0]);
	show_lock("a dead owner's", &word, tid, 0);
	print("lock", lock(&word));
	owner(DIES_SOON);
	start_thread(&threads[1], 0, pass, NULL);
	sleep_ms(3);
	print("lock after two", lock(&word));
	show_lock("inherited", &word, tid, 0);
	print("unlock", unlock(&word));
	join_thread(&threads[0]);
	join_thread(&threads[1]);
	show_lock("then", &word, tid, 0);
	volatile int *shared = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
	                            -1, 0);
	pid_t pid = fork();

	if (!pid) {
		futex(shared, LOCK_PI, 0, 0, NULL, 0);
		shared[1] = 1;
		while (!shared[2])
			sleep_ms(1);
		kill(getpid(), SIGKILL);
	}
	while (!shared[1])
		sleep_ms(1);
	shared[2] = 1;
	print("lock a killed process's", futex(shared, LOCK_PI, 0, 0, NULL, 0));
	show_lock("shared", shared, tid, 0);
	waitpid(pid, &status, 0);
	print("unlock", futex(shared, UNLOCK_PI, 0, 0, NULL, 0));
}

static void on_signal(int signo)
{
	(void)signo;
	order[0]++;
}

static void wait_with_signal(void *arg)
{
	(void)arg;
	print("a signal does not end it", lock(&word));
	say("handled: %d\n", order[0]);
	print("unlock", unlock(&word));
}

static void interrupted(void)
{
	struct sigaction action = { .sa_handler = on_signal };

	sigaction(SIGUSR1, &action, NULL);
	word = 0;
	order[0] = 0;
	lock(&word);
	start_thread(&threads[0], 0, wait_with_signal, NULL);
	sleep_ms(3);
	raw(SYS_tgkill, getpid(), threads[0].tid, SIGUSR1, 0, 0);
	sleep_ms(3);
	print("unlock", unlock(&word));
	join_thread(&threads[0]);
	word = 0;
}

int main(void)
{
	alone();
	in_order();
	time_outs();
	tampered();
	deadlock();
	died();
	interrupted();
	return 0;
}
