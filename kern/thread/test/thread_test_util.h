// thread_test_util.h: what the tests of kern/thread, and of the layers above it, have in common.
#pragma once

#include "debug/ktest.h"
#include "thread/thread.h"
#include "thread/timer.h"

// Start a thread of the kernel that runs `entry(arg)`.
struct thread *test_spawn(void (*entry)(void *arg), void *arg);

// Let the others run until each of them sleeps or has ended, and the ended ones are given back.
void test_settle(void);

// Sleep until `ns` nanoseconds from now; interrupts are taken meanwhile.
void test_sleep(uint64_t ns);

// Free pages and those of stacks kept for reuse: equal before and after whatever gives all back.
size_t test_free_memory(void);

// The letters of a word in the making: what happened, in its order.
struct test_log {
	char text[64];
	size_t len;
};

void test_log_add(struct test_log *log, char letter);

#define EXPECT_TEXT(got, want)                                                                  \
	do {                                                                                    \
		if (strcmp(got, want) != 0)                                                     \
			ktest_fail(__FILE__, __LINE__, "%s: got \"%s\", expected \"%s\"", #got, \
			           got, want);                                                  \
	} while (0)
