// pit.h: the programmable interval timer: a counter that never stops, and one alarm.
// thread/timer.c makes the clock and the timers from them.
#pragma once

#include "kern.h"

#define PIT_HZ 1193182u

// Start the counter. The alarm is off until pit_arm. Once, at boot.
void pit_init(void);

// Returns the counter. It goes down by one in each tick, modulo 65,536: once round in 54.9 ms.
uint32_t pit_read_clock(void);

// Interrupt once on IRQ_PIT, `ticks` ticks from now (1 to 65,535). Replaces an earlier alarm.
void pit_arm(uint32_t ticks);
