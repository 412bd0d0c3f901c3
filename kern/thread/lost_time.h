// lost_time.h: the time that the clock's counter has missed, found with the time-stamp counter
// (TSC).
#pragma once

#include "kern.h"

// The PIT ticks after which the clock's counter begins again.
#define CLOCK_ROUND 65536u

// The state of the comparison with the TSC, which counts at a rate that no register reports. All
// zero at the start. [timer_lock] guards all fields.
struct lost_time {
	uint64_t rate; // PIT ticks per unit of the TSC, times 2^32; 0: not known yet
	uint64_t last_tsc, last_ticks;   // at the last comparison
	uint64_t first_tsc, first_ticks; // where the measurement of the rate begins
	uint64_t measured;               // units of the TSC over which `rate` was measured
};

// Compare the two counters, and learn the TSC's rate from them. `ticks` is the clock in PIT ticks,
// read between the TSC's values `before` and `after` (before <= after). Between two calls the clock
// may have missed any number of rounds. Does not learn from a reading that took more than 1/256 of
// the time since the last call.
// Returns how many PIT ticks the clock has missed since the last call, a multiple of CLOCK_ROUND;
// the caller adds them to the clock, and to `ticks` in all later calls. Returns 0 at the first call
// and while the rate is not known; after the TSC was set back, begins to learn anew and returns 0.
// Caller: holds the lock of *state.
uint64_t lost_ticks(struct lost_time *state, uint64_t ticks, uint64_t before, uint64_t after);

// Returns the PIT ticks that pass in `units` of the TSC, rounded down; 0 while its rate is not
// known. From 2^34 units on the last 16 bits of `units` do not count. Takes no lock.
uint64_t lost_time_ticks(const struct lost_time *state, uint64_t units);
