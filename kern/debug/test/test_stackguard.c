// test_stackguard.c: the guard word detects a write past an array.
#include "debug/crash.h"
#include "debug/ktest.h"
#include "debug/stackguard.h"

// The length is known only at run time, so that the compiler does not report the error.
static __attribute__((noinline)) char fill(size_t n)
{
	char array[16];
	char *volatile at = array;

	memset(at, 'x', n);
	return at[n - 1];
}

KTEST(stack_guard_notices_an_overrun_array)
{
	EXPECT_EQ(fill(16), 'x');
	EXPECT_PANIC(fill(16 + 8));
	EXPECT_PANIC(crash("smash"));
}

KTEST(stack_guard_ends_strings)
{
	EXPECT(__stack_chk_guard != 0);
	EXPECT_EQ(__stack_chk_guard & 0xff, 0);
}
