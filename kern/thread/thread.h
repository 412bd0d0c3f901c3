// thread.h: threads. A thread has its own kernel stack and may sleep wherever no spinlock is held.
// The kernel is not preempted: a thread runs until it sleeps, yields, ends, or is about to return
// to user mode with its time slice used up.
#pragma once

#include "cpu/fpu.h"
#include "cpu/percpu.h"
#include "cpu/segment.h"
#include "cpu/trap.h"
#include "kern.h"
#include "list.h"
#include "thread/waitq.h"
#include <abi/resource.h>

#define KSTACK_SIZE 8192u // bytes of a kernel stack, above an unmapped guard page

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
#define WORK_SIGNAL 0x2u  // a signal that it does not block may be pending
#define WORK_KILL 0x4u    // it is to die; also ends WAIT_KILLABLE sleeps; never cleared
#define WORK_STOP 0x8u    // the machine ends: it never runs in user mode again

// Signals that were sent and are not yet acted upon. Only proc/signal_queue.c changes it.
struct signal_queue {
	uint64_t set;      // signal n is bit n - 1
	struct list infos; // struct pending_info, where there was memory for it
};

// How restart_syscall continues a call that a signal interrupted, if no handler has run
// (sys/sys_restart.h).
struct call_restart {
	long (*resume)(void); // NULL: there is nothing to continue
	uint64_t deadline;    // clock_ns() at its end, or NO_DEADLINE
	void __user *user;
	uint32_t args[3];
};

// Processor time as it is counted, in cycles of the time-stamp counter.
struct cpu_use {
	uint64_t cycles; // of a thread that runs: less what the counter showed when it was given the CPU
	uint64_t sampled;        // how much of it ticks of the timer have seen,
	uint64_t sampled_system; // and how much of this was the kernel's
};

// Processor time as it is reported, in nanoseconds.
struct cpu_time {
	uint64_t user, system;
};

// [c] constant once started   [s] sched_lock   [t] the thread itself   [a] atomic
// [g] the lock of its process's signals; the thread itself may read without it
// [-] words without a lock
struct thread {
	uint32_t *kesp;          // [s] saved stack pointer while it does not run (thread/switch.S)
	uint32_t work;           // [a] WORK_ bits
	struct aspace *aspace;   // [t] NULL: a kernel thread
	struct process *process; // [c] whose thread it is; NULL: the kernel's
	const struct rlimit64 *limits; // [t] by RLIMIT_: its process's, or thread_no_limits
	uintptr_t kstack;              // [c] lowest address of the kernel stack
	uint8_t state;                 // [s] enum thread_state
	uint8_t wait_mode;             // [s] enum wait_mode, while sleeping
	int8_t wake_reason;            // [s] 0 or -errno: how the last sleep ended
	bool woken;                    // [s] a wakeup came while it was not asleep (waiter_block)
	bool has_tls;                  // [t] some of tls[] is in use
	uint16_t fs, gs;               // [t] user selectors while it does not run
	struct segment_desc tls[TLS_SLOTS]; // [t] loaded into the GDT at a switch
	struct fpu_state *fpu;              // [t] NULL until the thread first uses the FPU
	struct list run_link;               // [s] on the run queue
	struct list all_link;               // [s] on the list of all threads
	struct list process_link;           // [RANK_PROCESS] among its process's threads
	pid_t tid;                          // [c] 0 for the kernel's
	struct signal_queue signals;        // [g] sent to this thread alone
	uint64_t sigmask;                   // [g] blocked signals: n is bit n - 1
	uint64_t saved_sigmask;             // [t] sigsuspend: the mask to go back to,
	bool restore_sigmask;               // [t] if this is set
	uintptr_t altstack;                 // [t] sigaltstack: where handlers with SA_ONSTACK run
	size_t altstack_size;               // [t] 0: none
	uint32_t altstack_flags;            // [t] as the program gave them; SS_AUTODISARM counts
	struct call_restart restart;        // [t] for restart_syscall
	pid_t __user *clear_tid;  // [t] where to store 0 at its end, waking a futex there; or NULL
	void (*entry)(void *arg); // [c] of a kernel thread
	void *entry_arg;          // [c]
	char name[16];            // [t]
	uint32_t switches;        // [s] how often it was given the CPU
	uint32_t preempted;       // [s] how often it was taken from it though it could go on
	uint32_t faults;          // [t] page faults that were handled
	uintptr_t fault_eip;      // [t] where in its program the last one was
	int8_t nice;              // [RANK_PROCESS] -20 to 19, as setpriority() set it
	struct cpu_use cpu;       // [s] processor time (thread/cputime.h)
	struct cpu_time reported; // [-] what readers of it saw last
#ifdef DEBUG
	uint32_t sleeping_ranks; // [t] ranks of the sleeping locks it holds, as a mask
#endif
};

