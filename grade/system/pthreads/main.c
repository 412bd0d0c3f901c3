// The threads of a C library: mutexes of every kind, condition variables, barriers, locks for readers and
// writers, semaphores, cancellation, destructors, pthread_once. Prints a line for each part; each rule
// that does not hold is a line with FAILED. With an argument: what threads and mutexes cost. Compiled
// with glibc and with musl, for Quire and for Linux.
#include "pthreads.h"

#define MANY 1000
#define MANY_STACK 16384

int failures;

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
