// tick.h: the timer interrupt, for kern/thread.
#pragma once

#include "kern.h"

// Start the clock and take the PIT's interrupts. Once, at boot.
void tick_init(void);

// The idle thread is about to halt: the timer need not interrupt for time slices from now on, only
// for timers and as often as the clock needs it.
void tick_idle(void);

// A thread can run again: the timer interrupts at the end of each time slice from now on.
void tick_busy(void);

// Returns true if any timer is armed. Read without a lock; for the idle thread.
bool timer_any_armed(void);
