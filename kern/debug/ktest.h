// ktest.h: tests that run inside the kernel. A test is a function in a file of its layer
// folder test/ (kern/LAYER/test/):
//
//	KTEST(page_alloc_zeroed_clears_all_of_it)
//	{
//		...
//		EXPECT(all_zero);
//	}
//
// A failed expectation is reported with its values, and the test goes on: one failure does not hide
// the next. `ktest` on the kernel's command line runs them all, `ktest=GLOB,...` those whose names
// match, and prints KTAP.
#pragma once

#include "kern.h"

struct ktest {
	const char *name;
	const char *file;
	void (*run)(void); // NULL: skipped in this build
};

// gcc emits variables in any order, unless it is told not to.
#if __has_attribute(no_reorder)
#define __ktest __section(".ktests") __attribute__((no_reorder))
#else
#define __ktest __section(".ktests")
#endif

// Define a test. The linker collects all tests in one section (boot/kernel.ld), so there is no
// list to keep. Within a file they keep the order of the source.
#define KTEST(id)                                                             \
	static void id(void);                                                 \
	static const struct ktest ktest_##id __ktest = { #id, __FILE__, id }; \
	static void id(void)

// Define a test of a check that only debug builds have. Other builds report it as skipped.
#ifdef DEBUG
#define KTEST_DEBUG(id) KTEST(id)
#else
#define KTEST_DEBUG(id)                                                         \
	static void id(void) __attribute__((unused));                           \
	static const struct ktest ktest_##id __ktest = { #id, __FILE__, NULL }; \
	static void id(void)
#endif

// Record a failure of the running test, and print it as a comment of KTAP, with the place in the
// source, on every console. The message is cut after 175 bytes, and has no newline. The test goes
// on. Takes console_lock.
void ktest_fail(const char *file, int line, const char *format, ...) __printf(3, 4);

// Report a failure unless `cond` holds.
#define EXPECT(cond) ((cond) ? (void)0 : ktest_fail(__FILE__, __LINE__, "expected: %s", #cond))

// Report a failure, with both values, unless the two are equal: integers or pointers of at most 32
// bits.
#define EXPECT_EQ(got, want)                                                                      \
	do {                                                                                      \
		long got_ = (long)(got), want_ = (long)(want);                                    \
		if (got_ != want_)                                                                \
			ktest_fail(__FILE__, __LINE__, "%s: got %ld (%#lx), expected %ld (%#lx)", \
			           #got, got_, got_, want_, want_);                               \
	} while (0)

// Report a failure unless `expr` panics. `expr` must hold no lock when it panics: nothing releases
// it afterwards. Memory that it has allocated is lost.
#define EXPECT_PANIC(expr)                                                             \
	do {                                                                           \
		if (__builtin_setjmp(ktest_panic_frame()) == 0) {                      \
			(void)(expr);                                                  \
			ktest_panic_disarm();                                          \
			ktest_fail(__FILE__, __LINE__, "expected a panic: %s", #expr); \
		}                                                                      \
	} while (0)

// Expect one panic from now on, until it comes or ktest_panic_disarm is called. Returns the frame
// to which it will jump; only for EXPECT_PANIC, which passes it to __builtin_setjmp at once.
void **ktest_panic_frame(void);

// Expect no panic any more; does nothing if none is expected.
void ktest_panic_disarm(void);

// Called by panic(), first of all, with interrupts off. If the running test expects a panic, jumps
// back to the test and does not return; no lock is released. Else reports in KTAP that the run ends
// ("Bail out!"), if a test is running.
void ktest_catch_panic(void);

// Returns true if `globs` (NULL: every name) has a glob that matches the test's whole name: `*`
// stands for any characters, also none, and `?` for one. Globs are separated by commas; the list
// ends at a NUL or a space, as on the kernel's command line. An empty glob matches no test.
bool ktest_selected(const char *globs, const char *name);

// Run the tests that `globs` selects (ktest_selected; NULL: all), and print KTAP. Returns how many
// failed, without those that this build skips; 1 if `globs` selects none, since that is most often
// a misspelt name. Restarts the watchdog before each test. Tests may sleep. Caller: a thread; holds
// no lock.
int ktest_run(const char *globs);
