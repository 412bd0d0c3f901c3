// ptrace_wait.c: what wait reports of tracees: their stops, and the ends of those that are no children of
// the tracer's process. A child that ends is reported as any other child.
#include "proc/ptrace.h"
#include "thread/mutex.h"
#include <abi/wait.h>

// Returns the process of a tracee; NULL for a thread that has ended, whose process may have ended too.
static struct process *process_of(const struct tracee *tracee)
{
	return tracee->thread ? tracee->thread->process : tracee->process;
}

// Returns true if wait with `pid` and `options` means the tracee. As on Linux, the signal of its end does
// not matter.
static bool is_meant(const struct tracee *tracee, const struct process *tracer, pid_t pid,
                     int options)
{
	const struct process *process = process_of(tracee);

	if ((options & WNOTHREAD) && tracee->tracer != thread_current())
		return false;
	if (pid > 0)
		return pid == (tracee->thread ? tracee->thread->tid : tracee->tid);
	if (pid == -1)
		return true;
	return (process ? process->pgid : tracee->pgid) == (pid == 0 ? tracer->pgid : -pid);
}

// Returns true if wait with `options` reports something of the tracee now.
static bool has_report(const struct tracee *tracee, int options)
{
	if (tracee->state == TRACE_ENDED)
		return (options & WEXITED) && (!tracee->process || tracee->process->zombie);
	return tracee->state == TRACE_STOPPED && !tracee->listening && tracee->code;
}

// Take the report of an end. Unless the tracer only looks, the tracee is forgotten, and the process of a
// first thread reports to its parent now. Caller: holds process_lock.
static void take_end(struct tracee *tracee, int options, struct child_report *store)
{
	struct process *process = tracee->process;

	assert_spin_held(&process_lock);
	store->pid = tracee->tid;
	store->trapped = false;
	store->status = process ? process->exit_status : tracee->exit_status;
	if (options & WNOWAIT)
		return;
	trace_free_ended(tracee);
	if (process)
		process_notify_parent(process);
}

// Take the report of a stop, which is made once, or again after WNOWAIT.
static void take_stop(struct tracee *tracee, int options, struct child_report *store)
{
	store->pid = tracee->thread->tid;
	store->status = (int)(tracee->code << 8 | 0x7f);
	store->trapped = true;
	if (!(options & WNOWAIT))
		tracee->code = 0;
}

bool trace_take_report(const struct process *tracer, pid_t pid, int options,
                       struct child_report *store, bool *any)
{
	struct tracee *tracee;

	assert_spin_held(&process_lock);
	list_for_each(tracee, &tracer->tracees, link) {
		struct process *process = process_of(tracee);
		bool ended = tracee->state == TRACE_ENDED;

		if (!is_meant(tracee, tracer, pid, options))
			continue;
		if (ended && process && process->parent == tracer)
			continue; // it is among the children
		*any = true;
		if (!has_report(tracee, options))
			continue;
		if (store->want_usage && process) {
			usage_of_process(process, &store->usage);
			usage_add(&store->usage, &process->reaped);
		}
		if (ended)
			take_end(tracee, options, store);
		else
			take_stop(tracee, options, store);
		return true;
	}
	return false;
}
