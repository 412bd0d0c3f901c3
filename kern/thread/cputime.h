// cputime.h: the processor time that a thread has used.
//
// The scheduler reads the time-stamp counter at every switch, so the sum is exact and costs seven
// instructions. The division into the program's and the kernel's part is sampled: at each tick of
// the timer, all cycles that the thread has used since its last tick count as one or the other. So
// the entries into the kernel read no counter.
#pragma once

#include "cpu/x86.h"
#include "thread/thread.h"

// Account the switch from `prev` to `next`: the counter is subtracted when a thread gets the CPU,
// and added when it loses the CPU. Caller: holds sched_lock.
static inline void cputime_switch(struct thread *prev, struct thread *next)
{
	uint64_t now = rdtsc();

	prev->left_cpu = now;
	prev->cpu.cycles += now;
	next->cpu.cycles -= now;
	this_cpu()->switched = now;
}

// Returns the cycles that `thread` has used until now. Takes no lock.
static inline uint64_t cputime_cycles(const struct thread *thread)
{
	return thread->cpu.cycles + (thread == thread_current() ? rdtsc() : 0);
}

// Returns `use` in nanoseconds, as the program's and the kernel's part. use->cycles: the cycles
// used until now, as cputime_cycles returns them. *before is the result of the last report of the
// same sum (0 at first): neither part gets smaller. Stores the new result there. Takes timer_lock.
// Caller: lets nobody else use *before meanwhile.
struct cpu_time cputime_report(const struct cpu_use *use, struct cpu_time *before);

// Returns how often `thread` has given up the CPU to wait for something. (`preempted` counts how
// often it lost the CPU although it could run on.)
static inline uint32_t thread_waits(const struct thread *thread)
{
	return thread->switches - (thread == thread_current()) - thread->preempted;
}

// Count the cycles that the current thread has used since its last tick or sample: as the kernel's
// if `system`, else as the program's.
void cputime_sample(bool system);

// The time since boot, in nanoseconds, by what ran: programs, programs with a nice value above 0,
// the kernel, nothing.
struct machine_time {
	uint64_t user, nice, system, idle;
};

// Fill in *times. No part gets smaller from one call to the next. Takes timer_lock.
void cputime_machine(struct machine_time *times);

// Returns the rate of the time-stamp counter in kHz, as the clock has measured it since boot: exact
// to a millionth from the first second on. Takes timer_lock.
uint32_t cputime_khz(void);

// Begin to compare the time-stamp counter with the clock, and to account the boot thread's time.
// Once, at boot, after the clock has started.
void cputime_init(void);

// Registered by proc/rusage.c. The timer has interrupted the current thread, which is not the idle
// thread. `frame` is its place in the program; NULL: it was in the kernel. The hook calls
// cputime_sample. Runs in the interrupt handler: must not sleep.
extern void (*cputime_tick_hook)(const struct trapframe *frame);

// Account a timer interrupt: call cputime_tick_hook, unless the idle thread was interrupted. Called
// by thread/timer.c in the interrupt handler.
void cputime_tick(void);
