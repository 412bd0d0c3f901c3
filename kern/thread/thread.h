// thread.h: threads. A thread has its own kernel stack and may sleep wherever no spinlock is held.
// The kernel is not preempted: a thread runs until it sleeps, yields, ends, or is about to return
// to user mode with its time slice used up.
#pragma once

#include "cpu/fpu.h"
#include "cpu/segment.h"
#include "cpu/trap.h"
#include "kern.h"
#include "list.h"
#include "thread/waitq.h"

struct aspace;
struct process;

enum thread_state {
	THREAD_RUNNABLE, // on the run queue, or running
	THREAD_SLEEPING, // on a wait queue, or waiting for a wakeup
	THREAD_DEAD,     // never runs again; its stack is given back by the thread that runs next
};

// Bits of thread->work: why this thread must not simply go on in user mode. One word, so that one
// test decides.
#define WORK_RESCHED 0x1u // its time slice is over
#define WORK_SIGNAL 0x2u  // a signal may be deliverable
#define WORK_KILL 0x4u    // it is to die; also ends WAIT_KILLABLE sleeps

// [c] constant once started   [s] sched_lock   [t] the thread itself   [a] atomic
struct thread {
	uint32_t *kesp;         // [s] saved stack pointer while it does not run (thread/switch.S)
	uint32_t work;          // [a] WORK_ bits
	struct aspace *aspace;  // [t] NULL: a kernel thread
	struct process *process; // [c] whose thread it is; NULL: the kernel's
	uintptr_t kstack;       // [c] lowest address of the kernel stack
	uintptr_t kstack_top;   // [c] its end: where the processor starts on entry from user mode
	uint8_t state;          // [s] enum thread_state
	uint8_t wait_mode;      // [s] enum wait_mode, while sleeping
	uint8_t wake_reason;    // [s] why the last sleep ended
	struct list run_link;   // [s] on the run queue
	struct list process_link; // [the process's lock] among its process's threads
	pid_t tid;              // [c]
	char name[16];          // [t]
	uint16_t fs, gs;        // [t] user selectors while it does not run
	struct segment_desc tls[TLS_SLOTS]; // [t] thread-local storage segments, loaded into the GDT at a switch
	struct fpu_state *fpu;  // [t] NULL until the thread uses the FPU
	uint64_t started;       // [c] clock_ns() at creation
	struct list held_locks; // [t] debug builds: sleeping locks it holds
	void (*entry)(void *arg); // [c] kernel threads
	void *entry_arg;        // [c]
	struct list all_link;   // [s] list of all threads
	void *user_clear_tid;   // [t] CHILD_CLEARTID's address, a user's
};

// The thread that runs on this CPU. Never NULL after thread_init.
static inline struct thread *thread_current(void);

// Make the boot code the first thread ("main") and prepare the idle thread. After pgdir_init, heap
// ready.
void thread_init(void);

// Make a thread that is not on the run queue yet: kernel stack, empty frame. Returns 0, -ENOMEM, or
// -EAGAIN when there are too many. It starts in `entry(arg)` in the kernel, or, with
// thread_set_user_frame, in user mode.
int thread_create(struct thread **store, const char *name, void (*entry)(void *arg), void *arg);

// The frame at the top of the thread's kernel stack, with which it enters user mode.
static inline struct trapframe *thread_user_frame(struct thread *thread)
{
	return (struct trapframe *)thread->kstack_top - 1;
}

// Make a new thread start by returning to user mode with the frame at thread_user_frame.
void thread_start_in_user(struct thread *thread);

// Put a new thread on the run queue.
void thread_start(struct thread *thread);

// Give back a thread that was created and never started.
void thread_destroy_unstarted(struct thread *thread);

// End the current thread. Its stack and struct go back to the pool once another thread runs.
void thread_exit(void) __noreturn;

// Let the others run; returns when it is this thread's turn again.
void thread_yield(void);

// Set bits in `thread->work`, and end its sleep where its wait mode allows (WORK_SIGNAL:
// interruptible; WORK_KILL: killable).
void thread_interrupt(struct thread *thread, uint32_t work);

// Called on the way back to user mode while work is not 0, interrupts off. Reschedules; hands
// WORK_SIGNAL and WORK_KILL to the registered hook (proc/ registers it).
void thread_return_work(struct trapframe *frame);
extern void (*thread_signal_hook)(struct trapframe *frame);

// Called at every switch between different threads, with the thread that runs next: vm/ loads the
// address space (registered at boot).
extern void (*thread_switch_hook)(struct thread *next);

// Called by the idle thread before it halts with no timer armed: fs/ says whether input may still
// come; if nobody does, it is a deadlock.
extern bool (*thread_input_possible_hook)(void);

#include "thread/current.h"

