// cputime.h: the processor time that a thread has used.
//
// The scheduler reads the time-stamp counter at every switch, so the sum is exact and costs seven
// instructions. The division into the program's and the kernel's part is sampled: at each tick of
// the timer, all cycles that the thread has used since its last tick count as one or the other. So
// the entries into the kernel read no counter.
#pragma once

#include "cpu/x86.h"
#include "thread/thread.h"

// Account the switch from `prev`, which runs, to `next`, another thread: the counter is added to
// prev->cpu.cycles, and subtracted from next->cpu.cycles. It is also noted in prev->left_cpu and in
// this CPU's `switched`. Does not switch. Caller: holds sched_lock.
static inline void cputime_switch(struct thread *prev, struct thread *next)
{
	uint64_t now = rdtsc();

	prev->left_cpu = now;
	prev->cpu.cycles += now;
	next->cpu.cycles -= now;
	this_cpu()->switched = now;
}

// Returns the cycles of the time-stamp counter that `thread` has used since its start, for the
// current thread up to now. Takes no lock. Caller: keeps `thread` valid.
static inline uint64_t cputime_cycles(const struct thread *thread)
{
	return thread->cpu.cycles + (thread == thread_current() ? rdtsc() : 0);
}

// Divide the processor time in `use` into the program's and the kernel's part, in nanoseconds.
// `use` belongs to one thread, or is the sum of several; its cycles are those until now
// (cputime_cycles). Without samples, all time is the program's. *before is the result of the last
// report of the same sum ({ 0, 0 } at first): neither part gets smaller than it is there. Returns
// the new result, and stores it in *before. Takes timer_lock. Caller: lets nobody else use *before
// meanwhile.
struct cpu_time cputime_report(const struct cpu_use *use, struct cpu_time *before);

// Returns how often `thread` has given up the CPU to wait for something, since its start.
// (`preempted` counts how often it lost the CPU although it could run on.) Takes no lock. Not for
// the boot thread, which first got the CPU without a switch: its result would be 1 too small.
static inline uint32_t thread_waits(const struct thread *thread)
{
	return thread->switches - (thread == thread_current()) - thread->preempted;
}

// Count the cycles that the current thread has used since its last sample (a tick): as the kernel's
// if `system`, else as the program's. They count in the thread's `cpu` and in the sums of
// cputime_machine, where the program's part counts as `nice` if the thread's nice value is above 0.
// Takes no lock.
void cputime_sample(bool system);

// The time since boot, in nanoseconds, by what ran: programs, programs with a nice value above 0,
// the kernel, nothing.
struct machine_time {
	uint64_t user, nice, system, idle;
};

// Fill in *times, since cputime_init. `idle` is exact, apart from the counter's rate; the samples
// of all threads divide the rest into the other three. No part gets smaller from one call to the
// next. Takes timer_lock.
void cputime_machine(struct machine_time *times);

// Returns the rate of the time-stamp counter in kHz, rounded down, as the clock has measured it
// since boot. The measurement is repeated in calls like this one whenever its time has doubled,
// until it has lasted a second: then the result is exact to a millionth and does not change any
// more. Takes timer_lock.
uint32_t cputime_khz(void);

// Begin to compare the time-stamp counter with the clock, and to account the boot thread's time.
// Takes timer_lock. Once, at boot, by the boot thread, after the clock has started.
void cputime_init(void);

// Registered by proc/rusage.c. The timer has interrupted the current thread, which is not the idle
// thread. `frame` is its place in the program; NULL: it was in the kernel. The hook calls
// cputime_sample. Runs in the interrupt handler: must not sleep.
extern void (*cputime_tick_hook)(const struct trapframe *frame);

// Account a timer interrupt: call cputime_tick_hook, unless the idle thread was interrupted or
// nobody has registered a hook. The hook gets the thread's user frame; NULL if the interrupt came
// in a yield (thread_yield_point). Called by thread/timer.c in the interrupt handler.
void cputime_tick(void);
