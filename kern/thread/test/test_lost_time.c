// test_lost_time.c: a clock that misses rounds, compared with a TSC of any rate.
#include "thread/test/thread_test_util.h"

#include "cpu/x86.h"
#include "dev/pit.h"
#include "thread/lost_time.h"

// Two counters that the test drives.
struct bench {
	struct lost_time state;
	uint64_t tsc_hz, now_us; // the test's own time
	uint64_t ticks;          // as the clock counts them, without missed rounds
};

static uint64_t ticks_at(uint64_t us)
{
	return us * PIT_HZ / 1000000;
}

// Let `us` pass without a comparison, then compare. Returns how many missed rounds were found.
static uint64_t pass(struct bench *bench, uint64_t us)
{
	uint64_t true_ticks = ticks_at(bench->now_us + us) - ticks_at(bench->now_us), tsc, lost;

	bench->now_us += us;
	bench->ticks += true_ticks % CLOCK_ROUND;
	tsc = 1000 + bench->now_us * (bench->tsc_hz / 1000) / 1000;
	lost = lost_ticks(&bench->state, bench->ticks, tsc, tsc + bench->tsc_hz / 500000);
	bench->ticks += lost;
	EXPECT_EQ(lost % CLOCK_ROUND, 0);
	return lost / CLOCK_ROUND;
}

static uint64_t rounds_in(uint64_t us)
{
	return ticks_at(us) / CLOCK_ROUND;
}

static const uint64_t rates[] = { 20000000, 600000000, 1000000000, 2893000000ull, 6000000000ull };

KTEST(lost_ticks_counts_rounds)
{
	for (size_t i = 0; i < ARRAY_SIZE(rates); i++) {
		struct bench bench = { .tsc_hz = rates[i] };

		pass(&bench, 0);
		for (int n = 0; n < 3; n++)
			EXPECT_EQ(pass(&bench, 10000), 0);
		EXPECT_EQ(pass(&bench, 200 * 1000), rounds_in(200 * 1000));
		EXPECT_EQ(pass(&bench, 1000 * 1000), rounds_in(1000 * 1000));
		EXPECT_EQ(pass(&bench, 50 * 1000), 0);
		EXPECT_EQ(pass(&bench, 97 * 1000 * 1000), rounds_in(97 * 1000 * 1000));
		for (int n = 0; n < 100; n++)
			EXPECT_EQ(pass(&bench, 10000), 0);
		EXPECT_EQ(pass(&bench, 3600ull * 1000 * 1000), rounds_in(3600ull * 1000 * 1000));
	}
}

// Rounds that are missed before the rate is known stay unknown, but must not lead to a wrong rate.
KTEST(lost_ticks_learns_from_a_bad_start)
{
	for (size_t i = 0; i < ARRAY_SIZE(rates); i++) {
		struct bench bench = { .tsc_hz = rates[i] };

		pass(&bench, 0);
		pass(&bench, 60 * 1000);
		pass(&bench, 300 * 1000);
		pass(&bench, 109 * 1000);
		EXPECT_EQ(pass(&bench, 12000), 0);
		EXPECT_EQ(pass(&bench, 1000 * 1000), rounds_in(1000 * 1000));
		EXPECT_EQ(pass(&bench, 12000), 0);
	}
}

// A pause between the readings of the two counters must not change the rate.
KTEST(lost_ticks_is_not_misled_by_slow_readings)
{
	struct bench bench = { .tsc_hz = 1000000000 };
	uint64_t tsc;

	pass(&bench, 0);
	pass(&bench, 10000);
	bench.now_us += 1000;
	tsc = bench.now_us * 1000;
	bench.ticks += ticks_at(20000);
	EXPECT_EQ(lost_ticks(&bench.state, bench.ticks, tsc, tsc + 20000000), 0);
	bench.now_us += 20000;
	bench.ticks += ticks_at(1000);
	EXPECT_EQ(pass(&bench, 10000), 0);
	EXPECT_EQ(pass(&bench, 1000 * 1000), rounds_in(1000 * 1000));
}

KTEST(lost_ticks_of_a_tsc_that_is_set_back)
{
	struct bench bench = { .tsc_hz = 1000000000 };

	pass(&bench, 0);
	pass(&bench, 10000);
	EXPECT_EQ(lost_ticks(&bench.state, bench.ticks, 5, 6), 0);
	bench.state = (struct lost_time){ 0 };
	pass(&bench, 10000);
	pass(&bench, 10000);
	EXPECT_EQ(pass(&bench, 1000 * 1000), rounds_in(1000 * 1000));
}

// The real clock, not read for longer than its counter takes to go round.
KTEST(clock_loses_no_time_unread)
{
	uint64_t start, tsc, passed, rate;

	for (int i = 0; i < 3; i++)
		test_sleep(5 * NS_PER_MS);
	start = clock_ns();
	tsc = rdtsc();
	test_sleep(20 * NS_PER_MS);
	passed = clock_ns() - start;
	rate = (rdtsc() - tsc) / (passed / 1000); // units of the TSC in a microsecond
	start = clock_ns();
	tsc = rdtsc();
	while (rdtsc() - tsc < 150 * 1000 * rate)
		;
	test_sleep(NS_PER_MS);
	EXPECT(clock_ns() - start >= 145 * NS_PER_MS);
}

KTEST(lost_time_converts_units)
{
	struct lost_time state = { .rate = 1u << 30 }; // a quarter of a tick for a unit

	EXPECT_EQ(lost_time_ticks(&state, 4000), 1000);
	EXPECT(lost_time_ticks(&state, 1ull << 40) == 1ull << 38); // EXPECT_EQ has 32 bits
	state.rate = 0;
	EXPECT_EQ(lost_time_ticks(&state, 4000), 0);
}
