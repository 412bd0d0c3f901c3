// ptrace.h: tracing: a thread, the tracer, watches and controls another, the tracee (ptrace(2)).
//
// A tracee stops at a signal, at a system call, at an event such as a fork, and with its group. A
// stop is one sleep (ptrace_stop.c): until the tracer lets the tracee go on, or the tracee is
// killed. While it lasts the tracer reads and writes the tracee's registers and memory. Tracees are
// of the tracer's thread, but all threads of its process may wait for them.
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

// What tracing adds to a thread. Made when a thread is traced for the first time; freed with the
// thread, or when the tracer has waited for its end.
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

// Returns true if somebody traces the thread. Without process_lock the answer may be out of date,
// but not for the thread itself until it sleeps.
static inline bool thread_is_traced(const struct thread *thread)
{
	return unlikely(thread->trace) && thread->trace->tracer;
}

// Returns true if the tracee must stop on its way to user mode: it was told to, or its process,
// whose signals `signals` are, stops, and it has not reported that. Takes no lock, as
// thread_is_traced.
static inline bool trace_must_stop(const struct tracee *tracee, const struct signal_state *signals)
{
	return tracee->trap_stop || tracee->trap_notify ||
	       (job_must_halt(signals) && tracee->stop_seen != signals->stops);
}

// Returns true if the thread, which has a process, must stop before it returns to user mode: with
// its process, or for its tracer. A tracee that was let go on while its process is stopped runs.
// Takes no lock, as thread_is_traced.
static inline bool thread_must_halt(const struct thread *thread)
{
	const struct signal_state *signals = &thread->process->signals;

	if (thread_is_traced(thread))
		return trace_must_stop(thread->trace, signals);
	return job_must_halt(signals);
}

// Stops (ptrace_stop.c). The caller of each is the tracee, the current thread; it holds no lock. A
// stop sleeps until the tracer ends it, or the thread must die; it does nothing if the thread is
// traced no more.

// Stop because `signo`, with *info, is about to be delivered. Does not stop for SIGKILL, or if
// nobody traces the thread any more. Sleeps in the stop. Caller: holds no lock; the current thread
// has a record (thread->trace).
// Returns the signal to deliver instead (`signo` without a stop), with its description in *info; 0,
// with *info undefined: there is none, the thread must die, or the signal is one that the thread
// blocks and that is pending again.
int trace_signal(int signo, struct signal_info *info);

// Stop because the tracee must (trace_must_stop), as one of those that halt if its process stops. A
// tracee that was not seized stops only with its process. What it was told (trap_stop, trap_notify)
// is done then in any case. Sleeps in the stop. Caller: holds no lock; the current thread has a
// record.
void trace_trap(void);

// Stop at an event of the system call under way, if `event`, a PTRACE_EVENT_ constant, is among the
// tracer's options; 0 for none: do nothing. `message`: what PTRACE_GETEVENTMSG returns. Before a
// stop EAX in the thread's user frame becomes -ENOSYS, as the result of a call that is not known
// yet. Sleeps in the stop. Caller: holds no lock; the current thread has a record.
void trace_event(int event, uint32_t message);

// Stop at the begin of a system call, if the tracer wants that, who may then change the call.
// Called for a thread with LOAD_CALLS, which has a record and holds no lock; `frame`: its user
// frame, where EAX becomes -ENOSYS. Sleeps in the stop. Returns true if the call is to be made (its
// number is frame->err, then); false if not, because the tracer skips it or the thread must die:
// then EAX in *frame is its result.
bool trace_call_begins(struct trapframe *frame);

// Stop at the end of a system call (WORK_CALL_END), whose result is in the frame, if the tracer
// wants that. For a tracer that goes by single steps send SIGTRAP instead (trace_force). Clears
// WORK_CALL_END. Called for a thread that has a record and holds no lock. Sleeps in the stop.
void trace_call_ends(void);

// Hide in `frame`, which a handler of the program will see, the flag EFLAGS_TF if the tracer has
// set it; the tracee does not step then any more. Called by the tracee before a handler is entered;
// needs no lock.
static inline void trace_hide_step(struct tracee *tracee, struct trapframe *frame)
{
	if (tracee->steps)
		frame->eflags &= ~EFLAGS_TF;
	tracee->steps = false;
}

// Stop after a handler has been entered, if the tracee goes by single steps. Sleeps in the stop.
// Caller: holds no lock; the current thread has a record.
void trace_handler_entered(void);

// Send the current thread the signal `signo` of its own instruction's fault, with *info: it stops
// for it on its way to user mode. The signal cannot be blocked or ignored: if it is, it is blocked
// no more, and its action becomes SIG_DFL, so that it will end the process unless the tracer drops
// it. Does not stop itself. Caller: holds no lock.
void trace_force(int signo, const struct signal_info *info);

// Note the reasons of a debug exception of the current thread, as DR6 has them, for the tracer.
// Does nothing if it was never traced. Takes no lock.
void trace_debug_hit(uint32_t reasons);

