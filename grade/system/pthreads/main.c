// pthreads.c: the threads of a C library: mutexes of every kind, condition variables, barriers, locks for
// readers and writers, semaphores, cancellation, destructors, pthread_once. Prints a line for each part;
// each rule that does not hold is a line with FAILED. With an argument: what threads and mutexes cost. Compiled with glibc and with musl, for Quire and for
// Linux.
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define FEW 8
#define ROUNDS 300
#define MANY 1000
#define MANY_STACK 16384

static int failures;

#define CHECK(condition)                                                       \
	do {                                                                   \
		if (!(condition)) {                                            \
			printf("FAILED: %s, line %d\n", #condition, __LINE__); \
			failures++;                                            \
		}                                                              \
	} while (0)

static struct timespec in_ms(clockid_t clock, long ms)
{
	struct timespec time;

	clock_gettime(clock, &time);
	time.tv_nsec += ms * 1000000;
	time.tv_sec += time.tv_nsec / 1000000000;
	time.tv_nsec %= 1000000000;
	return time;
}

static void pause_ms(long ms)
{
	nanosleep(&(struct timespec){ ms / 1000, ms % 1000 * 1000000 }, NULL);
}

// Run function(arg) in FEW threads, and wait for them.
static void in_threads(void *(*function)(void *), void *arg)
{
	pthread_t threads[FEW];

	for (int i = 0; i < FEW; i++)
		CHECK(pthread_create(&threads[i], NULL, function, arg) == 0);
	for (int i = 0; i < FEW; i++)
		CHECK(pthread_join(threads[i], NULL) == 0);
}

static void *in_one(void *(*function)(void *), void *arg)
{
	pthread_t thread;
	void *result;

	CHECK(pthread_create(&thread, NULL, function, arg) == 0);
	CHECK(pthread_join(thread, &result) == 0);
	return result;
}

// Mutexes.

struct counted {
	pthread_mutex_t mutex;
	volatile long first, second;
};

static void *count(void *arg)
{
	struct counted *counted = arg;

	for (int i = 0; i < ROUNDS; i++) {
		CHECK(pthread_mutex_lock(&counted->mutex) == 0);
		CHECK(counted->first == counted->second);
		counted->first++;
		if (i % 16 == 0)
			sched_yield();
		counted->second++;
		CHECK(pthread_mutex_unlock(&counted->mutex) == 0);
	}
	return NULL;
}

static void *try_lock(void *mutex)
{
	int error = pthread_mutex_trylock(mutex);

	if (!error)
		pthread_mutex_unlock(mutex);
	return (void *)(long)error;
}

static void *timed_lock(void *mutex)
{
	struct timespec until = in_ms(CLOCK_REALTIME, 5);

	return (void *)(long)pthread_mutex_timedlock(mutex, &until);
}

static void *unlock(void *mutex)
{
	return (void *)(long)pthread_mutex_unlock(mutex);
}

static void *die_with(void *mutex)
{
	return (void *)(long)pthread_mutex_lock(mutex);
}

static void robust(pthread_mutex_t *mutex)
{
	CHECK(in_one(die_with, mutex) == NULL);
	CHECK(pthread_mutex_lock(mutex) == EOWNERDEAD);
	CHECK(pthread_mutex_consistent(mutex) == 0);
	CHECK(pthread_mutex_unlock(mutex) == 0);
	CHECK(pthread_mutex_lock(mutex) == 0);
	CHECK(pthread_mutex_unlock(mutex) == 0);
	CHECK(in_one(die_with, mutex) == NULL);
	CHECK(pthread_mutex_trylock(mutex) == EOWNERDEAD);
	CHECK(pthread_mutex_unlock(mutex) == 0); // not made consistent
	CHECK(pthread_mutex_lock(mutex) == ENOTRECOVERABLE);
}

// The owner of a robust lock dies while another thread waits for it.
static pthread_mutex_t inherited;
static pthread_barrier_t met;

static void *die_while_wanted(void *arg)
{
	(void)arg;
	CHECK(pthread_mutex_lock(&inherited) == 0);
	pthread_barrier_wait(&met);
	pause_ms(5);
	return NULL;
}

static void inherit(const pthread_mutexattr_t *attributes)
{
	pthread_t owner;

	CHECK(pthread_mutex_init(&inherited, attributes) == 0);
	pthread_barrier_init(&met, NULL, 2);
	pthread_create(&owner, NULL, die_while_wanted, NULL);
	pthread_barrier_wait(&met);
	CHECK(pthread_mutex_lock(&inherited) == EOWNERDEAD);
	CHECK(pthread_mutex_consistent(&inherited) == 0);
	CHECK(pthread_mutex_unlock(&inherited) == 0);
	CHECK(pthread_join(owner, NULL) == 0);
	pthread_barrier_destroy(&met);
}

static void mutex(const char *name, int type, int protocol, int robustness, int shared)
{
	struct counted counted = { .first = 0 };
	pthread_mutexattr_t attributes;

	pthread_mutexattr_init(&attributes);
	CHECK(pthread_mutexattr_settype(&attributes, type) == 0);
	CHECK(pthread_mutexattr_setprotocol(&attributes, protocol) == 0);
	CHECK(pthread_mutexattr_setrobust(&attributes, robustness) == 0);
	CHECK(pthread_mutexattr_setpshared(&attributes, shared) == 0);
	CHECK(pthread_mutex_init(&counted.mutex, &attributes) == 0);
	in_threads(count, &counted);
	CHECK(counted.first == FEW * ROUNDS && counted.second == FEW * ROUNDS);
	CHECK(pthread_mutex_lock(&counted.mutex) == 0);
	CHECK((long)in_one(try_lock, &counted.mutex) == EBUSY);
	CHECK((long)in_one(timed_lock, &counted.mutex) == ETIMEDOUT);
	if (type == PTHREAD_MUTEX_ERRORCHECK) {
		CHECK(pthread_mutex_lock(&counted.mutex) == EDEADLK);
		CHECK((long)in_one(unlock, &counted.mutex) == EPERM);
	}
	if (type == PTHREAD_MUTEX_RECURSIVE) {
		CHECK(pthread_mutex_lock(&counted.mutex) == 0);
		CHECK(pthread_mutex_unlock(&counted.mutex) == 0);
		CHECK((long)in_one(try_lock, &counted.mutex) == EBUSY);
	}
	CHECK(pthread_mutex_unlock(&counted.mutex) == 0);
	CHECK(in_one(try_lock, &counted.mutex) == NULL);
	if (robustness == PTHREAD_MUTEX_ROBUST) {
		robust(&counted.mutex);
		inherit(&attributes);
	}
	printf("mutex: %s\n", name);
}

static void mutexes(void)
{
	const int normal = PTHREAD_MUTEX_NORMAL, none = PTHREAD_PRIO_NONE;
	const int inherits = PTHREAD_PRIO_INHERIT, stalled = PTHREAD_MUTEX_STALLED;
	const int robustness = PTHREAD_MUTEX_ROBUST;

	mutex("normal", normal, none, stalled, 0);
	mutex("shared", normal, none, stalled, PTHREAD_PROCESS_SHARED);
	mutex("recursive", PTHREAD_MUTEX_RECURSIVE, none, stalled, 0);
	mutex("error checking", PTHREAD_MUTEX_ERRORCHECK, none, stalled, 0);
	mutex("robust", normal, none, robustness, 0);
	mutex("inheriting", normal, inherits, stalled, 0);
	mutex("inheriting, recursive", PTHREAD_MUTEX_RECURSIVE, inherits, stalled, 0);
	mutex("inheriting, robust", PTHREAD_MUTEX_ERRORCHECK, inherits, robustness, 0);
}

// Condition variables: a ring of numbers.

static pthread_mutex_t ring_mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t not_empty = PTHREAD_COND_INITIALIZER, not_full = PTHREAD_COND_INITIALIZER;
static int ring[4], ring_count, ring_sum, consumed;

static void *consume(void *arg)
{
	(void)arg;
	for (int i = 0; i < ROUNDS; i++) {
		pthread_mutex_lock(&ring_mutex);
		while (!ring_count)
			pthread_cond_wait(&not_empty, &ring_mutex);
		ring_sum += ring[--ring_count];
		consumed++;
		pthread_cond_signal(&not_full);
		pthread_mutex_unlock(&ring_mutex);
	}
	return NULL;
}

static int released;

static void *wait_released(void *arg)
{
	(void)arg;
	pthread_mutex_lock(&ring_mutex);
	while (!released)
		pthread_cond_wait(&not_empty, &ring_mutex);
	pthread_mutex_unlock(&ring_mutex);
	return NULL;
}

static void conditions(void)
{
	pthread_condattr_t attributes;
	pthread_t threads[FEW];
	struct timespec until;
	pthread_cond_t timed;

	for (int i = 0; i < FEW; i++)
		pthread_create(&threads[i], NULL, consume, NULL);
	for (int i = 0; i < FEW * ROUNDS; i++) {
		pthread_mutex_lock(&ring_mutex);
		while (ring_count == 4)
			pthread_cond_wait(&not_full, &ring_mutex);
		ring[ring_count++] = i;
		pthread_cond_signal(&not_empty);
		pthread_mutex_unlock(&ring_mutex);
	}
	for (int i = 0; i < FEW; i++)
		pthread_join(threads[i], NULL);
	CHECK(consumed == FEW * ROUNDS && ring_sum == FEW * ROUNDS * (FEW * ROUNDS - 1) / 2);
	for (int i = 0; i < FEW; i++)
		pthread_create(&threads[i], NULL, wait_released, NULL);
	pause_ms(2);
	pthread_mutex_lock(&ring_mutex);
	released = 1;
	pthread_cond_broadcast(&not_empty);
	pthread_mutex_unlock(&ring_mutex);
	for (int i = 0; i < FEW; i++)
		pthread_join(threads[i], NULL);
	pthread_condattr_init(&attributes);
	CHECK(pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC) == 0);
	CHECK(pthread_cond_init(&timed, &attributes) == 0);
	pthread_mutex_lock(&ring_mutex);
	until = in_ms(CLOCK_MONOTONIC, 5);
	CHECK(pthread_cond_timedwait(&timed, &ring_mutex, &until) == ETIMEDOUT);
	until = in_ms(CLOCK_REALTIME, 5);
	CHECK(pthread_cond_timedwait(&not_full, &ring_mutex, &until) == ETIMEDOUT);
	pthread_mutex_unlock(&ring_mutex);
	printf("condition variables\n");
}

