// percpu.h: what each CPU has of its own, behind one accessor.
#pragma once

#include "kern.h"

struct thread;
struct spinlock;

struct cpu {
	struct thread *current; // the thread that runs here
	struct thread *idle;    // the one that halts when nobody else can run
	uint32_t index;
	int32_t work_left; // instructions until long work is to yield (thread/yield.h)
#ifdef DEBUG
	struct spinlock *held; // spinlocks held here, the last taken first
#endif
};

extern struct cpu cpus[1];

// Its fields are stable only while this code cannot move to another CPU: always, since the kernel
// is not preempted.
static inline struct cpu *this_cpu(void)
{
	return &cpus[0];
}
