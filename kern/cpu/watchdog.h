// watchdog.h: QEMU's watchdog, its device ib700 (a timer card for the ISA bus). With QEMU's option
// `-action watchdog=inject-nmi` the device sends a non-maskable interrupt unless the kernel
// restarts it in time. The card cannot be detected, so it is used only with the kernel option
// `watchdog=SECONDS`.
#pragma once

#include "kern.h"

// Start the watchdog: a non-maskable interrupt comes if watchdog_restart is not called for
// `seconds`. Panics unless they are an even number, 2 to 30.
void watchdog_start(unsigned int seconds);

// Let the time begin anew. Does nothing before watchdog_start and after watchdog_stop.
void watchdog_restart(void);

// Let the watchdog send nothing until watchdog_resume: the machine stands still on purpose.
void watchdog_stop(void);

// Let the watchdog run again, if it ran before watchdog_stop.
void watchdog_resume(void);

// Returns the seconds that the watchdog waits; 0 if it was not started, or is stopped.
unsigned int watchdog_seconds(void);

// Returns the time-stamp counter at the last restart; 0 if the watchdog was never started.
uint64_t watchdog_restarted_at(void);
