// sched.h: what the files of kern/thread share about scheduling. No other layer includes this
// file.
#pragma once

#include "thread/thread.h"

// Guards the run queue, the state of every thread, and the waiters of every queue.
extern struct spinlock sched_lock;

// Every thread that was started and has not ended: struct thread by all_link. Guarded by
// sched_lock.
extern struct list all_threads; // guarded by sched_lock

// Switch to the next runnable thread; returns when the current thread runs again, with the lock
// released. The rule of the switch is above its definition in sched.c.
// Caller: holds sched_lock; has set the current thread's state, and has put the thread on the run
// queue if it is to run again.
void schedule(void);

// Returns the WORK_ bits that end a sleep of mode `mode`, or prevent it from beginning.
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

// Make a thread that sleeps runnable: put it on the run queue. `reason` is the result of its
// sleep: 0 or -errno. Caller: holds sched_lock.
void make_runnable(struct thread *thread, int reason);

// End a switch: release sched_lock, which the previous thread has taken, and free that thread if
// it is dead. Every thread calls this first after context_switch has switched to it.
void schedule_finish(void);

// Returns true if another thread can run. The run queue is read without its lock, so the result is
// a hint.
bool schedule_waiting(void);

// Store the stack pointer in *save, and continue on the stack `next` (switch.S).
void context_switch(uint32_t **save, uint32_t *next);

// The places where a new thread starts: a thread of the kernel, and a program's (switch.S).
void thread_kernel_start(void);
void thread_user_start(void);

// Enter user mode with *frame, which is at the top of the current thread's stack (switch.S).
void thread_enter_user_frame(struct trapframe *frame) __noreturn;

// The first C code of a kernel thread: call its entry function, then end the thread.
void thread_run_entry(void) __noreturn;

// The entry function of the idle thread.
void thread_idle(void *arg) __noreturn;

// Free a thread that does not run and never will: its stack, its FPU state, the struct.
void thread_free(struct thread *thread);
