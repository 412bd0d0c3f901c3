// pit.h: the programmable interval timer: a counter that never stops, and one alarm.
// thread/timer.c makes the clock and the timers from them.
#pragma once

#include "kern.h"

#define PIT_HZ 1193182u

// Start the counter, and turn the loudspeaker off. The alarm is off until pit_arm. IRQ_PIT stays
// masked: that is the caller's. Once, at boot.
void pit_init(void);

// Returns the counter, 0 to 65,535. It goes down by one in each tick (PIT_HZ in a second), from 0
// to 65,535: once round in 54.9 ms. How often it has gone round is the caller's to count. Takes no
// lock; nobody else may use the PIT meanwhile: thread/timer.c calls it under timer_lock.
uint32_t pit_read_clock(void);

// Interrupt once on IRQ_PIT, `ticks` ticks of PIT_HZ from now: 1 to 65,535 (debug builds panic for
// others). Replaces an alarm that has not come yet; an alarm cannot be turned off. Does not change
// the counter. Takes no lock, as pit_read_clock.
void pit_arm(uint32_t ticks);
