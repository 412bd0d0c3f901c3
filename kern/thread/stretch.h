// stretch.h: how long the kernel runs before others may run. A build of its own (make STRETCH=1)
// measures each stretch: from an entry into the kernel, a yield or a switch to the next yield, switch
// or exit. It reads the time-stamp counter, which counts instructions under -icount shift=0. The
// option stretch=N (10^6 where N is missing) makes the kernel panic on a longer one.
#pragma once

#include "kern.h"

#ifdef STRETCH

struct trapframe;

// Read the option, and measure from now on. Once, at boot, by the boot thread.
void stretch_init(void);

// Others may run here, or another thread is about to: one stretch ends, the next one begins.
void stretch_break(void);

// Print the longest stretches, by system call.
void stretch_report(void);

// Called by the entry code on the way into the kernel and out of it.
void stretch_enter(const struct trapframe *frame);
void stretch_leave(const struct trapframe *frame);

// Registered by sys/: the name of a system call.
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
