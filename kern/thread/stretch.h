// stretch.h: how long the kernel runs before another thread may run. A build of its own (make
// STRETCH=1) measures every stretch: from an entry into the kernel, a yield or a switch to the
// next yield, switch or exit. It reads the time-stamp counter, which counts instructions under
// -icount shift=0. With the option stretch=N (10^6 if N is missing) the kernel panics on a longer
// stretch.
#pragma once

#include "kern.h"

#ifdef STRETCH

struct trapframe;

// Begin to measure if the option stretch is given; else, and in other builds, the functions below
// do nothing. Once, at boot, by the boot thread.
void stretch_init(void);

// End a stretch and begin the next one: other threads may run here, or a switch follows. Records
// the length, by the current thread's system call, if it is the longest so far. Panics if it is
// more than the option allows. Does nothing once a panic has begun.
void stretch_break(void);

// Print to the log the five system calls with the longest stretches, and the longest stretch
// outside of calls. Destroys the record.
void stretch_report(void);

// Begin a stretch. Called by the entry code on each entry into the kernel, with the registers that
// it has saved. Does nothing for an exception of the kernel itself: the stretch goes on.
void stretch_enter(const struct trapframe *frame);

// End a stretch (stretch_break). Called by the entry code before each exit, with the frame with
// which it leaves. Does nothing for the return from an exception of the kernel itself.
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
