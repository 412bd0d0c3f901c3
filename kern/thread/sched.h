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
// current thread runs again, at once if it is the next one itself, with sched_lock released. Never
// returns if the thread's state is THREAD_DEAD. The rule of the switch is above its definition in
// sched.c.
// Caller: holds sched_lock and no other spinlock; has set the current thread's state, and has put
// the thread on the run queue if it is to run again without a wakeup.
void schedule(void);

// Returns the WORK_ bits that end a sleep of mode `mode`, or prevent it from beginning; 0 if none
// does.
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

// Make a thread runnable that is new or sleeps, and so is not on the run queue: put it at the
// queue's end. Does not switch to it, and leaves its waiter on its wait queue. `reason` is the
// result of its sleep: 0 or -errno; 0 for a new thread. Caller: holds sched_lock.
void make_runnable(struct thread *thread, int reason);

// End a switch: release sched_lock, which the previous thread has taken, and free that thread if it
// is dead. Caller: a thread to which context_switch has just switched, before it does anything
// else; holds sched_lock.
void schedule_finish(void);

// Returns true if another thread is on the run queue. Reads the queue without sched_lock, so the
// result is a hint.
bool schedule_waiting(void);

// Switch to another thread (switch.S): store the stack pointer in *save, and continue on the stack
// `next`. Returns when a later call, of another thread, has switched back to this stack; sched_lock
// is held then too. Only schedule() calls this. Caller: holds sched_lock.
void context_switch(uint32_t **save, uint32_t *next);

// The place where a new thread of the kernel starts, by its first switch: calls schedule_finish,
// then thread_run_entry (switch.S). Nobody else calls it.
void thread_kernel_start(void);

// The place where a new program's thread starts, by its first switch: calls schedule_finish, then
// enters user mode with the registers at thread_user_frame() (switch.S). Nobody else calls it.
void thread_user_start(void);

// Enter user mode with *frame, which is thread_user_frame() of the current thread: all that lies
// below it on the kernel stack is lost (switch.S). First does what thread->work asks. Only
// thread_enter_user calls it, which asserts that the thread has no lock.
void thread_enter_user_frame(struct trapframe *frame) __noreturn;

// The first C code of a kernel thread: call thread->entry with thread->entry_arg, then end the
// thread (thread_exit).
void thread_run_entry(void) __noreturn;

// The entry function of the idle thread: halt until another thread can run, and switch to it.
// Before it halts with no timer armed it calls thread_idle_hook. `arg` is not used.
void thread_idle(void *arg) __noreturn;

// Free a thread that does not run and never will: its stack, its FPU state, its record of being
// traced, the struct. If it has credentials still, drop its reference on them, and count it no more
// in `tasks` of their account. Of the boot thread only that: its struct and stack stay. Takes the
// locks of accounts, of the heap and of stacks. Caller: the thread's other references were dropped.
void thread_free(struct thread *thread);
