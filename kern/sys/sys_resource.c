// sys_resource.c: limits, priorities and usage of resources.
#include <abi/resource.h>

#include "proc/rlimits.h"
#include "proc/process.h"
#include "sys/syscall.h"
#include "thread/timer.h"
#include "vm/uaccess.h"

// What the first getrlimit of Linux reports in the place of anything larger.
#define OLD_LIMIT_MAX 0x7fffffffu

// Exchange a limit of process `pid` (0: the caller's) as limits_exchange does. -ESRCH: there is no such
// process.
static int exchange_limit(pid_t pid, int resource, const struct rlimit64 *new, struct rlimit64 *old)
{
	struct process *process;
	int error = -ESRCH;

	spin_lock(&process_lock);
	process = pid ? process_find(pid) : process_current();
	if (process)
		error = limits_exchange(process, resource, new, old);
	spin_unlock(&process_lock);
	return error;
}

// Store the caller's limit in 32 bits each; `most` stands for whatever is larger.
static long get_limit(int resource, struct rlimit __user *store, rlim_t most)
{
	struct rlimit64 limit;
	struct rlimit narrow;
	int error = exchange_limit(0, resource, NULL, &limit);

	if (error)
		return error;
	narrow.rlim_cur = (rlim_t)MIN(limit.rlim_cur, (uint64_t)most);
	narrow.rlim_max = (rlim_t)MIN(limit.rlim_max, (uint64_t)most);
	return copyout(aspace_current(), store, &narrow, sizeof(narrow));
}

SYSCALL2(getrlimit, int, resource, void __user *, store)
{
	return get_limit(resource, store, OLD_LIMIT_MAX);
}

SYSCALL2(ugetrlimit, int, resource, void __user *, store)
{
	return get_limit(resource, store, RLIM_INFINITY);
}

// A limit of 32 bits in 64.
static uint64_t widen(rlim_t limit)
{
	return limit == RLIM_INFINITY ? RLIM64_INFINITY : limit;
}

SYSCALL2(setrlimit, int, resource, const void __user *, from)
{
	struct rlimit64 limit;
	struct rlimit narrow;

	if (copyin(aspace_current(), &narrow, from, sizeof(narrow)))
		return -EFAULT;
	limit = (struct rlimit64){ widen(narrow.rlim_cur), widen(narrow.rlim_max) };
	return exchange_limit(0, resource, &limit, NULL);
}

SYSCALL4(prlimit64, pid_t, pid, int, resource, const void __user *, new, void __user *, old)
{
	struct rlimit64 limit, before;
	int error;

	if (new != NULL && copyin(aspace_current(), &limit, new, sizeof(limit)))
		return -EFAULT;
	error = exchange_limit(pid, resource, new ? &limit : NULL, &before);
	if (error || !old)
		return error;
	return copyout(aspace_current(), old, &before, sizeof(before));
}

SYSCALL2(getrusage, int, who, void __user *, store)
{
	struct process *process = process_current();
	struct cpu_time *before;
	struct rusage report;
	struct usage usage;

	if (who != RUSAGE_SELF && who != RUSAGE_CHILDREN && who != RUSAGE_THREAD)
		return -EINVAL;
	spin_lock(&process_lock);
	if (who == RUSAGE_CHILDREN) {
		usage = process->reaped;
		before = &process->reported_reaped;
	} else if (who == RUSAGE_THREAD) {
		usage_of_thread(thread_current(), &usage);
		before = &thread_current()->reported;
	} else {
		usage_of_process(process, &usage);
		before = &process->reported;
	}
	report = usage_report(&usage, before);
	spin_unlock(&process_lock);
	return copyout(aspace_current(), store, &report, sizeof(report));
}

#define NICE_MIN (-20)
#define NICE_MAX 19

// A call's change of niceness, or its question about it: nobody is meant so far.
struct nice_call {
	bool set;
	int nice; // to set, or the lowest found
	bool found;
};

static void nice_visit(struct process *process, struct nice_call *call)
{
	struct thread *thread;

	if (process->zombie)
		return;
	list_for_each(thread, &process->threads, process_link) {
		if (call->set)
			thread->nice = (int8_t)call->nice;
		else if (!call->found || thread->nice < call->nice)
			call->nice = thread->nice;
		call->found = true;
	}
}

#define NICE_COST 60 // instructions or so, to look at a process

// Visit whom `which` and `who` mean: a process, the members of a group, or all of a user's; `who` 0
// stands for the caller's own. All processes are root's. Returns 0, -EINVAL or -ESRCH.
static int nice_run(int which, pid_t who, struct nice_call *call)
{
	struct process *self = process_current(), *process;
	struct process_walk walk = { 0 };

	if (which < PRIO_PROCESS || which > PRIO_USER)
		return -EINVAL;
	if (which == PRIO_USER && who != 0)
		return -ESRCH;
	spin_lock(&process_lock);
	if (which == PRIO_PROCESS) {
		process = who ? process_find(who) : self;
		if (process)
			nice_visit(process, call);
	} else {
		while ((process = process_walk_next(&walk, NICE_COST)))
			if (which == PRIO_USER || process->pgid == (who ? who : self->pgid))
				nice_visit(process, call);
	}
	spin_unlock(&process_lock);
	return call->found ? 0 : -ESRCH;
}

// Reports 20 less the nice value, so that no result looks like an error.
SYSCALL2(getpriority, int, which, pid_t, who)
{
	struct nice_call call = { .set = false };
	int error = nice_run(which, who, &call);

	return error ? error : 20 - call.nice;
}

SYSCALL3(setpriority, int, which, pid_t, who, int, nice)
{
	struct nice_call call = { .set = true, .nice = MAX(MIN(nice, NICE_MAX), NICE_MIN) };

	return nice_run(which, who, &call);
}

SYSCALL1(nice, int, change)
{
	struct thread *thread = thread_current();
	int nice = thread->nice + MAX(MIN(change, 40), -40);

	thread->nice = (int8_t)MAX(MIN(nice, NICE_MAX), NICE_MIN);
	return 0;
}
