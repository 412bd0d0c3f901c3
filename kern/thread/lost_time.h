// lost_time.h: how much of the time the clock's counter has missed, by the time-stamp counter (TSC).
#pragma once

#include "kern.h"

#define CLOCK_ROUND 65536u // PIT ticks after which its counter begins anew

// What is known of the TSC, which counts at a rate that nobody tells. All zero at the start.
// [timer_lock] all of it
struct lost_time {
	uint64_t rate; // PIT ticks for each unit of the TSC, times 2^32; 0: not known yet
	uint64_t last_tsc, last_ticks;   // at the last look
	uint64_t first_tsc, first_ticks; // where the rate is measured from
	uint64_t measured;               // units of the TSC over which `rate` was measured
};

// Compares the two counters and learns the TSC's rate on the way. `ticks` is the clock in PIT ticks, read
// between the TSC's values `before` and `after`. Between two calls the clock may have missed any
// number of rounds.
// Returns how many ticks the clock has missed since the last call, a multiple of CLOCK_ROUND.
uint64_t lost_ticks(struct lost_time *state, uint64_t ticks, uint64_t before, uint64_t after);