// Let the stopped `tracee` go on, in `mode`, with the signal `signo` (0: none), which counts only
// in a stop for a signal, or at the begin or end of a call. A stop that wait has not reported is
// not reported any more. Caller: holds process_lock.
void trace_resume(struct tracee *tracee, enum trace_mode mode, int signo);

// Let those threads of `process` that were seized by a tracer stop and report that the process has
// continued or begins to stop. Caller: holds process->signals.lock; and process_lock, if a thread
// of the process is traced.
void trace_notify_group(struct process *process);

// Let a tracee, seized (not checked), stop as soon as it returns to user mode (PTRACE_INTERRUPT);
// ends a sleep that a signal may end. One that is stopped already stops anew at once if it listens,
// else after it has gone on. Takes the lock of its signals. Caller: holds process_lock.
void trace_interrupt(struct tracee *tracee);

// Let a stopped tracee stay stopped, but stop anew when its process continues or it is interrupted
// (PTRACE_LISTEN). Returns 0; -EIO if the tracee was not seized or is in another stop than
// PTRACE_EVENT_STOP. Caller: holds process_lock.
int trace_listen(struct tracee *tracee);

// Who traces whom (ptrace_attach.c).

// Returns the record of thread `tid` if the current thread traces it, borrowed; else NULL. With
// `stopped` also NULL unless the tracee is in a stop, does not listen and is not killed; it stays
// in the stop until the caller lets it go on or releases process_lock. Caller: holds process_lock.
struct tracee *trace_find(pid_t tid, bool stopped);

// Let the current thread trace thread `tid` (PTRACE_ATTACH, which also sends it SIGSTOP), or with
// `seize` without a stop (PTRACE_SEIZE). `options`: PTRACE_O_ bits, not checked. If its process is
// stopped, sleeps until the thread has stopped as a tracee, or the current thread must die. Takes
// no reference on the thread. Caller: holds no lock.
// Returns 0; in this order: -ENOMEM; -ESRCH if there is no such thread or process; -EPERM if it is
// of the current process or the kernel's, may not be looked into (access_inspect), has ended, or is
// traced.
int trace_attach(pid_t tid, bool seize, uint32_t options);

// Let the thread that has made the current process (or the parent's first thread, if that one has
// ended) trace the current thread (PTRACE_TRACEME), with no options. Caller: holds no lock. Returns
// 0, also if that thread is just ending and does not trace; -ENOMEM; -EPERM if the current thread
// is traced, or if that thread is the kernel's or lacks capabilities that the current one has (and
// CAP_SYS_PTRACE).
int trace_me(void);

// End the tracing of `tracee`, whose thread lives. If it is stopped, it goes on with `signo` (0:
// none), or stops as a part of its process if that is stopped. The record stays with the thread.
// Takes the lock of its signals. Caller: holds process_lock.
void trace_detach(struct tracee *tracee, int signo);

// Let all tracees of the current thread go, because it ends; with PTRACE_O_EXITKILL kill them. The
// records of those that have ended are freed, and a zombie that was hidden (trace_hides) reports to
// its parent now. The thread is marked as leaving, so it gets no new ones. Yields; a killed thread
// completes the work. Caller: holds no lock.
void trace_tracer_ends(void);

// Keep the record of the current thread, which was traced at least once and ends with `status`, for
// its tracer, and tell the tracer; that of a process's first thread is told by trace_process_ended.
// The thread's number stays taken until the tracer has waited for it. Does nothing if nobody traces
// the thread now. Caller: holds process_lock.
void trace_thread_ended(int status);

// Tell the tracer that `process` is a zombie now, whose first thread was traced when it ended, if
// the tracer is not of the parent's process. Returns true in this case: the parent must not learn
// of it before the tracer has waited. Else does nothing, and returns false. Caller: holds
// process_lock.
bool trace_process_ended(struct process *process);

// Returns true if the zombie is hidden from its parent until the tracer has waited for it. Caller:
// holds process_lock.
static inline bool trace_hides(const struct process *process)
{
	const struct tracee *tracee = process->ended_trace;

	assert_spin_held(&process_lock);
	return unlikely(tracee) && tracee->tracer->process != process->parent;
}

// Free the record of the first thread of `process`, which has ended, if it was traced then. Caller:
// holds process_lock.
void trace_forget_first(struct process *process);

// Unlink and free the record of a tracee that has ended, and the thread's number unless it is its
// process's. Caller: holds process_lock.
void trace_free_ended(struct tracee *tracee);

// Send SIGCHLD with *info (NULL: do not) to the process of the tracer, and wake its waits. There is
// a tracer. Caller: holds process_lock.
void trace_tell(const struct tracee *tracee, const struct signal_info *info);

// Events (ptrace_events.c). The current thread was traced at least once; it holds no lock.

