// watchdog.h: QEMU's watchdog, its device ib700 (a timer card for the ISA bus). With QEMU's option
// `-action watchdog=inject-nmi` the device sends a non-maskable interrupt unless the kernel
// restarts it in time. The card cannot be detected, so it is used only with the kernel option
// `watchdog=SECONDS`.
#pragma once

#include "kern.h"

// Start the watchdog, or change its time: a non-maskable interrupt comes if watchdog_restart is not
// called for `seconds`. Ends a watchdog_stop. Panics unless they are an even number, 2 to 30.
void watchdog_start(unsigned int seconds);

// Let the time begin anew. Does nothing before watchdog_start and after watchdog_stop.
void watchdog_restart(void);

// Let the watchdog send nothing until watchdog_resume: the machine stands still on purpose. Stops
// do not add up: one watchdog_resume ends them all, as does watchdog_start.
void watchdog_stop(void);

// Let the watchdog run again, with its whole time before it, if it was ever started. If it is not
// stopped, this is watchdog_restart.
void watchdog_resume(void);

// Returns the seconds that the watchdog waits; 0 if it was not started, or is stopped.
unsigned int watchdog_seconds(void);

// Returns the time-stamp counter when the time last began anew (watchdog_start, watchdog_restart,
// watchdog_resume); 0 if the watchdog was never started. watchdog_stop does not change it.
uint64_t watchdog_restarted_at(void);
