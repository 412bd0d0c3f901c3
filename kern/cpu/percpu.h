// percpu.h: the data that each CPU has of its own, reached through one accessor.
#pragma once

#include "kern.h"

struct thread;
struct spinlock;

struct cpu {
	struct thread *current; // the thread that runs here
	struct thread *idle;    // the thread that halts when no other can run
	uint32_t call_limit; // calls from this number on take the long way (sys/syscall_entry.S):
	uint32_t call_count; // it is this, or 0 while a thread runs whose calls are traced
	uint32_t index;
	int32_t work_left; // instructions until long work is to yield (thread/yield.h)
	bool in_yield;     // the thread takes interrupts in the middle of the kernel's work
	uint64_t switched; // the time-stamp counter when the current thread got this CPU
#ifdef DEBUG
	struct spinlock *held; // spinlocks held here, the last taken first
#endif
};

// Today there is one CPU. All code goes through this_cpu(), so that more can follow.
extern struct cpu cpus[1];

// Returns this CPU's data. The pointer stays right until the thread sleeps or yields: the kernel
// is not preempted, so code cannot move to another CPU in between.
static inline struct cpu *this_cpu(void)
{
	return &cpus[0];
}
