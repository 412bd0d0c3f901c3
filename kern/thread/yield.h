// yield.h: long work yields. Whoever does work whose length a program chooses counts it, in
// instructions or so; when enough has come together it is time to yield: to take interrupts, and to
// let others run if the time slice is over. The count runs through all that a CPU does, so that many
// short steps, in whatever functions, yield as often as one long loop. thread/stretch.h measures
// whether all is counted.
//
// No lock that other address spaces need is held across a yield: of the sleeping locks only an
// address space's own may be (debug builds check), and no spinlock. A loop that holds others ends
// when yield_due says so, lets go of them, yields, and looks at everything anew.
#pragma once

#include "cpu/percpu.h"
#include "thread/thread.h"

// About so many instructions are counted between two yields. What is counted may be wrong by a factor
// of five: the bound is 10^6 (thread/stretch.c).
#define YIELD_EACH 100000

// Count `cost` instructions of work. Returns true if it is time to yield.
static inline bool yield_due(uint32_t cost)
{
	this_cpu()->work_left -= (int32_t)cost;
	return unlikely(this_cpu()->work_left < 0);
}

// Count `cost` instructions of work, and yield if it is time. Returns 0, or -EINTR for a thread that
// is killed, which should then stop. Caller: as for thread_yield_point.
static inline int yield_after(uint32_t cost)
{
	return yield_due(cost) ? thread_yield_point_killable() : 0;
}
