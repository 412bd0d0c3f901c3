// test_ubsan.c: undefined behaviour on purpose; a build with UBSAN=1 must detect each case.
#include "debug/ktest.h"

#ifdef UBSAN

// volatile, so that the compiler cannot know the values.
static volatile int large = INT32_MAX, small = INT32_MIN, zero, minus_one = -1, four = 4;
static volatile int64_t wide = INT64_MAX;
static volatile unsigned int forty = 40;
static int array[4];

static int *volatile nothing;
static volatile uint8_t two = 2;

KTEST(ubsan_notices)
{
	volatile int64_t wide_result;
	volatile int result = 0;

	EXPECT_PANIC(result = large + 1);
	EXPECT_PANIC(result = small - 1);
	EXPECT_PANIC(result = large * 2);
	EXPECT_PANIC(result = -small);
	EXPECT_PANIC(result = 1 / zero);
	EXPECT_PANIC(result = small / minus_one);
	EXPECT_PANIC(wide_result = wide + 1);
	EXPECT_PANIC(result = 1 << forty);
	EXPECT_PANIC(result = 1 << minus_one);
	EXPECT_PANIC(result = array[four]);
	EXPECT_PANIC(result = array[minus_one]);
	EXPECT_PANIC(result = *nothing);
	EXPECT_PANIC(result = *(bool *)&two);
	(void)wide_result;
	EXPECT_EQ(result, 0);
}

#endif
