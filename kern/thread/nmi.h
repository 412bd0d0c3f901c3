// nmi.h: non-maskable interrupts: the way into a machine that answers nothing else, because it runs
// with interrupts off and never ends. `make nmi` sends one, and so does the watchdog
// (cpu/watchdog.h).
#pragma once

#include "kern.h"

// Let non-maskable interrupts in, and start the watchdog if the option `watchdog=SECONDS` asks for
// it. An interrupt reports where it came: message, registers, backtrace. Then it opens the monitor
// if the option `monitor` is given, and panics otherwise. Once, at boot, after thread_init.
void nmi_init(void);

// Returns true if an interrupt that comes `ns` nanoseconds after the watchdog's last restart must
// be ignored. It must be if the watchdog has sent it and the host is the cause: the host stopped
// the machine for a while, and the timer's interrupt had no chance to come first. `seconds`: the
// watchdog's time; 0: it does not run. `interrupts_on`: the interrupted code can take the timer's
// interrupt.
bool nmi_is_hosts_fault(uint64_t ns, unsigned int seconds, bool interrupts_on);
