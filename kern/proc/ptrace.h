// ptrace.h: tracing: a thread, the tracer, watches and controls another, the tracee (ptrace(2)).
//
// A tracee stops at a signal, at a system call, at an event such as a fork, and with its group. A stop
// is one sleep (ptrace_stop.c): until the tracer lets the tracee go on, or the tracee is killed. While
// it lasts the tracer reads and writes the tracee's registers and memory. Tracees are of the tracer's
// thread, but all threads of its process may wait for them.
//
//	ptrace_stop.c      stops, and how a tracee goes on
//	ptrace_attach.c    who traces whom, and the ends of tracers and tracees
//	ptrace_events.c    stops of a fork, an exec, an exit
//	ptrace_wait.c      what wait reports of tracees
//	ptrace_registers.c registers of a stopped tracee
//	ptrace_debug.c     its debug registers
#pragma once

#include "cpu/debug_registers.h"
#include "kern.h"
#include "list.h"
#include "proc/process.h"
#include "proc/stop_continue.h"
#include <abi/ptrace.h>

enum trace_state {
	TRACE_RUNS,    // the thread runs, or sleeps in a call
	TRACE_STOPPED, // it sleeps until its tracer lets it go on
	TRACE_ENDED,   // it has ended, which the tracer has not waited for
};

// How a tracee goes on: where it stops next, besides signals and events.
enum trace_mode {
	TRACE_CONTINUE,
	TRACE_CALLS,        // at the begin and the end of each system call
	TRACE_EMULATE,      // at the begin of a call, which the kernel then skips
	TRACE_STEP,         // after one instruction
	TRACE_EMULATE_STEP, // both
};

// What tracing adds to a thread. Made when a thread is traced for the first time; freed with the thread,
// or when the tracer has waited for its end.
// [p] process_lock   [g] the lock of the signals of its process   [t] the tracee itself
struct tracee {
	struct thread *thread;   // [p] NULL: it has ended
	struct thread *tracer;   // [p] NULL: nobody traces it (any more)
	struct list link;        // [p] among the tracees of the tracer's process, the latest first,
	struct list tracer_link; // [p] and among those of the tracer itself
	uint64_t serial;         // [p] rises from tracee to tracee
	enum trace_state state;  // [p]
	enum trace_mode mode;    // [p]
	uint32_t options;        // [p] PTRACE_O_ bits
	bool seized;             // [p] by PTRACE_SEIZE
	bool privileged;         // [p] the tracer had CAP_SYS_PTRACE: set-id bits count
	bool listening;          // [p] stopped with its group, whose continuation ends the stop
	bool steps;              // [p] the tracer has set EFLAGS_TF, not the program
	bool trap_stop;          // [g] must stop: PTRACE_INTERRUPT, or a stop that was there before
	bool trap_notify;        // [g] must stop: its group has stopped or continued
	uint32_t stop_seen;      // [g] the group's last stop that it has reported (signals->stops)
	uint32_t stop_counted;   // [g] the group's last stop in which it is counted as halted
	uint32_t code;           // [p] of the stop, as wait reports it; 0: wait has reported it
	int resume_signo;        // [p] the signal with which the tracer has let it go on; 0: none
	uint32_t message;        // [p] PTRACE_GETEVENTMSG
	bool has_info;           // [p] `info` describes the stop
	bool info_set;           // [p] the tracer has changed it
	siginfo_t info;          // [p]
	struct waitq wait;       // it sleeps here while it is stopped
	struct debug_registers debug; // [p] what is loaded for the thread
	uint32_t debug_control;       // [p] DR7 and
	uint32_t debug_reasons;       // [p] DR6, as the tracer sees them
	struct process *process; // [p] of an ended one that was its process's first thread; else NULL
	pid_t tid, pgid;         // [p] of any other ended one,
	int exit_status;         // [p] and how it has ended
};

// Returns true if somebody traces the thread. Without process_lock a hint, which is right for the
// thread itself until it sleeps.
static inline bool thread_is_traced(const struct thread *thread)
{
	return unlikely(thread->trace) && thread->trace->tracer;
}