// Barriers.

static pthread_barrier_t barrier;
static int arrivals, serials;

static void *pass_barrier(void *arg)
{
	(void)arg;
	for (int i = 1; i <= ROUNDS; i++) {
		int result;

		__atomic_add_fetch(&arrivals, 1, __ATOMIC_SEQ_CST);
		result = pthread_barrier_wait(&barrier);
		CHECK(arrivals >= FEW * i);
		if (result == PTHREAD_BARRIER_SERIAL_THREAD)
			__atomic_add_fetch(&serials, 1, __ATOMIC_SEQ_CST);
		else
			CHECK(result == 0);
		pthread_barrier_wait(&barrier);
		CHECK(arrivals <= FEW * (i + 1));
	}
	return NULL;
}

static void barriers(void)
{
	CHECK(pthread_barrier_init(&barrier, NULL, 0) == EINVAL);
	CHECK(pthread_barrier_init(&barrier, NULL, FEW) == 0);
	in_threads(pass_barrier, NULL);
	CHECK(serials == ROUNDS);
	CHECK(pthread_barrier_destroy(&barrier) == 0);
	printf("barriers\n");
}

// Locks for readers and writers.

static pthread_rwlock_t rwlock = PTHREAD_RWLOCK_INITIALIZER;
static volatile long left, right;

