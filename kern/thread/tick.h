// tick.h: the interval timer, for kern/thread.
#pragma once

#include "kern.h"

// Start the clocks and take the PIT's interrupt.
void tick_init(void);

// The idle thread is about to halt, or found somebody who can run. In between the timer interrupts
// only as often as the clock needs it; while programs run, at the end of every time slice.
void tick_idle(void);
void tick_busy(void);

bool timer_any_armed(void);
