// sched.h: what the files of kern/thread share about scheduling; nobody else includes this.
#pragma once

#include "thread/thread.h"

// Guards the run queue, the state of every thread, and the waiters of every queue.
extern struct spinlock sched_lock;

extern struct list all_threads; // guarded by sched_lock

// Let the next thread run. Caller: holds sched_lock and has set the current thread's state, and has
// queued it if it is to run again; on return the lock is released.
void schedule(void);

// The WORK_ bits that end a sleep of mode `mode`, or keep it from beginning.
static inline uint32_t work_ending(enum wait_mode mode)
{
	switch (mode) {
	case WAIT_INTERRUPTIBLE:
		return WORK_SIGNAL | WORK_KILL;
	case WAIT_KILLABLE:
		return WORK_KILL;
	default:
		return 0;
	}
}

// Put a thread that sleeps on the run queue, its sleep ending with `reason`. Caller: holds sched_lock.
void make_runnable(struct thread *thread, int reason);

// The first thing a thread does after context_switch: releases sched_lock, buries the dead.
void schedule_finish(void);

// Can anybody run besides the current thread? A hint, read without the lock.
bool schedule_waiting(void);

void context_switch(uint32_t **save, uint32_t *next);
void thread_kernel_start(void);
void thread_user_start(void);
void thread_enter_user_frame(struct trapframe *frame) __noreturn;
void thread_run_entry(void) __noreturn;
void thread_idle(void *arg) __noreturn;
void thread_free(struct thread *thread);