// Returns true if the tracee must stop on its way to user mode: it was told to, or its group stops, and
// it has not reported that.
static inline bool trace_must_stop(const struct tracee *tracee, const struct signal_state *signals)
{
	return tracee->trap_stop || tracee->trap_notify ||
	       (job_must_halt(signals) && tracee->stop_seen != signals->stops);
}

// Returns true if the thread must stop before it returns to user mode: with its process, or for its
// tracer. A tracee that was let go on while its process is stopped runs.
static inline bool thread_must_halt(const struct thread *thread)
{
	const struct signal_state *signals = &thread->process->signals;

	if (thread_is_traced(thread))
		return trace_must_stop(thread->trace, signals);
	return job_must_halt(signals);
}

// Stops (ptrace_stop.c). The caller of each is the tracee; it holds no lock.

// Stop because `signo`, with *info, is about to be delivered. Returns the signal to deliver instead,
// with its description in *info; 0: none.
int trace_signal(int signo, struct signal_info *info);

// Stop because the tracee must (trace_must_stop).
void trace_trap(void);

// Stop at an event of the system call under way: `event` is 0 for none, or a PTRACE_EVENT_ that is among
// the tracer's options; else does nothing.
void trace_event(int event, uint32_t message);

// A system call begins, of a thread with LOAD_CALLS. Stops if the tracer wants that, who may then change
// the call. Returns false if the call must not be made; then EAX in *frame is its result.
bool trace_call_begins(struct trapframe *frame);

// A system call ends (WORK_CALL_END): its result is in the frame. Stops if the tracer wants that.
void trace_call_ends(void);

// A handler will be entered: let the frame that the program sees hide a flag that the tracer has set.
static inline void trace_hide_step(struct tracee *tracee, struct trapframe *frame)
{
	if (tracee->steps)
		frame->eflags &= ~EFLAGS_TF;
	tracee->steps = false;
}

// A handler has been entered. Stops if the tracee runs by steps.
void trace_handler_entered(void);

// Deliver the signal of a fault of the tracee's own instruction, by way of a stop. The signal cannot be
// blocked or ignored: then it will end the process.
void trace_force(int signo, const struct signal_info *info);

// Note the reasons of a debug exception, as DR6 has them.
void trace_debug_hit(uint32_t reasons);

// Let the stopped `tracee` go on, in `mode`, with a signal (0: none). Caller: holds process_lock.
void trace_resume(struct tracee *tracee, enum trace_mode mode, int signo);

// The process has continued or begins to stop: let tracees that were seized report that. Caller: holds the
// lock of the signals; and process_lock, if a thread of the process is traced.
void trace_notify_group(struct process *process);

// PTRACE_INTERRUPT: let a seized tracee stop. Caller: holds process_lock.
void trace_interrupt(struct tracee *tracee);

// PTRACE_LISTEN. Returns 0; -EIO if the tracee was not seized or is in another kind of stop. Caller:
// holds process_lock.
int trace_listen(struct tracee *tracee);

// Who traces whom (ptrace_attach.c).

// Returns the tracee `tid` of the current thread; NULL if it is none. With `stopped` it must be in a
// stop, and is until the caller lets it go on or releases the lock. Caller: holds process_lock.
struct tracee *trace_find(pid_t tid, bool stopped);

// PTRACE_ATTACH, or with `seize` PTRACE_SEIZE with `options`. Returns 0; -ESRCH; -EPERM; -ENOMEM.
int trace_attach(pid_t tid, bool seize, uint32_t options);

// PTRACE_TRACEME: let the thread that has made the current process trace the current thread. Returns 0;
// -EPERM; -ENOMEM.
int trace_me(void);

// End the tracing. A stopped tracee goes on with `signo` (0: none), or stops as a part of its process if
// that is stopped. Caller: holds process_lock.
void trace_detach(struct tracee *tracee, int signo);

// The current thread ends, and traces threads: let them go. Yields. Caller: holds no lock.
void trace_tracer_ends(void);

