// time_slice.c: the end of a thread's turn. A thread that computes without end may run for a time
// slice of 10 ms; then the timer's interrupt (thread/timer.c) marks it, and it gives up the CPU on
// its way back to user mode.
//
// An interrupt that is delayed by a call in the kernel does not move the next slice. Otherwise a
// program that calls the kernel again and again could fall into step with the ticks: each would
// come at the end of a call, and cputime_tick would count all of the program's time as the kernel's.
#include "thread/time_slice.h"

#include "cpu/spinlock.h"
#include "cpu/x86.h"
#include "thread/sched.h"
#include "thread/tick.h"

static uint64_t slice_end; // [timer_lock] of the time slice, when programs run
static uint64_t busy_since; // the cycle of the last tick, or of the end of idling; interrupts are off

uint64_t time_slice_end(uint64_t now)
{
	assert_spin_held(&timer_lock);
	if (slice_end <= now)
		slice_end += SLICE_NS;
	if (slice_end <= now)
		slice_end = now + SLICE_NS; // no program ran for a while
	return slice_end;
}

void time_slice_busy(void)
{
	assert_spin_held(&timer_lock);
	busy_since = rdtsc();
}

// A thread that has just got the CPU keeps it until the next tick, 10.6 ms in all at most. Else a
// process that is woken shortly before a tick would lose the CPU at once: a fork would now and then
// last as long as the child's whole life. A thread that gains by this has given up the CPU since
// the last tick, so every thread that was in the run queue has had its turn.
bool time_slice_just_switched(void)
{
	uint64_t now = rdtsc(), before = busy_since;

	busy_since = now;
	return now - this_cpu()->switched < (now - before) / 16;
}

void time_slice_over(void)
{
	if (schedule_waiting())
		__atomic_or_fetch(&thread_current()->work, WORK_RESCHED, __ATOMIC_RELAXED);
}
