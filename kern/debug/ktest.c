// ktest.c: running the tests of kern/*/test/*.c. Prints KTAP, version 1.
#include "debug/ktest.h"

#include <stdio.h>

#include "cpu/spinlock.h"
#include "cpu/watchdog.h"
#include "debug/printk.h"

extern const struct ktest ktests_start[], ktests_end[];

static const struct ktest *running; // NULL between tests
static unsigned int failures;       // of the running test

// The frame to which an expected panic jumps: five words, as __builtin_setjmp wants.
static void *panic_frame_buffer[5];
static bool panic_expected;

void **ktest_panic_frame(void)
{
	panic_expected = true;
	return panic_frame_buffer;
}

void ktest_panic_disarm(void)
{
	panic_expected = false;
}

// A panic that no test expects ends the run, in KTAP's words: "Bail out!".
void ktest_catch_panic(void)
{
	const struct ktest *test = running;

	if (panic_expected) {
		panic_expected = false;
		__builtin_longjmp(panic_frame_buffer, 1);
	}
	running = NULL; // before a print that may panic, and come here again
	if (test)
		console_printf("Bail out! panic in %s\n", test->name);
}

void ktest_fail(const char *file, int line, const char *format, ...)
{
	char message[PRINTK_MAX - 80];
	va_list args;

	va_start(args, format);
	vsnprintf(message, sizeof(message), format, args);
	va_end(args);
	console_printf("# %s:%d: %s\n", file, line, message);
	failures++;
}

// Returns true if `text` matches glob[len]: `*` matches any characters, `?` any one.
static bool glob_matches(const char *glob, size_t len, const char *text)
{
	for (; len > 0 && *glob != '*'; glob++, len--, text++)
		if (!*text || (*glob != '?' && *glob != *text))
			return false;
	if (len == 0)
		return !*text;
	while (!glob_matches(glob + 1, len - 1, text))
		if (!*text++)
			return false;
	return true;
}

// Also a list in the middle of the command line works: no copy is made of it.
bool ktest_selected(const char *globs, const char *name)
{
	if (!globs)
		return true;
	for (;;) {
		size_t len = strcspn(globs, ", ");

		if (glob_matches(globs, len, name))
			return true;
		if (globs[len] != ',')
			return false;
		globs += len + 1;
	}
}

// KTAP wants the number of tests first, so the list is read twice.
int ktest_run(const char *globs)
{
	const struct ktest *test;
	int number = 0, count = 0, failed = 0;

	assert_only_spinlock(NULL);
	for (test = ktests_start; test < ktests_end; test++)
		count += ktest_selected(globs, test->name);
	console_printf("KTAP version 1\n1..%d\n", count);
	if (count == 0) {
		console_printf("# no test has such a name\n");
		return 1;
	}

	for (test = ktests_start; test < ktests_end; test++) {
		if (!ktest_selected(globs, test->name))
			continue;
		if (!test->run) {
			console_printf("ok %d %s # SKIP needs the debug build\n", ++number,
			               test->name);
			continue;
		}
		running = test;
		failures = 0;
		watchdog_restart();
		test->run();
		running = NULL;
		console_printf("%s %d %s\n", failures ? "not ok" : "ok", ++number, test->name);
		failed += failures > 0;
	}
	return failed;
}
