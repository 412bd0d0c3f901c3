// thread_test_util.h: functions that the tests of kern/thread and of the layers above it share.
#pragma once

#include "debug/ktest.h"
#include "thread/thread.h"
#include "thread/timer.h"

// Start a thread of the kernel that runs `entry(arg)`. Panics if out of memory. Returns it; the
// caller must not use the result once the thread may have ended.
struct thread *test_spawn(void (*entry)(void *arg), void *arg);

// Let the other threads run until each of them sleeps, or has ended and is freed. Caller: no lock
// is held that one of them waits for.
void test_settle(void);

// Let the current thread yield to the others, once: when it counts work (yield_due) after it has
// counted `work` instructions.
void test_yield_after(uint32_t work);

// Returns how much work has been counted (yield_due) since the last call of this function, if it is
// less than 10^6: until then nothing yields.
uint32_t test_work(void);

// Sleep for at least `ns` nanoseconds; interrupts are taken meanwhile.
void test_sleep(uint64_t ns);

// Returns the number of free pages, with those of pooled stacks: equal before and after a test that
// frees all that it has taken.
size_t test_free_memory(void);

// A log of events, one letter for each, in the order in which they happened.
struct test_log {
	char text[64];
	size_t len;
};

// Append `letter` to the log's text, unless it is full. The log is all 0 at first.
void test_log_add(struct test_log *log, char letter);

#define EXPECT_TEXT(got, want)                                                                  \
	do {                                                                                    \
		if (strcmp(got, want) != 0)                                                     \
			ktest_fail(__FILE__, __LINE__, "%s: got \"%s\", expected \"%s\"", #got, \
			           got, want);                                                  \
	} while (0)
