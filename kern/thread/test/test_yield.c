// test_yield.c: the count of work that decides when to yield.
#include "debug/ktest.h"
#include "thread/yield.h"

KTEST(work_is_counted_until_it_is_time_to_yield)
{
	thread_yield_point();
	EXPECT(!yield_due(YIELD_EACH / 2));
	EXPECT(!yield_due(YIELD_EACH / 2));
	EXPECT(yield_due(1));
	EXPECT(yield_due(0)); // until the thread yields
	EXPECT_EQ(yield_after(0), 0);
	EXPECT(!yield_due(1));
}

KTEST(many_short_steps_yield_as_often_as_long_ones)
{
	unsigned int yields = 0;

	thread_yield_point();
	for (unsigned int i = 0; i < 1000; i++) {
		if (!yield_due(YIELD_EACH / 100))
			continue;
		thread_yield_point();
		yields++;
	}
	EXPECT_EQ(yields, 1000 / 101);
}
