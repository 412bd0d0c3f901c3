// pthreads.h: what the parts of this program share.
#pragma once

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

extern int failures;

#define CHECK(condition)                                                       \
	do {                                                                   \
		if (!(condition)) {                                            \
			printf("FAILED: %s, %s:%d\n", #condition, __FILE__, __LINE__); \
			failures++;                                            \
		}                                                              \
	} while (0)

static inline struct timespec in_ms(clockid_t clock, long ms)
{
	struct timespec time;

	clock_gettime(clock, &time);
	time.tv_nsec += ms * 1000000;
	time.tv_sec += time.tv_nsec / 1000000000;
	time.tv_nsec %= 1000000000;
	return time;
}

static inline void pause_ms(long ms)
{
	nanosleep(&(struct timespec){ ms / 1000, ms % 1000 * 1000000 }, NULL);
}

// Run function(arg) in FEW threads, and wait for them.
static inline void in_threads(void *(*function)(void *), void *arg)
{
	pthread_t threads[FEW];

	for (int i = 0; i < FEW; i++)
		CHECK(pthread_create(&threads[i], NULL, function, arg) == 0);
	for (int i = 0; i < FEW; i++)
		CHECK(pthread_join(threads[i], NULL) == 0);
}

static inline void *in_one(void *(*function)(void *), void *arg)
{
	pthread_t thread;
	void *result;

	CHECK(pthread_create(&thread, NULL, function, arg) == 0);
	CHECK(pthread_join(thread, &result) == 0);
	return result;
}

// The parts. Each prints a line for each thing that it has tried.
void mutexes(void);
void conditions(void);
void barriers(void);
void rwlocks(void);
void semaphores(void);
void cancellation(void);
void data_and_once(void);
void signals(void);
