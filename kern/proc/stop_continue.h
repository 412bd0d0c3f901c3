// stop_continue.h: stopping and continuing processes, and orphaned process groups (POSIX), which
// no process could continue.
#pragma once

#include "kern.h"
#include "proc/signal.h"

struct process;

// Continue the process if it is stopped: SIGCONT was sent. Caller: holds the lock of its signals; and
// process_lock, if a thread of it is traced.
void job_continue(struct process *process);

// SIGKILL was sent: the process is not stopped any more, nor about to stop. A report of the stop
// that no wait has taken is dropped. The caller wakes the thread. Caller: holds the lock of
// `signals`.
void job_kill(struct signal_state *signals);

// Begin to stop the current process, which has taken the stop signal `signo`: its threads halt one
// by one, this one too (job_halt). Does nothing if SIGCONT has come meanwhile. Caller: holds no lock.
void job_stop(int signo);

// Returns true if the current thread must halt, because its process stops.
static inline bool job_must_halt(const struct signal_state *signals)
{
	return signals->job >= JOB_HALTING;
}

// Sleep until SIGCONT comes, or the thread must die. When the last thread halts, the process is
// stopped, and its parent learns of it; the continuation is reported too. Caller: holds no lock; has
// found that the thread must halt.
void job_halt(void);

// Count the current thread among those that have halted, if its process, `process`, stops. The last one
// completes the stop, and reports it to the parent. Caller: holds process_lock; and the lock of the
// signals, which is released.
void job_count_halted(struct process *process);

// Report to the parent that the current process has continued, if nobody has yet. Caller: holds no lock.
void job_report_continued(void);

// A tracee has added `thread` to its process. If the process is stopped, or stops, the thread must halt too.
// Caller: holds process_lock.
void job_thread_added(struct thread *thread);

// A thread of `process` has begun to end; others live. If these have halted, the process is stopped
// now. Caller: holds process_lock.
void job_thread_left(struct process *process);

// Take the report that wait4 with `options` asks for: that the process has stopped or continued.
// Returns true with the status in *status_store if there is one. Each report is made once, or again
// after WNOWAIT.
bool job_take_report(struct signal_state *signals, int options, int *status_store);

// Returns true if the current process's group is orphaned: no member has a parent in another group
// of the same session. Caller: holds no lock.
bool job_group_orphaned(void);

// Called when `process` has lost `parent`: `process` or `parent` has ended. If that orphans the
// group of `process`, and a member of it is stopped, sends SIGHUP and SIGCONT to the group,
// because no process could continue it any more. Caller: holds process_lock.
void job_orphan_group(const struct process *process, const struct process *parent);
