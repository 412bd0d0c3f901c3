// yield.h: long work yields. Work whose length a program chooses counts its cost, in instructions.
// When enough has been counted since the last yield, the work yields: it takes interrupts, and
// lets other threads run if the time slice is over. Each CPU has one count for all that it does,
// so many short steps in different functions yield as often as one long loop. thread/stretch.h
// measures whether all work is counted.
//
// No lock that other address spaces need may be held across a yield: no spinlock, and of the
// sleeping locks only an address space's own (debug builds check). A loop that holds other locks
// ends when yield_due returns true, releases them, yields, and looks at everything again. The
// exception is rename_lock (fs/directory_tree.h): looking again would never end beside a program
// that goes on renaming.
#pragma once

#include "cpu/percpu.h"
#include "thread/mutex.h"
#include "thread/thread.h"

// Instructions that are counted between two yields. A count may be wrong by a factor of five,
// because the bound is 10^6 (thread/stretch.c).
#define YIELD_EACH 100000

// Count `cost` instructions of work, any number below 2^31; 0 only asks. Returns true if it is time
// to yield, as do all later calls until some thread on this CPU yields (thread_yield_point). Does
// not yield itself, and may be called with any lock held.
static inline bool yield_due(uint32_t cost)
{
	this_cpu()->work_left -= (int32_t)cost;
	return unlikely(this_cpu()->work_left < 0);
}

// Count `cost` instructions of work, and yield if it is time (thread_yield_point_killable). Returns
// 0, also if a signal is pending; -EINTR after a yield if the thread must die or the machine ends:
// then the caller should stop early. The calls after it return 0 until it is time again.
// Caller: holds no spinlock, and no sleeping lock but an address space's and rename_lock.
static inline int yield_after(uint32_t cost)
{
	assert_may_yield();
	return yield_due(cost) ? thread_yield_point_killable() : 0;
}
