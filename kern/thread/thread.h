// thread.h: threads. A thread has its own kernel stack and may sleep wherever it holds no
// spinlock. The kernel is not preempted: a thread runs until it sleeps, yields, ends, or is about
// to return to user mode with its time slice used up.
#pragma once

#include "cpu/fpu.h"
#include "cpu/percpu.h"
#include "cpu/segment.h"
#include "cpu/trap.h"
#include "kern.h"
#include "list.h"
#include "thread/lock_report.h"
#include "thread/waitq.h"
#include "thread/why.h"
#include <abi/resource.h>

#define KSTACK_SIZE 8192u // bytes of a kernel stack, above an unmapped guard page

struct aspace;
struct credentials;
struct debug_registers;
struct fdtable;
struct fs_context;
struct pi_waiter;
struct process;
struct tracee;
struct vfork_wait;

enum thread_state {
	THREAD_RUNNABLE, // on the run queue, or running
	THREAD_SLEEPING, // on a wait queue, or waiting for a wakeup
	THREAD_DEAD,     // never runs again; the thread that runs next frees its stack
};

// Bits of thread->work: the reasons why this thread must not return to user mode yet. They share
// one word, so that the way back to user mode needs only one test.
#define WORK_RESCHED 0x1u   // its time slice is over
#define WORK_SIGNAL 0x2u    // a signal that it does not block may be pending
#define WORK_KILL 0x4u      // it must die; also ends WAIT_KILLABLE sleeps; never cleared
#define WORK_STOP 0x8u      // the machine ends: the thread never runs in user mode again
#define WORK_CALL_END 0x10u // a tracer waits for the end of the call (proc/ptrace.h)
#define WORK_ASYNC 0x20u    // it has made files ready whose owners get a signal (fs/async_file.h)

// Bits of thread->loads: what a switch must load for this thread, and for few others.
#define LOAD_TLS 0x1u   // some of tls[] is in use
#define LOAD_DEBUG 0x2u // it has breakpoints in the debug registers
#define LOAD_CALLS 0x4u // its tracer sees its system calls: cpu->call_limit is 0

// Signals that were sent and have not been acted upon. Only proc/signal_queue.c changes the
// fields.
struct signal_queue {
	uint64_t set;      // signal n is bit n - 1
	struct list infos; // struct pending_info, of the signals for which there was memory
};

// How restart_syscall continues a call that a signal has interrupted, if no handler has run
// (sys/sys_restart.h).
struct call_restart {
	long (*resume)(void); // NULL: there is no call to continue
	uint64_t deadline;    // clock_ns() at the call's end, or NO_DEADLINE
	void __user *user;
	uint32_t args[3];
};

// Processor time as the kernel counts it, in cycles of the time-stamp counter.
struct cpu_use {
	uint64_t cycles;         // while the thread runs: cycles used - counter when it got the CPU
	uint64_t sampled;        // the part of it that ticks of the timer have seen,
	uint64_t sampled_system; // the kernel's part of `sampled`
};

// Processor time as calls report it, in nanoseconds.
struct cpu_time {
	uint64_t user, system;
};

