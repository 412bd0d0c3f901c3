// panic.h: the end of a machine that cannot trust itself any more. panic() itself is in kern.h.
#pragma once

#include "kern.h"

struct trapframe;

// Let faults of the kernel itself (cpu/trap.h, trap_fatal) end in panic_frame. Once, at boot.
void panic_init(void);

// As panic(), for what went wrong at the place that a trap frame describes: its registers are printed,
// and the backtrace starts there.
void panic_frame(const struct trapframe *frame, const char *format, ...) __noreturn __printf(2, 3);

// Has a panic begun? Then one CPU runs, and code that prints takes no lock.
bool panic_started(void);

// Called last, to tell whoever watches and to stop the machine; dev/ registers it (dev/exitport.h).
extern void (*panic_end_hook)(void);
