// stretch.h: how long the kernel runs before another thread may run. A build of its own (make
// STRETCH=1) measures every stretch: from an entry into the kernel, a yield or a switch to the
// next yield, switch or exit. It reads the time-stamp counter, which counts instructions under
// -icount shift=0. With the option stretch=N (10^6 if N is missing) the kernel panics on a longer
// stretch.
#pragma once

#include "kern.h"

#ifdef STRETCH

struct trapframe;

// Read the option, and begin to measure. Once, at boot, by the boot thread.
void stretch_init(void);

// End a stretch and begin the next one: other threads may run here, or a switch follows.
void stretch_break(void);

// Print the system calls with the longest stretches. Destroys the record.
void stretch_report(void);

// Called by the entry code on each entry into the kernel and on each exit from it.
void stretch_enter(const struct trapframe *frame);
void stretch_leave(const struct trapframe *frame);

// Registered by sys/syscall_table.c. Returns the name of system call `number`, or NULL.
extern const char *(*stretch_name_hook)(uint32_t number);

#else

static inline void stretch_init(void)
{
}

static inline void stretch_break(void)
{
}

static inline void stretch_report(void)
{
}

#endif