// [c] constant once started   [s] sched_lock   [t] the thread itself   [a] atomic
// [g] the lock of its process's signals; the thread itself may read without it
// [f] futex_lock   [-] words without a lock
struct thread {
	uint32_t *kesp;          // [s] saved stack pointer while it does not run (thread/switch.S)
	uint32_t work;           // [a] WORK_ bits
	struct aspace *aspace;   // [t] NULL: a kernel thread
	struct process *process; // [c] the process that it belongs to; NULL: the kernel
	struct fdtable *files;   // [RANK_PROCESS] a reference; the thread itself reads without it
	struct fs_context *fs_context;   // like `files`: root, current directory, umask
	struct credentials *credentials; // like `files`: whom it acts for; NULL once it has ended
	bool over_nproc; // [t] became a user with more threads than RLIMIT_NPROC: may not exec
	const struct rlimit64 *limits; // [t] by RLIMIT_: those of its process, or thread_no_limits
	uintptr_t kstack;              // [c] lowest address of the kernel stack
	uint8_t state;                 // [s] enum thread_state
	uint8_t wait_mode;             // [s] enum wait_mode, while sleeping
	int8_t wake_reason;            // [s] 0 or -errno: how the last sleep ended
	bool woken;                    // [s] a wakeup came while it did not sleep (waiter_block)
	uint8_t loads;                 // [t] LOAD_ bits; its tracer changes them while it stops
	uint16_t fs, gs;               // [t] user selectors while it does not run
	struct segment_desc tls[TLS_SLOTS];  // [t] loaded into the GDT at a switch
	struct fpu_state *fpu;               // [t] NULL until the thread first uses the FPU
	const struct debug_registers *debug; // [t] with LOAD_DEBUG: its breakpoints
	struct list run_link;                // [s] on the run queue
	struct list all_link;                // [s] on the list of all threads
	struct list process_link;            // [RANK_PROCESS] among its process's threads
	bool leaving;                        // [RANK_PROCESS] it has begun to end
	struct vfork_wait *vfork;            // [RANK_PROCESS] another waits for it (CLONE_VFORK)
	struct tracee *trace; // [RANK_PROCESS] it is, or was, traced; else NULL (proc/ptrace.h)
	struct list tracees;  // [RANK_PROCESS] struct tracee by tracer_link: those that it traces
	pid_t tid;            // [RANK_PROCESS] 0 for threads of the kernel; an exec may change it
	struct signal_queue signals; // [g] sent to this thread alone
	uint64_t sigmask;            // [g] blocked signals: n is bit n - 1
	uint64_t awaited;            // [g] signals that sigtimedwait waits for
	uint64_t saved_sigmask;      // [t] sigsuspend: the mask to restore,
	bool restore_sigmask;        // [t] if this is set
	bool pi_closed;              // [f] it ends: it cannot own a lock with an owner any more
	uint8_t short_tries;  // [t] how often the access at short_va has found none (proc/oom.c)
	int8_t nice;          // [RANK_PROCESS] -20 to 19, as setpriority() set it
	uint32_t timer_slack; // [t] prctl: kept and reported, in ns
	uint32_t timer_slack_default; // [t] that of the thread that made it
	uintptr_t altstack;           // [t] sigaltstack: where handlers with SA_ONSTACK run
	size_t altstack_size;         // [t] 0: none
	uint32_t altstack_flags;      // [t] as the program gave them; SS_AUTODISARM counts
	struct call_restart restart;  // [t] for restart_syscall
	pid_t __user *clear_tid;      // [t] futex word to clear and wake when it ends; or NULL
	uintptr_t robust_list;        // [t] set_robust_list: its locks become free at its end; or 0
	struct list pi_locks;         // [f] struct pi_lock by owned: locks that it owns
	struct pi_waiter *pi_waiting; // [f] it waits for a lock; or NULL (proc/futex_pi.h)
	uint32_t pi_walk; // [f] the last walk over owners that came to it (proc/futex_pi.c)
	struct list *dead_messages; // [t] of sockets, while it frees them (ipc/socket_message.c)
	uintptr_t short_va; // [t] an access that found no memory although there seemed to be some
	void (*entry)(void *arg); // [c] of a kernel thread
	void *entry_arg;          // [c]
	char name[16];            // [t]
	uint32_t switches;        // [s] how often it got the CPU
	uint32_t preempted;       // [s] how often it lost the CPU although it could run on
	uint32_t faults;          // [t] page faults that were handled
	uintptr_t fault_eip;      // [t] the instruction that caused the last of them
	struct cpu_use cpu;       // [s] processor time (thread/cputime.h)
	struct cpu_time reported; // [-] the values that were reported last
	uint64_t left_cpu;        // [s] the time-stamp counter when it lost the CPU
#ifdef DEBUG
	uint32_t sleeping_ranks; // [t] ranks of the sleeping locks it holds, as a mask
	struct why why;          // [t] why the call under way will fail (thread/why.h)
	const void *sleeping_locks[RANK_LAST_SLEEPING + 1]; // [t] which locks they are, by rank,
	struct lock_taken taken[RANK_LAST_SLEEPING + 1];    // [t] and where they were taken
#endif
};

