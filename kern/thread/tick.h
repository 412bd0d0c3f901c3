// tick.h: the timer interrupt, for kern/thread.
#pragma once

#include "kern.h"

struct spinlock;

// Guards the clock, the armed timers, and the end of the time slice.
extern struct spinlock timer_lock;

// Start the clock at 0, read the CMOS clock for clock_realtime_ns, and let the PIT interrupt at the
// end of each time slice. Takes timer_lock. Once, at boot.
void tick_init(void);

// Note that the idle thread is about to halt: from now on the timer need not interrupt for time
// slices, only for timers and as often as the clock needs it (every 50 ms). Counts when the timer
// is set the next time: an interrupt that is under way still comes. Takes no lock. Caller: the idle
// thread.
void tick_idle(void);

// Note that the idle thread is about to switch to a thread that can run: from now on the timer
// interrupts at the end of each time slice. If its next interrupt is more than a slice (10 ms)
// away, set it to an earlier time. Wakes no thread. Takes timer_lock. Caller: the idle thread.
void tick_busy(void);

// Returns true if any timer (thread/timer.h) is armed; false if only the clock and the time slices
// will interrupt. Takes no lock; for the idle thread.
bool timer_any_armed(void);
