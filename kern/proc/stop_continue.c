// stop_continue.c: stopping and continuing processes.
#include "proc/stop_continue.h"

#include "proc/group_signals.h"
#include "proc/process.h"
#include "proc/process_groups.h"
#include "proc/ptrace.h"
#include "thread/credentials.h"
#include "thread/mutex.h"
#include "thread/yield.h"
#include <abi/wait.h>

#define LOOK_COST 12 // instructions, roughly, to ask whether a member is stopped

void job_continue(struct process *process)
{
	struct signal_state *signals = &process->signals;

	assert_spin_held(&signals->lock);
	if (signals->job == JOB_STOPPED) {
		signals->stop_report = 0;
		signals->continue_report = signals->signal_continue = true;
	}
	if (signals->job >= JOB_HALTING)
		waitq_wake_all(&signals->continued);
	signals->job = JOB_RUNNING;
	signals->halted = 0;
	trace_notify_group(process);
}

void job_kill(struct signal_state *signals)
{
	assert_spin_held(&signals->lock);
	signals->job = JOB_RUNNING;
	signals->halted = 0;
	signals->stop_report = 0;
	signals->signal_continue = false;
}

// Report to the parent that the current process has stopped by `signo`, or goes on (`signo` 0):
// send SIGCHLD and wake wait4. Caller: holds process_lock.
static void report_to_parent(const struct process *process, int signo)
{
	struct process *parent = process->parent;
	struct sigaction action = signal_action(&parent->signals, SIGCHLD);
	struct signal_info info = {
		.code = signo ? CLD_STOPPED : CLD_CONTINUED,
		.pid = process->pid,
		.uid = process_credentials(process)->user.real,
		.status = signo ? signo : SIGCONT,
	};

	assert_spin_held(&process_lock);
	if (action.sa_handler != SIG_IGN && !(action.sa_flags & SA_NOCLDSTOP))
		signal_send(parent, SIGCHLD, &info);
	process_wake_parent(parent);
}

// If all threads of the process that live have halted, it is stopped now: report that to the parent.
// Both locks are held: process_lock, so that the parent sees stop and report together, and the lock
// of the signals, so that no SIGCONT comes between test and change; it is released. A parent that traces
// the thread which halts last learns of the tracee's stop instead. Caller: holds process_lock, and the lock
// of the process's signals.
static void complete_stop(struct process *process)
{
	struct signal_state *signals = &process->signals;
	bool complete = signals->job == JOB_HALTING && signals->halted == process->live;
	const struct thread *thread = thread_current();

	assert_spin_held(&process_lock);
	assert_spin_held(&signals->lock);
	if (complete) {
		signals->job = JOB_STOPPED;
		signals->stop_report = signals->stop_signal;
		signals->continue_report = signals->signal_continue = false;
	}
	spin_unlock(&signals->lock);
	if (complete &&
	    !(thread_is_traced(thread) && thread->trace->tracer->process == process->parent))
		report_to_parent(process, signals->stop_signal);
}

// Returns true if the thread, which was traced at least once, is counted as halted although it may run.
static bool is_counted(const struct thread *thread, const struct signal_state *signals)
{
	return unlikely(thread->trace) && thread->trace->stop_counted == signals->stops;
}

void job_count_halted(struct process *process)
{
	struct signal_state *signals = &process->signals;
	struct thread *thread = thread_current();

	assert_spin_held(&process_lock);
	assert_spin_held(&signals->lock);
	if (signals->job == JOB_HALTING && !is_counted(thread, signals)) {
		signals->halted++;
		if (unlikely(thread->trace))
			thread->trace->stop_counted = signals->stops;
	}
	complete_stop(process);
}

void job_thread_added(struct thread *thread)
{
	struct signal_state *signals = &thread->process->signals;

	assert_spin_held(&process_lock);
	spin_lock(&signals->lock);
	if (job_must_halt(signals))
		thread_interrupt(thread, WORK_SIGNAL);
	spin_unlock(&signals->lock);
}

void job_thread_left(struct process *process)
{
	struct signal_state *signals = &process->signals;

	assert_spin_held(&process_lock);
	spin_lock(&signals->lock);
	if (signals->job == JOB_HALTING && is_counted(thread_current(), signals))
		signals->halted--;
	complete_stop(process);
}

