// stress.h: what the files of stress_threads share. Groups are processes with many threads. They find each
// other by a file that all map, since a group may execute the program anew.
#pragma once

#include "../../thread.h"

#define PROGRAM "/tests/stress_threads" // this one
#define GROUPS 8
#define THREADS 32
#define STACK_SIZE 16384

// A group, as the supervisor and the other groups see it.
struct group {
	volatile int pid;        // 0: none
	volatile uint32_t beats; // operations that its threads have done
	volatile uint32_t lives; // how often its program has begun
};

// The mapped file.
struct shared {
	volatile int broken; // a check has failed: the line of the source
	volatile int words[4];
	struct group groups[GROUPS];
	volatile uint32_t started, ended; // threads
};

// A place for a thread of this group.
struct slot {
	volatile int tid; // the kernel clears it when the thread ends
	volatile int taken;
	uint32_t random;
	char stack[STACK_SIZE] __attribute__((aligned(16)));
};

extern struct shared *shared;
extern struct group *own; // this process's group
extern struct slot slots[THREADS];

// Returns a random number below `limit`, from the thread's own sequence.
static inline uint32_t below(struct slot *me, uint32_t limit)
{
	me->random = me->random * 1664525u + 1013904223u;
	return (uint32_t)((uint64_t)me->random * limit >> 32);
}

// A rule does not hold: note where, for the supervisor, which ends the test.
#define CHECK(condition)                           \
	do {                                       \
		if (!(condition))                  \
			shared->broken = __LINE__; \
	} while (0)

// Start a thread in a place that is free, if this one is.
void start_in(struct slot *slot, uint32_t seed);

// The operations (operations.c): perform one of them at random.
void operate(struct slot *me);

// Signal handlers, and whatever else a group needs before its first operation.
void operations_begin(void);
