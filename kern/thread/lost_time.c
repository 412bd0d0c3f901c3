// lost_time.c: the clock counts PIT ticks modulo 65,536, which is exact but goes round every 54.9 ms. The
// TSC never goes round; it need only be good enough to say how often the other did. That holds for
// a pause of T if its rate is known to 27 ms in T.
//
// The rate is learnt from the clock itself. Over a span in which the clock missed rounds it
// looks at most half as high as it is (less than one round was counted of at least one more), so
// the highest rate seen is the right one. Once it is known, longer and longer spans make it more
// precise: after a second to some parts in a million.
#include "thread/lost_time.h"

#define MEASURE_TICKS_MIN 1193u  // 1 ms
#define SCALE_LIMIT (1ull << 34) // so that a product with a rate fits, down to a TSC of 5 MHz

// The PIT ticks that pass in `units` of the TSC.
static uint64_t ticks_in(uint64_t units, uint64_t rate)
{
	if (units < SCALE_LIMIT)
		return (units * rate) >> 32;
	return ((units >> 16) * rate) >> 16;
}

// `ticks` / `units` times 2^32; 0 where that makes no sense.
static uint64_t rate_of(uint64_t ticks, uint64_t units)
{
	while (ticks >> 32) {
		ticks >>= 1;
		units >>= 1;
	}
	return units ? (ticks << 32) / units : 0;
}

static void measure_from(struct lost_time *state, uint64_t tsc, uint64_t ticks)
{
	state->first_tsc = tsc;
	state->first_ticks = ticks;
	state->measured = 0;
}

// Learn from the span since the last look, in which no missed round is known of.
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

uint64_t lost_ticks(struct lost_time *state, uint64_t ticks, uint64_t before, uint64_t after)
{
	uint64_t tsc = before + (after - before) / 2, units = tsc - state->last_tsc;
	uint64_t counted = ticks - state->last_ticks, passed, lost = 0;

	if (!state->last_tsc ||
	    tsc <= state->last_tsc) { // the first look; or a TSC that was set back
		measure_from(state, tsc, ticks);
		state->rate = 0;
	} else {
		passed = ticks_in(units, state->rate);
		if (passed > counted)
			lost = ROUND_DOWN(passed - counted + CLOCK_ROUND / 2, CLOCK_ROUND);
		// Where something came between the readings they say little: nothing is learnt.
		if ((after - before) < units / 256)
			learn(state, tsc, ticks + lost);
	}
	state->last_tsc = tsc;
	state->last_ticks = ticks + lost;
	return lost;
}
