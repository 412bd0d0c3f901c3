// ending.c: cancellation, data of threads and their destructors, pthread_once, signals to threads.
#include "pthreads.h"

// Cancellation.

static pthread_barrier_t met;
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

void cancellation(void)
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

void data_and_once(void)
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

void signals(void)
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