static void *read_and_write(void *arg)
{
	(void)arg;
	for (int i = 0; i < ROUNDS; i++) {
		if (i % 4) {
			CHECK(pthread_rwlock_rdlock(&rwlock) == 0);
			CHECK(left == right);
		} else {
			CHECK(pthread_rwlock_wrlock(&rwlock) == 0);
			left++;
			if (i % 8 == 0)
				sched_yield();
			right++;
		}
		CHECK(pthread_rwlock_unlock(&rwlock) == 0);
	}
	return NULL;
}

static void *try_rwlock(void *write)
{
	int error = write ? pthread_rwlock_trywrlock(&rwlock) : pthread_rwlock_tryrdlock(&rwlock);

	if (!error)
		pthread_rwlock_unlock(&rwlock);
	return (void *)(long)error;
}

static void *timed_write(void *arg)
{
	struct timespec until = in_ms(CLOCK_REALTIME, 5);

	(void)arg;
	return (void *)(long)pthread_rwlock_timedwrlock(&rwlock, &until);
}

static void rwlocks(void)
{
	in_threads(read_and_write, NULL);
	CHECK(left == FEW * ROUNDS / 4 && left == right);
	pthread_rwlock_rdlock(&rwlock);
	CHECK(in_one(try_rwlock, NULL) == NULL);
	CHECK((long)in_one(try_rwlock, &rwlock) == EBUSY);
	CHECK((long)in_one(timed_write, NULL) == ETIMEDOUT);
	pthread_rwlock_unlock(&rwlock);
	pthread_rwlock_wrlock(&rwlock);
	CHECK((long)in_one(try_rwlock, NULL) == EBUSY);
	pthread_rwlock_unlock(&rwlock);
	printf("locks for readers and writers\n");
}

