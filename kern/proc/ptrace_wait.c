// ptrace_wait.c: what wait reports of tracees: their stops, and the ends of those that are no children of
// the tracer's process. A child that ends is reported as any other child.
#include "proc/ptrace.h"
#include "proc/thread_group.h"
#include "thread/mutex.h"
#include "thread/yield.h"
#include <abi/wait.h>

#define SEARCH_COST 60 // instructions, roughly, to look at a tracee

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

// Take the report of one tracee, if the search means it and it has one. Returns true with the report in
// *store. Caller: holds process_lock.
static bool take_from(struct tracee *tracee, const struct process *tracer,
                      struct trace_search *search, struct child_report *store)
{
	struct process *process = process_of(tracee);
	bool ended = tracee->state == TRACE_ENDED;

	assert_spin_held(&process_lock);
	if (!is_meant(tracee, tracer, search->pid, search->options))
		return false;
	if (ended && process && process->parent == tracer)
		return false; // it is among the children
	search->any = true;
	if (!has_report(tracee, search->options))
		return false;
	// A thread that has ended, and was not its process's first, has used nothing of its own.
	memset(&store->usage, 0, sizeof(store->usage));
	if (store->want_usage && process) {
		usage_of_process(process, &store->usage);
		usage_add(&store->usage, &process->reaped);
	}
	if (ended)
		take_end(tracee, search->options, store);
	else
		take_stop(tracee, search->options, store);
	return true;
}

// Returns the tracee of `tracer` with the number `tid`, or NULL. Caller: holds process_lock.
static struct tracee *find_by_number(const struct process *tracer, pid_t tid)
{
	const struct pid_slot *slot = pid_slot(tid);
	const struct thread *thread = thread_find(tid);
	struct tracee *tracee = NULL;

	assert_spin_held(&process_lock);
	if (thread)
		tracee = thread->trace;
	else if (slot)
		tracee = slot->process ? slot->process->ended_trace : slot->ended;
	return tracee && tracee->tracer && tracee->tracer->process == tracer ? tracee : NULL;
}

// Returns the tracee after `tracee` on the list of `tracer`, or NULL. There may be thousands of them, so
// this yields if it is time, with process_lock released. `tracee` may be gone after that: its serial number
// tells where to go on, because the latest tracee comes first. Caller: holds process_lock.
static struct tracee *next_tracee(const struct process *tracer, const struct tracee *tracee,
                                  struct trace_search *search)
{
	uint64_t serial = tracee->serial;
	struct tracee *next;

	assert_only_spinlock(&process_lock);
	if (!yield_due(SEARCH_COST)) {
		next = list_entry(tracee->link.next, struct tracee, link);
		return &next->link == &tracer->tracees ? NULL : next;
	}
	spin_unlock(&process_lock);
	search->yielded = true;
	search->interrupted = thread_yield_point_killable() != 0;
	spin_lock(&process_lock);
	if (!search->interrupted)
		list_for_each(next, &tracer->tracees, link)
			if (next->serial < serial)
				return next;
	return NULL;
}

bool trace_take_report(const struct process *tracer, struct trace_search *search,
                       struct child_report *store)
{
	struct tracee *tracee = NULL;

	assert_only_spinlock(&process_lock);
	if (search->pid > 0)
		tracee = find_by_number(tracer, search->pid);
	else if (!list_empty(&tracer->tracees))
		tracee = list_first(&tracer->tracees, struct tracee, link);
	while (tracee && !take_from(tracee, tracer, search, store))
		tracee = search->pid > 0 ? NULL : next_tracee(tracer, tracee, search);
	return tracee != NULL;
}
