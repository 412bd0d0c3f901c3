// time_slice.h: how long a thread may run before another one gets its turn.
#pragma once

#include "thread/timer.h"

#define SLICE_NS (10 * NS_PER_MS) // threads that want the CPU take turns so often

// Returns the time at which the present time slice ends, in nanoseconds of clock_ns(): later than
// `now`, which is the present time, by SLICE_NS at most. If the last slice has ended, the next one
// begins at its end; if that one has ended too, since no program ran for a while, a slice begins at
// `now`.
// Caller: holds timer_lock.
uint64_t time_slice_end(uint64_t now);

// Note that the idle thread is about to switch to a thread that can run: time_slice_just_switched
// measures from now. Caller: holds timer_lock.
void time_slice_busy(void);

// Returns true if the current thread keeps the CPU at this tick: it has had the CPU for less than a
// sixteenth of the time since the last call, or since time_slice_busy if that came later. Takes no
// lock. Caller: the timer's interrupt handler, once in each interrupt.
bool time_slice_just_switched(void);

// End the current thread's turn: if another thread waits for the CPU, set the current thread's
// WORK_RESCHED, so that it switches on its way back to user mode (thread_return_work). Does not
// switch. Caller: the timer's interrupt handler.
void time_slice_over(void);