// Semaphores, between processes too.

static void *post_and_wait(void *arg)
{
	sem_t *sems = arg;

	for (int i = 0; i < ROUNDS; i++) {
		CHECK(sem_post(&sems[0]) == 0);
		CHECK(sem_wait(&sems[1]) == 0);
	}
	return NULL;
}

static void semaphores(void)
{
	sem_t *sems = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	struct timespec until = in_ms(CLOCK_REALTIME, 5);
	pthread_t thread;
	int value, status;

	CHECK(sem_init(&sems[0], 1, 0) == 0 && sem_init(&sems[1], 1, 0) == 0);
	CHECK(sem_trywait(&sems[0]) == -1 && errno == EAGAIN);
	CHECK(sem_timedwait(&sems[0], &until) == -1 && errno == ETIMEDOUT);
	pthread_create(&thread, NULL, post_and_wait, sems);
	for (int i = 0; i < ROUNDS; i++) {
		CHECK(sem_wait(&sems[0]) == 0);
		CHECK(sem_post(&sems[1]) == 0);
	}
	pthread_join(thread, NULL);
	CHECK(sem_getvalue(&sems[0], &value) == 0 && value == 0);
	if (fork() == 0) {
		post_and_wait(sems);
		_exit(failures != 0);
	}
	for (int i = 0; i < ROUNDS; i++) {
		CHECK(sem_wait(&sems[0]) == 0);
		CHECK(sem_post(&sems[1]) == 0);
	}
	CHECK(wait(&status) > 0 && status == 0);
	printf("semaphores\n");
}

// Cancellation.

static int cleaned;
static pthread_mutex_t cancel_mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t never = PTHREAD_COND_INITIALIZER;
static sem_t no_post;
static int no_bytes[2];

static void clean(void *mutex)
{
	cleaned++;
	if (mutex)
		CHECK(pthread_mutex_unlock(mutex) == 0);
}

// Loop for ever. musl's asynchronous cancellation drops four words of the stack before it calls the cleanup
// handlers, whose structs the caller's frame holds: so this frame must have some.
static __attribute__((noinline)) void spin(void)
{
	volatile char room[64];

	for (room[0] = 0;; room[0]++)
		continue;
}

static void *cancelled_in(void *where)
{
	char byte;
	int kind = (int)(long)where;

	pthread_cleanup_push(clean, kind == 2 ? &cancel_mutex : NULL);
	if (kind == 2)
		pthread_mutex_lock(&cancel_mutex);
	if (kind == 0)
		pause_ms(1000000);
	else if (kind == 1)
		CHECK(read(no_bytes[0], &byte, 1) < 0);
	else if (kind == 2)
		pthread_cond_wait(&never, &cancel_mutex);
	else if (kind == 3)
		sem_wait(&no_post);
	else if (kind == 4 && pthread_setcanceltype(PTHREAD_CANCEL_ASYNCHRONOUS, NULL) == 0)
		spin();
	for (;;)
		pthread_testcancel();
	pthread_cleanup_pop(1);
	return NULL;
}

