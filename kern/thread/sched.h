// sched.h: what the files of kern/thread share about scheduling. No other layer includes this
// file.
#pragma once

#include "thread/thread.h"

// Guards the run queue, the state of every thread, and the waiters of every queue.
extern struct spinlock sched_lock;

// Every thread that was started and has not ended, the boot thread and the idle thread too: struct
// thread by all_link.
extern struct list all_threads; // guarded by sched_lock

// Switch to the next runnable thread, or to the idle thread if there is none; returns when the
// current thread runs again, with sched_lock released. Never returns if the thread's state is
// THREAD_DEAD. The rule of the switch is above its definition in sched.c.
// Caller: holds sched_lock and no other spinlock; has set the current thread's state, and has put
// the thread on the run queue if it is to run again without a wakeup.
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

// Make a thread that is not on the run queue runnable: put it at the queue's end. `reason` is the
// result of its sleep: 0 or -errno; 0 for a new thread. Caller: holds sched_lock.
void make_runnable(struct thread *thread, int reason);

// End a switch: release sched_lock, which the previous thread has taken, and free that thread if it
// is dead. Caller: a thread to which context_switch has just switched, before it does anything
// else; holds sched_lock.
void schedule_finish(void);

// Returns true if another thread is on the run queue. Reads the queue without sched_lock, so the
// result is a hint.
bool schedule_waiting(void);

// Store the stack pointer in *save, and continue on the stack `next` (switch.S). Returns when
// another call has switched back. Caller: schedule(); holds sched_lock.
void context_switch(uint32_t **save, uint32_t *next);

// The places where a new thread starts: a thread of the kernel, and a program's (switch.S).
void thread_kernel_start(void);
void thread_user_start(void);

// Enter user mode with *frame, which is at the top of the current thread's stack (switch.S).
void thread_enter_user_frame(struct trapframe *frame) __noreturn;

// The first C code of a kernel thread: call its entry function, then end the thread.
void thread_run_entry(void) __noreturn;

// The entry function of the idle thread: halt until another thread can run. `arg` is not used.
void thread_idle(void *arg) __noreturn;

// Free a thread that does not run and never will: its stack, its FPU state, its record of being
// traced, the struct; and drop its reference on its credentials. Takes the locks of the heap and of
// stacks. Caller: the thread's other references were dropped.
void thread_free(struct thread *thread);