// Prepare `child`, which a fork or clone of the current thread with `flags` (CLONE_) and
// `exit_signal` makes, for being traced too, if it will be: give it a record, which is freed with
// the thread. Takes the tracer's EFLAGS_TF out of the child's frame. Nobody can find `child` yet;
// the current thread has a record. Returns 0, also if it will not be traced; -ENOMEM: the caller
// discards `child`.
int trace_prepare_child(struct thread *child, uint64_t flags, int exit_signal);

// Let the tracer of the current thread, if it has one that does not end, trace `child` too, which
// has a record, is not traced, and has not started; it will stop before its first instruction. The
// arguments are those of trace_prepare_child. Caller: holds no lock. Returns the event that the
// parent reports, for trace_event: a PTRACE_EVENT_ constant, or 0.
int trace_begin_child(struct thread *child, uint64_t flags, int exit_signal);

// Report that the current thread, whose number was `tid` before, has executed a program: stop at
// PTRACE_EVENT_EXEC, or, without this option and if it was not seized, send it SIGTRAP. Turns its
// breakpoints off, also if nobody traces it now. Sleeps in the stop. Caller: holds no lock; the
// current thread has a record.
void trace_exec(pid_t tid);

// Returns true if a set-id bit must not count in an exec of the current thread, which has a record,
// because a tracer without CAP_SYS_PTRACE (when it began) traces it. Takes no lock.
bool trace_drops_privileges(void);

// Waiting (ptrace_wait.c).

// A search for a report of a tracee that wait means by `pid` and `options`; the rest is false at
// its start.
struct trace_search {
	pid_t pid;
	int options;
	bool any;     // a tracee is meant
	bool yielded; // process_lock was released in the middle: some may have reported meanwhile
	bool interrupted; // the caller must die
};

// Take a report of a tracee of `tracer`, the current process, that search->pid and search->options
// mean; of several of the latest tracee. store->want_usage is set by the caller. Yields, with
// process_lock released. Ended children of `tracer` are left out (process_wait reports them).
// Returns true with the report in *store (a tracee that has ended is forgotten then, unless WNOWAIT
// is set): not store->usage without want_usage, or for a thread that has ended and was not its
// process's first; false, with *store undefined, if there is none, or the caller must die
// (search->interrupted): search->any says whether there may be one later. Caller: holds
// process_lock and no other lock.
bool trace_take_report(const struct process *tracer, struct trace_search *search,
                       struct child_report *store);

// Registers of a stopped tracee (ptrace_registers.c, ptrace_debug.c). Callers hold process_lock.

// Returns the register of `thread`, a stopped tracee, at `offset` bytes in struct user_regs_struct,
// a multiple of 4 within it (not checked). Selectors have 16 bits; orig_eax is -1 outside of a
// system call; EFLAGS lack TF if only the tracer's steps have set it. Caller: holds process_lock.
uint32_t trace_read_of_frame(const struct thread *thread, size_t offset);

// Set a saved register of the thread. `offset`: as for trace_read_of_frame. In EFLAGS only those
// bits change that a program may change itself. A negative orig_eax means that no system call is
// under way. Caller: holds process_lock, and the thread is stopped.
// Returns 0; -EIO, with nothing changed, if a segment register would get a selector that is not of
// privilege level 3, or if CS or SS would get 0.
int trace_write_to_frame(struct thread *thread, size_t offset, uint32_t value);

struct fpu_state;

// Copy the FPU's registers of `thread`, a stopped tracee, to *store, which is kernel memory; a
// thread that has not used the FPU has their initial values. Caller: holds process_lock.
void trace_get_fpu(const struct thread *thread, struct fpu_state *store);

// Set the FPU's registers of `thread` to *state, whose mxcsr the caller has checked; *state is
// copied. *fresh is memory for them (a struct fpu_state) from kmalloc, not NULL if the thread has
// none (thread->fpu): the thread owns it then, and *fresh becomes NULL; else it stays the caller's.
// Caller: holds process_lock.
void trace_set_fpu(struct thread *thread, const struct fpu_state *state, struct fpu_state **fresh);

// Returns debug register `n`, 0 to 7, as PTRACE_PEEKUSR does: 0 for DR4 and DR5. Caller: holds
// process_lock.
uint32_t trace_get_debug(const struct tracee *tracee, unsigned int n);

// Set debug register `n`, 0 to 7, of a stopped tracee: it counts from the next switch to the thread
// on. Returns 0; -EINVAL for an address that is not below ULIM, or a breakpoint that is on or has
// an address and is of an unknown kind or a wrong alignment; -EIO for DR4 and DR5. After an error
// nothing has changed. Caller: holds process_lock.
int trace_set_debug(struct tracee *tracee, unsigned int n, uint32_t value);

// Turn all breakpoints of `tracee`, the current thread's record, off, and set its DR6 and DR7 to 0:
// it executes a new program. Needs no lock.
void trace_clear_debug(struct tracee *tracee);