// The current thread, which was traced at least once, ends with `status`. Its number stays taken until
// the tracer has waited for it. Caller: holds process_lock.
void trace_thread_ended(int status);

// The first thread of `process` was traced when it ended, and the process is a zombie now: report that to
// the tracer. Returns true if the parent, who is another process, must not learn of it before the tracer
// has waited. Caller: holds process_lock.
bool trace_process_ended(struct process *process);

// Returns true if the zombie is hidden from its parent until the tracer has waited for it. Caller: holds
// process_lock.
static inline bool trace_hides(const struct process *process)
{
	const struct tracee *tracee = process->ended_trace;

	assert_spin_held(&process_lock);
	return unlikely(tracee) && tracee->tracer->process != process->parent;
}

// Forget that the first thread of `process`, which has ended, was traced. Caller: holds process_lock.
void trace_forget_first(struct process *process);

// Unlink and free the record of a tracee that has ended. Caller: holds process_lock.
void trace_free_ended(struct tracee *tracee);

// Send SIGCHLD with *info (NULL: do not) to the tracer, and wake its waits. Caller: holds process_lock.
void trace_tell(const struct tracee *tracee, const struct signal_info *info);

// Events (ptrace_events.c). The current thread was traced at least once; it holds no lock.

// Prepare `child`, which a fork or clone of the current thread makes, for being traced too, if it will be.
// Returns 0 or -ENOMEM.
int trace_prepare_child(struct thread *child, uint64_t flags, int exit_signal);

// Let the tracer of the current thread trace `child` too, which was prepared and has not started. Returns
// the event that the parent reports: a PTRACE_EVENT_, or 0.
int trace_begin_child(struct thread *child, uint64_t flags, int exit_signal);

// The current thread, whose number was `tid`, has executed a program.
void trace_exec(pid_t tid);

// Returns true if a set-id bit must not count in an exec of the current thread.
bool trace_drops_privileges(void);

// Waiting (ptrace_wait.c).

// A search for a report of a tracee that wait means by `pid` and `options`; the rest is false at its start.
struct trace_search {
	pid_t pid;
	int options;
	bool any;     // a tracee is meant
	bool yielded; // process_lock was released in the middle: some may have reported meanwhile
	bool interrupted; // the caller must die
};

// Find a report of a tracee of `tracer`, the current process. Returns true with the report in *store; a
// tracee that has ended is forgotten then, unless WNOWAIT is set. Yields, with process_lock released.
// Caller: holds process_lock.
bool trace_take_report(const struct process *tracer, struct trace_search *search,
                       struct child_report *store);

// Registers of a stopped tracee (ptrace_registers.c). Callers hold process_lock.

// Returns the register at `offset` in struct user_regs_struct, a multiple of 4.
uint32_t trace_read_of_frame(const struct thread *thread, size_t offset);

// Set a register. Returns 0; -EIO for a selector of a segment that is not the user's.
int trace_write_to_frame(struct thread *thread, size_t offset, uint32_t value);

// Copy the FPU's registers to *store; a thread without any has their first values.
struct fpu_state;
void trace_get_fpu(const struct thread *thread, struct fpu_state *store);

// Set the FPU's registers. `*fresh` is memory for them, which is taken if the thread has none: then *fresh
// is NULL afterwards. The bits of mxcsr have been checked.
void trace_set_fpu(struct thread *thread, const struct fpu_state *state, struct fpu_state **fresh);

// Returns debug register `n`, 0 to 7, as PTRACE_PEEKUSR does.
uint32_t trace_get_debug(const struct tracee *tracee, unsigned int n);

// Set debug register `n`. Returns 0; -EINVAL for an address that is not the user's, or a breakpoint of an
// unknown kind or a wrong alignment; -EIO for DR4 and DR5.
int trace_set_debug(struct tracee *tracee, unsigned int n, uint32_t value);

// Turn all breakpoints of the tracee off: it executes a new program.
void trace_clear_debug(struct tracee *tracee);
