// pit.h: the programmable interval timer: a counter that never stops, and one alarm. What time it is,
// and when to ring, is thread/timer.c's business.
#pragma once

#include "kern.h"

#define PIT_HZ 1193182u

// Start the counter of pit_read_clock. The alarm stays silent until pit_arm. Once, at boot.
void pit_init(void);

// The counter: it goes down by one each tick, from 0 to 65,535, and so once round in 54.9 ms.
uint32_t pit_read_clock(void);

// Interrupt once on IRQ_PIT, `ticks` ticks from now (1 to 65,535), instead of what was armed before.
void pit_arm(uint32_t ticks);