static void *cancelled_late(void *arg)
{
	int old;

	CHECK(pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &old) == 0);
	CHECK(old == PTHREAD_CANCEL_ENABLE);
	pthread_barrier_wait(&met);
	pause_ms(5);
	*(int *)arg = 1;
	pthread_setcancelstate(PTHREAD_CANCEL_ENABLE, NULL);
	pthread_testcancel();
	return NULL;
}

static void cancellation(void)
{
	pthread_t thread;
	void *result;
	int done = 0;

	CHECK(pipe(no_bytes) == 0 && sem_init(&no_post, 0, 0) == 0);
	for (long kind = 0; kind < 6; kind++) {
		pthread_create(&thread, NULL, cancelled_in, (void *)kind);
		pause_ms(2);
		CHECK(pthread_cancel(thread) == 0);
		CHECK(pthread_join(thread, &result) == 0 && result == PTHREAD_CANCELED);
		CHECK(cleaned == kind + 1);
	}
	pthread_barrier_init(&met, NULL, 2);
	pthread_create(&thread, NULL, cancelled_late, &done);
	pthread_barrier_wait(&met);
	CHECK(pthread_cancel(thread) == 0);
	CHECK(pthread_join(thread, &result) == 0 && result == PTHREAD_CANCELED && done);
	printf("cancellation\n");
}

// Data of a thread, and pthread_once.

static pthread_key_t key, again_key;
static __thread int own_number = 7;
static int destroyed, rounds_of_destructors;

static void destroy(void *value)
{
	CHECK(value == &destroyed);
	__atomic_add_fetch(&destroyed, 1, __ATOMIC_SEQ_CST);
}

static void destroy_again(void *value)
{
	if (__atomic_add_fetch(&rounds_of_destructors, 1, __ATOMIC_SEQ_CST) < 3)
		pthread_setspecific(again_key, value);
}

static void *use_own_data(void *arg)
{
	CHECK(own_number == 7);
	for (int i = 0; i < ROUNDS; i++) {
		own_number++;
		if (i % 32 == 0)
			sched_yield();
	}
	CHECK(own_number == 7 + ROUNDS);
	CHECK(pthread_getspecific(key) == NULL);
	CHECK(pthread_setspecific(key, &destroyed) == 0);
	if (arg)
		pthread_setspecific(again_key, arg);
	return NULL;
}

static pthread_once_t once = PTHREAD_ONCE_INIT, cancelled_once = PTHREAD_ONCE_INIT;
static int initialized, begun;

static void initialize(void)
{
	pause_ms(2);
	initialized++;
}

static void initialize_slowly(void)
{
	if (begun++ == 0)
		pause_ms(1000000);
}

static void *call_once(void *arg)
{
	CHECK(pthread_once(arg, arg == &once ? initialize : initialize_slowly) == 0);
	CHECK(arg != &once || initialized == 1);
	return NULL;
}

static void data_and_once(void)
{
	pthread_t thread;

	CHECK(pthread_key_create(&key, destroy) == 0);
	CHECK(pthread_key_create(&again_key, destroy_again) == 0);
	in_threads(use_own_data, NULL);
	CHECK(destroyed == FEW);
	in_one(use_own_data, &again_key);
	CHECK(rounds_of_destructors == 3);
	CHECK(own_number == 7);
	in_threads(call_once, &once);
	pthread_create(&thread, NULL, call_once, &cancelled_once);
	pause_ms(2);
	pthread_cancel(thread);
	pthread_join(thread, NULL);
	CHECK(pthread_once(&cancelled_once, initialize_slowly) == 0 && begun == 2);
	printf("data of threads, and once\n");
}

// Signals to threads.

static __thread int got;
static pthread_t taker;

static void handler(int signo)
{
	(void)signo;
	got++;
	taker = pthread_self();
}