// Returns the thread that runs on this CPU, borrowed. Never NULL after thread_init.
static inline struct thread *thread_current(void)
{
	return this_cpu()->current;
}

// The limits of a thread that belongs to no process.
extern const struct rlimit64 thread_no_limits[RLIM_NLIMITS];

// Returns the soft limit of `resource` (RLIMIT_, below RLIM_NLIMITS) for the current thread, in the
// resource's unit; RLIM64_INFINITY for none. For a thread without a process: that of
// thread_no_limits. Takes no lock. Every layer asks here, also those below processes.
static inline uint64_t thread_limit(int resource)
{
	return thread_current()->limits[resource].rlim_cur;
}

// Make the boot code the first thread, with root_credentials; make the idle thread; handle FPU
// traps and double faults; and start the clock. Panics if out of memory. Once, at boot, after page
// tables and heap.
void thread_init(void);

// Make a thread with a kernel stack; it does not run before thread_start. With `entry` it starts in
// `entry(arg)` and ends when that returns; with `entry` NULL it starts by entering user mode with
// the registers at thread_user_frame(), which the caller fills, and `arg` does not count. `name` is
// copied, cut to 15 bytes. The thread gets a reference on the current thread's credentials, and is
// counted in `tasks` of their account; no limit is checked. It gets the current thread's timer
// slack too; it has no process, space or files. thread_start or thread_discard must follow.
// Returns 0 with the thread in *store; with *store unchanged: -ENOMEM; -EAGAIN if all slots for
// stacks are taken.
int thread_create(struct thread **store, const char *name, void (*entry)(void *arg), void *arg);

// Returns the frame at the top of the thread's kernel stack: the registers with which it has
// entered the kernel from user mode, or with which it will enter user mode. For a thread that never
// was in user mode, the contents are undefined until they are filled.
static inline struct trapframe *thread_user_frame(const struct thread *thread)
{
	return (struct trapframe *)(thread->kstack + KSTACK_SIZE) - 1;
}

// Let a thread of thread_create run: put it at the end of the run queue. From here on it may run
// and end: the caller must not use it unless something else keeps it. After threads_stop it stops
// before its first instruction in user mode. Does not switch. Takes sched_lock.
void thread_start(struct thread *thread);

// Free a thread that was created and never started, with its stack and its copy of the FPU state;
// drop its reference on its credentials, and count it no more in `tasks` of their account. Caller:
// has dropped the thread's other references (space, files, fs_context).
void thread_discard(struct thread *thread);

// End the current thread. Its stack is still in use then, so the thread that runs next frees it,
// its FPU state and the struct, and drops its reference on its credentials, unless they are NULL.
// Nobody is woken: proc/exit.c ends a process. Caller: holds no lock; has dropped the thread's
// other references.
void thread_exit(void) __noreturn;

// Enter user mode with the registers at thread_user_frame(), after the work that thread->work asks
// for. A thread that began in the kernel becomes a program's thread by this call; what lies on its
// kernel stack is lost. Caller: holds no lock.
void thread_enter_user(void) __noreturn;

// Let all other runnable threads run once, then return. Returns at once if there are none. Takes no
// interrupts itself, and does not look at thread->work. Counts as a preemption of the thread, not
// as a wait. Caller: holds no spinlock; sleeping locks stay held.
void thread_yield(void);

// Yield: take pending interrupts, and let other threads run if the time slice is over. Work whose
// length a program chooses must call this (thread/yield.h): without a yield the clock stops and no
// signal can end the work. Returns 0; -EINTR if a signal is pending, the thread must die, or the
// machine ends: then the caller should stop early.
// Caller: holds no spinlock, and no sleeping lock except an address space's and rename_lock.
int thread_yield_point(void);

