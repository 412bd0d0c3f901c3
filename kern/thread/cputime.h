// cputime.h: how much processor time a thread has used.
//
// The scheduler reads the time-stamp counter at every switch, so the sum is exact and costs five
// instructions. How it divides into the program's and the kernel's is sampled: at each tick of the
// timer all that the thread has used since its last tick counts as one or the other. Nothing is read
// when the kernel is entered or left.
#pragma once

#include "cpu/x86.h"
#include "thread/thread.h"

// Account the switch from `prev` to `next`. Caller: holds sched_lock.
static inline void cputime_switch(struct thread *prev, struct thread *next)
{
	uint64_t now = rdtsc();

	prev->cpu.cycles += now;
	next->cpu.cycles -= now;
}

// Returns the cycles that `thread` has used until now.
static inline uint64_t cputime_cycles(const struct thread *thread)
{
	return thread->cpu.cycles + (thread == thread_current() ? rdtsc() : 0);
}

// Returns `use` in nanoseconds, the program's part and the kernel's. *before is what the last reader of
// the same sum was told, 0 at first: neither part goes back below it. Stores the result there.
struct cpu_time cputime_report(const struct cpu_use *use, struct cpu_time *before);

// Returns how often `thread` gave up the CPU to wait for something; `preempted` says how often it had to
// although it could go on.
static inline uint32_t thread_waits(const struct thread *thread)
{
	return thread->switches - (thread == thread_current()) - thread->preempted;
}

// Count what the current thread has used since its last tick as the kernel's, or as the program's.
void cputime_sample(bool system);

// Start to compare the time-stamp counter with the clock. Once, at boot, when the clock runs.
void cputime_init(void);

// Registered by proc/: the timer interrupted the current thread, which is not the idle one. `frame` is
// where in its program; NULL: in the kernel. Calls cputime_sample. Runs in the interrupt: must not
// sleep.
extern void (*cputime_tick_hook)(const struct trapframe *frame);

// The timer has interrupted. Called by thread/timer.c.
void cputime_tick(void);
