// nmi.h: non-maskable interrupts: the way into a machine that answers nothing else, because it runs
// with interrupts off and never ends. `make nmi` sends one, and so does the watchdog
// (cpu/watchdog.h).
#pragma once

#include "kern.h"

// Let non-maskable interrupts in, and start the watchdog if the option `watchdog=SECONDS` asks for
// it (not 0): with SECONDS rounded up to an even number, at least 2 and at most 30. An interrupt
// reports where it came: message, registers, backtrace. Then it opens the monitor if the option
// `monitor` is given, and panics otherwise. Once, at boot, after thread_init.
void nmi_init(void);

// Returns true if an interrupt that comes `ns` nanoseconds after the watchdog's last restart must
// be ignored: the watchdog has sent it, but the host is the cause, because it stopped the machine
// for a while, and the timer's interrupt had no chance to come first. `seconds`: the watchdog's
// time; 0: it does not run, so the result is false. `interrupts_on`: the interrupted code can take
// the timer's interrupt.
// The watchdog has sent it if `ns` is at least 7/8 of its time. The host is the cause then if
// `interrupts_on`, or if `ns` is at least 3/2 of that time.
bool nmi_is_hosts_fault(uint64_t ns, unsigned int seconds, bool interrupts_on);
