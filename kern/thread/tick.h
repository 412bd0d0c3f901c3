// tick.h: the timer interrupt, for kern/thread.
#pragma once

#include "kern.h"

struct spinlock;

// Guards the clock, the armed timers, and the end of the time slice.
extern struct spinlock timer_lock;

// Start the clock, and let the PIT interrupt at the end of each time slice. Once, at boot.
void tick_init(void);

// The idle thread is about to halt: the timer need not interrupt for time slices from now on, only
// for timers and as often as the clock needs it (every 50 ms). Takes no lock. Caller: the idle
// thread.
void tick_idle(void);

// Note that the idle thread is about to switch to a thread that can run: from now on the timer
// interrupts at the end of each time slice. If its next interrupt is more than a slice (10 ms)
// away, set it to an earlier time. Wakes no thread. Takes timer_lock. Caller: the idle thread.
void tick_busy(void);

// Returns true if any timer (thread/timer.h) is armed. Takes no lock; for the idle thread.
bool timer_any_armed(void);