// Like thread_yield_point, for work that signals must not end. Returns 0, also if a signal is
// pending; -EINTR only if the thread must die or the machine ends: then the caller should stop
// early. Caller: holds no spinlock, and no sleeping lock but an address space's and rename_lock.
int thread_yield_point_killable(void);

// Returns true if the current thread must act on a signal or die before it returns to user mode.
// The end of the machine (WORK_STOP) does not count. Takes no lock.
static inline bool thread_signal_pending(void)
{
	return thread_current()->work & (WORK_SIGNAL | WORK_KILL);
}

// Stop all other threads, because the machine ends: let each of them run until it sleeps, ends, or
// would enter user mode, where it stops for good. Long calls stop early, as for a killed thread.
// Afterwards every thread that holds a lock is asleep and will never be woken. Yields.
// Caller: holds no lock; is a thread of the kernel.
void threads_stop(void);

// Set the bits `work` (WORK_) in thread->work, and end the thread's sleep if its wait mode allows
// that: WORK_KILL ends a killable or interruptible sleep, WORK_SIGNAL an interruptible one, with
// -EINTR; other bits end none. A thread that does not sleep finds the bits at its next sleep,
// yield, or return to user mode. Takes sched_lock. Caller: keeps `thread` valid.
void thread_interrupt(struct thread *thread, uint32_t work);

// Give the new thread `to`, which has no FPU state and was not started, a copy of the current
// thread's FPU state, if that has one; thread_free frees it. Returns 0, also if there was nothing
// to copy; -ENOMEM with `to` unchanged.
int thread_copy_fpu(struct thread *to);

// Free the current thread's FPU state and clear FS, GS, its thread-local storage and the debug
// registers: a new program must see nothing of the old one. The registers at thread_user_frame()
// stay, and so does LOAD_CALLS.
void thread_reset_registers(void);

// Do what thread->work asks of the current thread: give up the CPU, stop for good because the
// machine ends, send signals about files (thread_async_hook), or act on signals
// (thread_signal_hook). `frame`: the registers with which it will
// enter user mode; signals may change them. Sleeps; does not return if the thread is killed or the
// machine ends. Bits may be set again at the return: the caller looks at thread->work anew. Caller:
// the entry code, on the way back to user mode while thread->work is not 0; holds no lock.
void thread_return_work(struct trapframe *frame);

// Registered by proc/fault_signals.c: signal_deliver. Acts on WORK_CALL_END and WORK_SIGNAL, which
// it clears, and on WORK_KILL, from which it does not return.
extern void (*thread_signal_hook)(struct trapframe *frame);

// Registered by fs/async_file.c: async_send_all. Called on the way back to user mode for
// WORK_ASYNC, which is cleared before. Called with no lock held; yields.
extern void (*thread_async_hook)(void);

// Registered by proc/oom.c. Called when the current program's instruction at `va` needs memory and
// none is free. Returns true after it has made some free; false if the process must die. May sleep.
// Called with no lock held.
extern bool (*thread_no_memory_hook)(uintptr_t va);

// Registered by vm/aspace.c. Called at every switch with the thread that runs next, to load its
// page directory. Caller: holds sched_lock.
extern void (*thread_switch_hook)(struct thread *next);

// Registered by proc/init.c. Called by the idle thread when no thread can run and no timer is
// armed. If no input can come either, that is a deadlock.
extern void (*thread_idle_hook)(void);

// Call `visit(thread, arg)` for every thread that was started and has not ended, the idle thread
// too, in the order of their starts. This is done under sched_lock, which this function takes:
// `visit` must not sleep, wake or start a thread. Only tests need it so far: the monitor's `ps`
// lists processes.
void thread_for_each(void (*visit)(struct thread *thread, void *arg), void *arg);
