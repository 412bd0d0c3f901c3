// mutexes.c: mutexes of every kind.
#include "pthreads.h"

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

void mutexes(void)
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
