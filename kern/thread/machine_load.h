// machine_load.h: what all threads have done together, and how many of them want to run.
#pragma once

#include "kern.h"

struct thread;

// Sums over all threads since boot, also those that have ended, and the threads that there are now.
struct thread_totals {
	uint64_t switches; // how often a thread got the CPU
	uint64_t faults;   // page faults that were handled
	uint32_t created;
	uint32_t threads;
	uint32_t runnable; // of `threads`; without the idle thread
	uint32_t blocked;  // of `threads`: programs' threads in a sleep that no signal ends
};

// Fill in *totals. Takes sched_lock, and looks at all threads under it; counts that work
// (yield_due). Caller: may hold spinlocks of lower rank than RANK_SCHED.
void thread_totals(struct thread_totals *totals);

// Count a thread that starts, in `created`. Caller: holds sched_lock.
void totals_thread_starts(void);

// Keep the switches and faults of `thread`, the current one, in the totals: it ends, and is not in
// all_threads any more. Caller: holds sched_lock.
void totals_thread_ends(const struct thread *thread);

// The average number of threads that ran, wanted to run, or slept a sleep that no signal ends, in
// the last 1, 5 and 15 minutes, as numbers with LOAD_SHIFT bits after the point. As on Linux, it is
// computed from a sample every five seconds; each sample weighs less than the one after it.
#define LOAD_SHIFT 11
extern uint32_t load_averages[3];

// Take a sample for load_averages if it is time. `now` is clock_ns(). After a pause of several
// samples the present one counts for all that were missed. Takes sched_lock. Caller: the timer's
// interrupt handler, at each interrupt; holds no spinlock.
void load_tick(uint64_t now);
