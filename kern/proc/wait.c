// wait.c: how parents wait for their children, and reap them.
#include "debug/notice.h"
#include "mem/heap.h"
#include "proc/family.h"
#include "proc/group_signals.h"
#include "proc/process.h"
#include "proc/ptrace.h"
#include "proc/stop_continue.h"
#include "proc/thread_group.h"
#include "thread/credentials.h"
#include "thread/mutex.h"
#include "thread/yield.h"
#include <abi/wait.h>

#define SEARCH_COST 60 // instructions, roughly, to test a child that has ended

// Returns true if the current thread of `parent` has made `child`. The children of a thread that has
// ended are the first thread's, as on Linux. Caller: holds process_lock.
static bool is_threads_child(const struct process *child, const struct process *parent)
{
	const struct thread *maker = thread_find(child->parent_tid);

	assert_spin_held(&process_lock);
	if (!maker || maker->process != parent)
		maker = process_thread(parent);
	return maker == thread_current();
}

// Returns true if wait4 with `pid` and `options` means this child. A child that reports its end by
// another signal than SIGCHLD is meant only with WCLONE or WALL, any other child only without
// WCLONE.
static bool is_meant(const struct process *child, pid_t pid, int options,
                     const struct process *parent)
{
	bool clone = child->exit_signal != SIGCHLD, clones = (uint32_t)options & WCLONE;

	if (!(options & WALL) && clone != clones)
		return false;
	if (unlikely(options & WNOTHREAD) && !is_threads_child(child, parent))
		return false;
	if (pid > 0)
		return child->pid == pid;
	if (pid == -1)
		return true;
	return child->pgid == (pid == 0 ? parent->pgid : -pid);
}

// Returns true if a thread of its parent traces the child: then its stops are reported as those of a tracee.
static bool is_tracee(const struct process *child)
{
	const struct thread *thread = process_thread(child);

	return thread_is_traced(thread) && thread->trace->tracer->process == child->parent;
}

// Take a report of a stop or a continuation of `child`. Returns true with the status in *status_store if there
// is one. Caller: holds process_lock.
static __noinline bool take_job_report(struct process *child, int options, int *status_store)
{
	assert_spin_held(&process_lock);
	if (unlikely(is_tracee(child)))
		options &= ~WUNTRACED;
	return job_take_report(&child->signals, options, status_store);
}

// Take a report of `child` that wait4 with `options` asks for. Returns true with the status in
// *status_store if there is one. Caller: holds process_lock.
static inline bool take_report(struct process *child, int options, int *status_store)
{
	assert_spin_held(&process_lock);
	if (child->zombie) {
		*status_store = child->exit_status;
		return true;
	}
	return (options & (WUNTRACED | WCONTINUED)) &&
	       take_job_report(child, options, status_store);
}

// The state of a call of process_wait.
struct wait_call {
	struct process *parent;
	pid_t pid;
	int options;
	struct child_report *report; // its status; of a tracee all of it
	bool any;                    // at least one child or tracee is meant
	bool yielded;                // process_lock was released in the middle of the search
	bool interrupted;            // the caller must die
};

// Returns the dead child after `dead`, which is not meant. There may be thousands of them, so this
// yields if it is time, with process_lock released. `dead` may be gone after that; its birth still
// tells where to go on.
static struct process *search_after(struct wait_call *call, const struct process *dead)
{
	uint64_t birth = dead->birth;

	assert_only_spinlock(&process_lock);
	if (!yield_due(SEARCH_COST))
		return family_next_dead(dead);
	spin_unlock(&process_lock);
	call->yielded = true;
	call->interrupted = thread_yield_point_killable() != 0;
	spin_lock(&process_lock);
	return call->interrupted ? NULL : family_dead_after(call->parent, birth);
}

// Take the report of the eldest child that is meant and has one. Returns the child, or NULL. Sets
// call->any if any child is meant. Living children are looked at only if they can matter, because
// there may be many. A dead child that is another's tracee is meant, but has no report yet. Caller: holds
// process_lock.
static struct process *find_report(struct wait_call *call)
{
	struct process *parent = call->parent, *child;
	struct process *dead = call->options & WEXITED ? family_first_dead(parent) : NULL;
	bool living = call->options & (WUNTRACED | WCONTINUED);

	assert_spin_held(&process_lock);
	call->any = false;
	while (dead) {
		bool meant = is_meant(dead, call->pid, call->options, parent);

		call->any |= meant;
		if (meant && !trace_hides(dead))
			break;
		dead = search_after(call, dead);
	}
	list_for_each(child, &parent->children, sibling) {
		if (dead && (!living || dead->birth < child->birth))
			break;
		if (!is_meant(child, call->pid, call->options, parent))
			continue;
		call->any = true;
		if (!living)
			break;
		if (take_report(child, call->options, &call->report->status))
			return child;
	}
	if (dead)
		take_report(dead, call->options, &call->report->status);
	return dead;
}

// Like find_report, but for the child call->pid alone. Caller: holds process_lock.
static struct process *find_report_of(struct wait_call *call)
{
	struct process *child = process_find(call->pid);

	assert_spin_held(&process_lock);
	call->any = child && child->parent == call->parent &&
	            (!child->zombie || (call->options & WEXITED)) &&
	            is_meant(child, call->pid, call->options, call->parent);
	if (call->any && (likely(!child->ended_trace) || !child->zombie || !trace_hides(child)) &&
	    take_report(child, call->options, &call->report->status))
		return child;
	return NULL;
}

// What find_tracee has found.
#define TRACEE_REPORTS 0x1u // a report, which it has stored
#define TRACEE_MEANT 0x2u   // at least one tracee is meant
#define TRACEE_YIELDED 0x4u // process_lock was released in the middle of the search
#define TRACEE_KILLED 0x8u  // the caller must die