// The thread that runs on this CPU. Never NULL after thread_init.
static inline struct thread *thread_current(void)
{
	return this_cpu()->current;
}

// The limits of a thread that belongs to no process.
extern const struct rlimit64 thread_no_limits[RLIM_NLIMITS];

// Returns the soft limit of a resource (RLIMIT_) for the current thread, as every layer asks for it.
// RLIM64_INFINITY: there is none.
static inline uint64_t thread_limit(int resource)
{
	return thread_current()->limits[resource].rlim_cur;
}

// Make the boot code the first thread and prepare the idle thread. After heap and page tables.
void thread_init(void);

// Make a thread that does not run yet, with a kernel stack. It will start in `entry(arg)` and end
// when that returns; or, with `entry` NULL, by returning to user mode with the registers at
// thread_user_frame(). Returns 0, -ENOMEM, or -EAGAIN when there are too many threads.
int thread_create(struct thread **store, const char *name, void (*entry)(void *arg), void *arg);

// The registers with which a thread entered the kernel from user mode, or will leave it: the frame
// at the top of its kernel stack.
static inline struct trapframe *thread_user_frame(const struct thread *thread)
{
	return (struct trapframe *)(thread->kstack + KSTACK_SIZE) - 1;
}

// Let a new thread run.
void thread_start(struct thread *thread);

// Give back a thread that was created and never started.
void thread_discard(struct thread *thread);

// End the current thread. Its stack and struct are given back once another thread runs.
void thread_exit(void) __noreturn;

// Enter user mode with the registers at thread_user_frame(): how a thread that began in the kernel
// becomes a program's.
void thread_enter_user(void) __noreturn;

// Let the others run; returns when it is this thread's turn again.
void thread_yield(void);

// Yield: take interrupts, and let the others run if the time slice is over. Work whose length a
// program chooses does so as thread/yield.h says: without it the clock stands still and nobody can end
// the work. Returns 0, or -EINTR when a signal waits for the caller, who should then stop.
// Caller: holds no spinlock, and no sleeping lock but an address space's own.
int thread_yield_point(void);

// The same for work that a signal does not end, unless it is SIGKILL.
int thread_yield_point_killable(void);

// Returns true if a signal waits for the current thread that is to be delivered, or its death.
static inline bool thread_signal_pending(void)
{
	return thread_current()->work & (WORK_SIGNAL | WORK_KILL);
}

// The machine is about to end: let every other thread run until it sleeps, ends, or would enter user
// mode, where it stops for good. Long calls stop early, as for a thread that is killed. So afterwards
// whoever holds a lock is asleep, and waits for what will never come.
// Caller: holds no lock; is a thread of the kernel.
void threads_stop(void);

// Set bits in `thread->work`, and end its sleep where its wait mode allows: WORK_KILL any but an
// uninterruptible one, WORK_SIGNAL an interruptible one.
void thread_interrupt(struct thread *thread, uint32_t work);

// Give the current thread an FPU state that a copy of it will start with: its own if it has one.
// Returns 0 or -ENOMEM.
int thread_copy_fpu(struct thread *to);

// Forget the current thread's FPU and thread-local storage: a new program starts.
void thread_reset_registers(void);

// Called by the entry code on the way back to user mode while `work` is not 0.
void thread_return_work(struct trapframe *frame);

// Registered by proc/: handles WORK_SIGNAL, which it clears, and WORK_KILL, from which it does not
// return.
extern void (*thread_signal_hook)(struct trapframe *frame);

// Registered by proc/: the current process's instruction at `va` needs memory, and there is none. Make
// some, and return true; or return false: the process is to die. May sleep.
extern bool (*thread_no_memory_hook)(uintptr_t va);

// Registered by vm/: called at every switch, with the thread that runs next.
extern void (*thread_switch_hook)(struct thread *next);

// Registered by proc/: called by the idle thread when nobody can run and no timer is armed. Unless
// input can still come, that is a deadlock.
extern void (*thread_idle_hook)(void);

// Visit all threads under sched_lock, for ps and the monitor.
void thread_for_each(void (*visit)(struct thread *thread, void *arg), void *arg);
