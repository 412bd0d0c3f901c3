// lost_time.c: finding missed rounds of the clock. The clock counts PIT ticks modulo 65,536:
// exact, but the counter goes round every 54.9 ms. The TSC never goes round, and need only be good
// enough to count rounds: its rate must be known to 27 ms in the length of the pause.
//
// The rate is learned from the clock itself. If the clock missed rounds in some span, the rate of
// that span looks at most half as high as it is (less than one round was counted, and at least one
// more was missed). So the highest rate seen is the right one. Then longer and longer spans make
// it more precise: after a second to some parts in a million.
#include "thread/lost_time.h"

#define MEASURE_TICKS_MIN 1193u  // 1 ms
#define SCALE_LIMIT (1ull << 34) // so that a product with a rate fits, down to a TSC of 5 MHz

// Returns the PIT ticks that pass in `units` of the TSC. A long span loses 16 bits of precision,
// which no product of 64 bits could hold.
static uint64_t ticks_in(uint64_t units, uint64_t rate)
{
	if (units < SCALE_LIMIT)
		return (units * rate) >> 32;
	return ((units >> 16) * rate) >> 16;
}

// Returns `ticks` / `units` times 2^32, or 0 if no unit is left.
static uint64_t rate_of(uint64_t ticks, uint64_t units)
{
	while (ticks >> 32) {
		ticks >>= 1;
		units >>= 1;
	}
	return units ? (ticks << 32) / units : 0;
}

// Begin a new measurement of the rate at this pair of counts.
static void measure_from(struct lost_time *state, uint64_t tsc, uint64_t ticks)
{
	state->first_tsc = tsc;
	state->first_ticks = ticks;
	state->measured = 0;
}

// Learn the rate from the span since the last comparison, after missed rounds have been added. If
// the span's rate is at least 1.5 times the known one, the known one came from a span with missed
// rounds: it is replaced. Otherwise the whole measured span makes the rate more precise.
static void learn(struct lost_time *state, uint64_t tsc, uint64_t ticks)
{
	uint64_t units = tsc - state->last_tsc, counted = ticks - state->last_ticks, all, rate;

	if (counted >= MEASURE_TICKS_MIN) {
		rate = rate_of(counted, units);
		if (rate > state->rate + state->rate / 2) {
			measure_from(state, state->last_tsc, state->last_ticks);
			state->rate = rate;
		}
	}
	all = tsc - state->first_tsc;
	if (state->rate && all >= 2 * state->measured) {
		state->rate = rate_of(ticks - state->first_ticks, all);
		state->measured = all;
	}
}

// Half a round is added before rounding down: the TSC's error goes to either side. A pause of the
// host between the two readings makes the pair useless for learning, though not for counting
// rounds.
uint64_t lost_ticks(struct lost_time *state, uint64_t ticks, uint64_t before, uint64_t after)
{
	uint64_t tsc = before + (after - before) / 2, units = tsc - state->last_tsc;
	uint64_t counted = ticks - state->last_ticks, passed, lost = 0;

	if (!state->last_tsc ||
	    tsc <= state->last_tsc) { // the first comparison; or a TSC that was set back
		measure_from(state, tsc, ticks);
		state->rate = 0;
	} else {
		passed = ticks_in(units, state->rate);
		if (passed > counted)
			lost = ROUND_DOWN(passed - counted + CLOCK_ROUND / 2, CLOCK_ROUND);
		// A long way from `before` to `after`: the reading was interrupted. Do not learn
		// from it.
		if ((after - before) < units / 256)
			learn(state, tsc, ticks + lost);
	}
	state->last_tsc = tsc;
	state->last_ticks = ticks + lost;
	return lost;
}

uint64_t lost_time_ticks(const struct lost_time *state, uint64_t units)
{
	return ticks_in(units, state->rate);
}
