// pit.h: the programmable interval timer: a counter that never stops, and one alarm.
// thread/timer.c makes the clock and the timers from them.
#pragma once

#include "kern.h"

#define PIT_HZ 1193182u

// Start the counter. The alarm is off until pit_arm. Once, at boot.
void pit_init(void);

// Returns the counter, 0 to 65,535. It goes down by one in each tick (PIT_HZ in a second): once
// round in 54.9 ms. Takes no lock; nobody else may use the PIT meanwhile: thread/timer.c calls it
// under timer_lock.
uint32_t pit_read_clock(void);

// Interrupt once on IRQ_PIT, `ticks` ticks from now (1 to 65,535). Replaces an earlier alarm. Takes
// no lock, as pit_read_clock.
void pit_arm(uint32_t ticks);
