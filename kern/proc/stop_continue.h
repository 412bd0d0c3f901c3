// stop_continue.h: stopping and continuing processes, and orphaned process groups (POSIX), which
// no process could continue.
#pragma once

#include "kern.h"
#include "proc/signal.h"

struct process;

// Let the process run, because SIGCONT is sent to it: end a stop, or cancel one that has begun, and
// wake the threads that have halted. If all had halted, wait will report the continuation instead
// of the stop, and the first thread that goes on sends SIGCHLD to the parent. In any case, also if
// it runs, notify its seized tracees (trace_notify_group). Does not sleep. Caller: holds
// process->signals.lock; and process_lock, if a thread of it is traced.
void job_continue(struct process *process);

// Let the process of `signals` be neither stopped nor about to stop any more, because SIGKILL is
// sent to it. A report of the stop that no wait has taken is dropped, and a SIGCHLD for its
// continuation is not sent any more. Wakes nobody: the caller wakes the threads. Caller: holds
// signals->lock.
void job_kill(struct signal_state *signals);

// Begin to stop the current process, which has taken the stop signal `signo`: its threads halt one
// by one when they come to signal_deliver, this one too (job_halt); this function does not wait.
// Interrupts sleeps of the others, and notifies seized tracees (trace_notify_group). Does nothing
// if SIGCONT has come meanwhile, the process stops already, or the thread must die. Caller: holds
// no lock.
void job_stop(int signo);

// Returns true if the threads of the process of `signals` must halt, because it stops or is
// stopped. Without signals->lock the answer may be out of date, but not for the process of
// the current thread.
static inline bool job_must_halt(const struct signal_state *signals)
{
	return signals->job >= JOB_HALTING;
}

// Halt the current thread: sleep until SIGCONT comes, a tracer begins to trace it, or the thread
// must die. When the last thread of the process halts, the process is stopped, and its parent
// learns of it; the continuation is reported too. Does not sleep if the process has been continued
// meanwhile. Caller: holds no lock; has found that the thread must halt, and asks again afterwards.
void job_halt(void);

// Count the current thread among those that have halted, if its process, `process`, stops; a tracee
// once for each stop. The last one completes the stop, and reports it to the parent, unless the
// parent traces this thread. Does not sleep. Caller: holds process_lock, which stays held; and
// process->signals.lock, which is released in any case.
void job_count_halted(struct process *process);

// Report to the parent that the current process has continued, by SIGCHLD and a wakeup, if it has
// and nobody has reported that yet. A thread that must die reports nothing. Caller: holds no lock.
void job_report_continued(void);

// Let `thread`, which a tracee has just added to its process, halt too if the process is stopped,
// or stops. Caller: holds process_lock.
void job_thread_added(struct thread *thread);

// Account for the current thread, which has begun to end, in a stop of `process`, its process; do
// nothing if none is under way. The caller has taken the thread out of process->live, where others
// are left. If all of these have halted, the stop is complete now, and reported to the parent,
// unless the parent traces the current thread. Takes the lock of the process's signals, and then
// that of the parent's. Caller: holds process_lock, and neither of these.
void job_thread_left(struct process *process);

// Take the report that wait4 with `options` asks for: with WUNTRACED that the process of `signals`
// has stopped, else with WCONTINUED that it has continued; other options than these and WNOWAIT do
// not count. Takes signals->lock. Returns true with the wait status in *status_store: signal << 8 |
// 0x7f for a stop, 0xffff for a continuation; false, with *status_store unchanged, if there is no
// report. Each report is made once, or again after WNOWAIT.
bool job_take_report(struct signal_state *signals, int options, int *status_store);

// Returns true if the current process's group is orphaned (group_orphaned): no member has a parent
// in another group of the same session. Caller: holds no lock.
bool job_group_orphaned(void);

// Send SIGHUP and SIGCONT to the group of `process` if it has become orphaned and a member of it is
// stopped, because no process could continue it any more (to a large group later:
// signal_send_group). Called when `process` has lost `parent`: `process` or `parent` has ended.
// Does nothing if `parent` (NULL: none) did not guard `process`. Caller: holds process_lock.
void job_orphan_group(const struct process *process, const struct process *parent);