static void *take_signal(void *arg)
{
	sigset_t set;
	int signo;

	(void)arg;
	sigemptyset(&set);
	sigaddset(&set, SIGUSR2);
	CHECK(pthread_sigmask(SIG_BLOCK, &set, NULL) == 0);
	pthread_barrier_wait(&met);
	CHECK(sigwait(&set, &signo) == 0 && signo == SIGUSR2);
	while (!got)
		pause_ms(1);
	CHECK(pthread_equal(taker, pthread_self()));
	return NULL;
}

static void signals(void)
{
	pthread_t thread;

	signal(SIGUSR1, handler);
	pthread_barrier_destroy(&met);
	pthread_barrier_init(&met, NULL, 2);
	pthread_create(&thread, NULL, take_signal, NULL);
	pthread_barrier_wait(&met);
	CHECK(pthread_kill(thread, SIGUSR2) == 0);
	CHECK(pthread_kill(thread, SIGUSR1) == 0);
	CHECK(pthread_join(thread, NULL) == 0 && got == 0);
	printf("signals\n");
}

// Many threads at once, in little memory.

static int there;
static pthread_mutex_t many_mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t all_there = PTHREAD_COND_INITIALIZER;

static void *be_there(void *arg)
{
	pthread_mutex_lock(&many_mutex);
	if (++there == MANY)
		pthread_cond_broadcast(&all_there);
	while (there < MANY)
		pthread_cond_wait(&all_there, &many_mutex);
	pthread_mutex_unlock(&many_mutex);
	return arg;
}

static void many(void)
{
	static pthread_t threads[MANY];
	pthread_attr_t attributes;
	void *result;

	pthread_attr_init(&attributes);
	CHECK(pthread_attr_setstacksize(&attributes, MANY_STACK) == 0);
	for (long i = 0; i < MANY; i++)
		CHECK(pthread_create(&threads[i], &attributes, be_there, (void *)i) == 0);
	for (long i = 0; i < MANY; i++)
		CHECK(pthread_join(threads[i], &result) == 0 && result == (void *)i);
	printf("%d threads\n", there);
}

// Costs, in instructions under -icount, where the time-stamp counter counts them.

static uint64_t ticks(void)
{
	return __builtin_ia32_rdtsc();
}

static void *nothing(void *arg)
{
	return arg;
}

static void *block_in_read(void *arg)
{
	char byte;

	(void)!read(*(int *)arg, &byte, 1);
	return NULL;
}

static void costs(void)
{
	pthread_mutex_t plain = PTHREAD_MUTEX_INITIALIZER;
	pthread_t thread;
	uint64_t start;
	int ends[2];

	in_one(nothing, NULL); // its stack is kept
	start = ticks();
	for (int i = 0; i < 100; i++)
		in_one(nothing, NULL);
	printf("create and join: %llu\n", (unsigned long long)(ticks() - start) / 100);
	CHECK(pipe(ends) == 0 && pthread_create(&thread, NULL, block_in_read, ends) == 0);
	start = ticks(); // the process has two threads, so the library uses the lock in earnest
	for (int i = 0; i < 100; i++) {
		pthread_mutex_lock(&plain);
		pthread_mutex_unlock(&plain);
	}
	printf("lock and unlock: %llu\n", (unsigned long long)(ticks() - start) / 100);
	(void)!write(ends[1], "x", 1);
	pthread_join(thread, NULL);
}

static void *outlive(void *arg)
{
	pause_ms(5);
	printf("failures: %d\n", failures);
	fflush(stdout);
	exit(failures != 0);
	return arg;
}

int main(int argc, char **argv)
{
	pthread_t thread;

	(void)argv;
	if (argc > 1) {
		costs();
		return failures != 0;
	}

	setvbuf(stdout, NULL, _IOLBF, 0); // so that each part is seen even if a later one crashes
	mutexes();
	conditions();
	barriers();
	rwlocks();
	semaphores();
	cancellation();
	data_and_once();
	signals();
	many();
	pthread_create(&thread, NULL, outlive, NULL);
	pthread_detach(thread);
	pthread_exit(NULL); // the process goes on
}