// The other threads halt as soon as they come to signal_deliver; a sleep that a signal may end is
// ended for that.
void job_stop(int signo)
{
	struct process *process = process_current();
	struct signal_state *signals = &process->signals;
	struct thread *thread;

	assert_no_lock();
	spin_lock(&process_lock);
	spin_lock(&signals->lock);
	if (signals->job == JOB_STOPPING && !(thread_current()->work & WORK_KILL)) {
		signals->job = JOB_HALTING;
		signals->stop_signal = (uint8_t)signo;
		signals->stops++;
		list_for_each(thread, &process->threads, process_link)
			if (thread != thread_current() && !thread->leaving)
				thread_interrupt(thread, WORK_SIGNAL);
		trace_notify_group(process);
	}
	spin_unlock(&signals->lock);
	spin_unlock(&process_lock);
}

// The sleep is killable: only death ends it besides SIGCONT. Other signals stay pending until the
// process goes on; one that is traced from now on stops as a tracee instead (trace_trap).
void job_halt(void)
{
	struct thread *thread = thread_current();
	struct process *process = thread->process;
	struct signal_state *signals = &process->signals;

	assert_no_lock();
	spin_lock(&process_lock);
	spin_lock(&signals->lock);
	job_count_halted(process);
	spin_unlock(&process_lock);
	spin_lock(&signals->lock);
	while (signals->job >= JOB_HALTING && !thread_is_traced(thread))
		if (waitq_sleep(&signals->continued, &signals->lock, WAIT_KILLABLE, NO_DEADLINE))
			break;
	if (signals->job >= JOB_HALTING && thread_is_traced(thread)) {
		thread->trace->stop_counted = signals->stops;
	} else if (signals->job >= JOB_HALTING) { // an execve of another thread ends this one
		signals->halted--;
		if (thread->trace)
			thread->trace->stop_counted = 0; // job_thread_left must not count it again
	}
	spin_unlock(&signals->lock);
	job_report_continued();
}

// The first thread that goes on reports the continuation; a killed process reports none.
void job_report_continued(void)
{
	struct process *process = process_current();
	struct signal_state *signals = &process->signals;
	bool report;

	assert_no_lock();
	spin_lock(&signals->lock);
	report = signals->signal_continue && !(thread_current()->work & WORK_KILL);
	if (report)
		signals->signal_continue = false;
	spin_unlock(&signals->lock);
	if (!report)
		return;
	spin_lock(&process_lock);
	report_to_parent(process, 0);
	spin_unlock(&process_lock);
}

// The status words are those of wait(2): 0x7f in the low byte for a stop, 0xffff for a
// continuation.
bool job_take_report(struct signal_state *signals, int options, int *status_store)
{
	bool found = true;

	spin_lock(&signals->lock);
	if ((options & WUNTRACED) && signals->stop_report) {
		*status_store = signals->stop_report << 8 | 0x7f;
		if (!(options & WNOWAIT))
			signals->stop_report = 0;
	} else if ((options & WCONTINUED) && signals->continue_report) {
		*status_store = 0xffff;
		if (!(options & WNOWAIT))
			signals->continue_report = false;
	} else {
		found = false;
	}
	spin_unlock(&signals->lock);
	return found;
}

// Returns true if a member of the group is stopped. Caller: holds process_lock.
static bool has_stopped_member(const struct pid_slot *group)
{
	struct process *process;
	bool stopped = false;

	assert_spin_held(&process_lock);
	list_for_each(process, &group->members, group_link) {
		spin_lock(&process->signals.lock);
		stopped = process->signals.job == JOB_STOPPED;
		spin_unlock(&process->signals.lock);
		(void)yield_due(LOOK_COST);
		if (stopped)
			break;
	}
	return stopped;
}

bool job_group_orphaned(void)
{
	bool orphaned;

	assert_no_lock();
	spin_lock(&process_lock);
	orphaned = group_orphaned(process_current()->pgid);
	spin_unlock(&process_lock);
	return orphaned;
}

// SIGHUP comes first, so that a member that continues finds it pending (POSIX, _Exit,
// "Consequences of Process Termination").
void job_orphan_group(const struct process *process, const struct process *parent)
{
	const struct pid_slot *group = pid_slot_taken(process->pgid);

	assert_spin_held(&process_lock);
	if (!group_guards(parent, process) || !group_orphaned(process->pgid) ||
	    !has_stopped_member(group))
		return;
	signal_send_group_locked(process->pgid, SIGHUP);
	signal_send_group_locked(process->pgid, SIGCONT);
}