// Like find_report, for a tracee. Returns TRACEE_ bits, and takes no pointer to the struct wait_call: else that
// could not be in registers, and every wait would cost more. Caller: holds process_lock.
static __noinline uint32_t find_tracee(const struct process *parent, pid_t pid, int options,
                                       struct child_report *report)
{
	struct trace_search search = { .pid = pid, .options = options };
	uint32_t found = trace_take_report(parent, &search, report) ? TRACEE_REPORTS : 0;

	assert_spin_held(&process_lock);
	return found | (search.any ? TRACEE_MEANT : 0) | (search.yielded ? TRACEE_YIELDED : 0) |
	       (search.interrupted ? TRACEE_KILLED : 0);
}

// Wait until a child or a tracee has a report. Returns 1 if the report is a tracee's; 0 with the child in
// *store, or NULL there if no child is meant, or if there is no report yet and WNOHANG is set; -ERESTARTSYS. A search
// that has yielded may have missed the report of a child that it had passed: parent->reports shows that,
// and the search is repeated. Caller: holds process_lock.
static int wait_for_report(struct wait_call *call, struct process **store)
{
	struct process *parent = call->parent;
	uint32_t reports, found;

	assert_only_spinlock(&process_lock);
	for (;;) {
		reports = parent->reports;
		call->yielded = call->interrupted = false;
		*store = call->pid > 0 ? find_report_of(call) : find_report(call);
		if (call->interrupted)
			return -ERESTARTSYS;
		if (*store)
			return 0;
		if (unlikely(!list_empty(&parent->tracees))) {
			found = find_tracee(parent, call->pid, call->options, call->report);
			if (found & TRACEE_REPORTS)
				return 1;
			if (found & TRACEE_KILLED)
				return -ERESTARTSYS;
			call->any |= (found & TRACEE_MEANT) != 0;
			call->yielded |= (found & TRACEE_YIELDED) != 0;
		}
		if (!call->any || (call->options & WNOHANG))
			return 0;
		if (call->yielded && parent->reports != reports)
			continue;
		if (waitq_sleep(&parent->child_wait, &process_lock, WAIT_INTERRUPTIBLE, NO_DEADLINE))
			return -ERESTARTSYS;
	}
}

// Free a zombie that nobody can find any more.
static void reap(struct process *process)
{
	signal_state_destroy(&process->signals);
	account_count(&process->ended_credentials->account->tasks, -1);
	credentials_put(process->ended_credentials);
	kfree(process);
}

// Account the resources of `child`, a zombie of `parent`, as used by a child of `parent`, and take
// it out of all lists. The caller reaps it after the lock's release. Caller: holds process_lock.
static void take_out(struct process *parent, struct process *child)
{
	assert_spin_held(&process_lock);
	usage_add(&parent->reaped, &child->ended);
	if (child->reaped.cpu.cycles)
		usage_add(&parent->reaped, &child->reaped);
	if (unlikely(child->ended_trace))
		trace_forget_first(child);
	process_unpublish(child);
}

// Find the eldest dead child of init that is no other's tracee. Stores it, or NULL. Returns true if
// process_lock was released in the middle: then the search may have missed one. Caller: holds process_lock.
static bool find_dead_child_of_init(const struct process *init, struct process **store)
{
	struct process *child = family_first_dead(init);
	bool yielded = false;
	uint64_t birth;

	assert_only_spinlock(&process_lock);
	while (unlikely(child && trace_hides(child))) {
		birth = child->birth;
		if (yield_due(SEARCH_COST)) {
			spin_unlock(&process_lock);
			yielded = true;
			(void)thread_yield_point_killable();
			spin_lock(&process_lock);
		}
		child = family_dead_after(init, birth);
	}
	*store = child;
	return yielded;
}

// Process 1 wants every child, and neither stops nor signals concern it. It also sends the signals that
// others have left to it.
pid_t process_wait_as_init(int *status_store)
{
	struct process *init = process_current(), *child;
	uint32_t reports;
	bool yielded;
	pid_t pid;

	assert_no_lock();
	spin_lock(&process_lock);
	for (;;) {
		if (group_signals_left()) {
			spin_unlock(&process_lock);
			group_signals_send();
			spin_lock(&process_lock);
		}
		reports = init->reports;
		yielded = find_dead_child_of_init(init, &child);
		if (child)
			break;
		if (!yielded || init->reports == reports)
			(void)waitq_sleep(&init->child_wait, &process_lock, WAIT_UNINTERRUPTIBLE,
			                  NO_DEADLINE);
	}
	pid = child->pid;
	*status_store = child->exit_status;
	take_out(init, child);
	spin_unlock(&process_lock);
	reap(child);
	return pid;
}

pid_t process_wait(pid_t pid, int options, struct child_report *report)
{
	struct process *parent = process_current(), *child, *dead = NULL;
	struct wait_call call = {
		.parent = parent, .pid = pid, .options = options, .report = report
	};
	pid_t result;

	assert_no_lock();
	spin_lock(&process_lock);
	result = wait_for_report(&call, &child);
	if (result == 0 && child) {
		result = report->pid = child->pid;
		report->trapped = false;
		if (report->want_usage) {
			usage_of_process(child, &report->usage);
			usage_add(&report->usage, &child->reaped);
		}
		if (child->zombie && !(options & WNOWAIT)) {
			take_out(parent, child);
			dead = child;
		}
	} else if (result == 0) {
		report->pid = 0;
		result = call.any ? 0 : -ECHILD;
	} else if (result > 0) {
		result = report->pid;
	}
	spin_unlock(&process_lock);
	if (dead) {
		reap(dead);
		notice(NOTICE_REAP);
	}
	return result;
}
