// sys_resource.c: limits, priorities and usage of resources (getrlimit(2), getpriority(2),
// getrusage(2)).
#include <abi/resource.h>

#include "proc/process.h"
#include "proc/process_permission.h"
#include "proc/rlimits.h"
#include "proc/thread_group.h"
#include "sys/syscall.h"
#include "thread/credentials.h"
#include "thread/timer.h"
#include "thread/why.h"
#include "vm/uaccess.h"

// The greatest limit that the oldest getrlimit reports: programs that use it read limits as
// signed.
#define OLD_LIMIT_MAX 0x7fffffffu

// Read and change a limit of process `pid` (0: the caller) in one step, as limits_exchange does.
// Returns as limits_exchange; -ESRCH if there is no such process.
static int exchange_limit(pid_t pid, int resource, const struct rlimit64 *new, struct rlimit64 *old)
{
	struct process *process;
	int error = -ESRCH;

	spin_lock(&process_lock);
	process = pid ? process_find(pid) : process_current();
	if (process)
		error = access_limits(process);
	if (!error)
		error = limits_exchange(process, resource, new, old);
	spin_unlock(&process_lock);
	return error;
}

// Store a limit of the caller in 32 bits each for the soft and the hard limit. `most` takes the
// place of greater numbers. Returns 0 or -errno.
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

// The oldest getrlimit. The C library uses ugetrlimit or prlimit64.
SYSCALL2(getrlimit, int, resource, void __user *, store)
{
	return get_limit(resource, store, OLD_LIMIT_MAX);
}

// getrlimit(2): RLIM_INFINITY is the greatest number of 32 bits.
SYSCALL2(ugetrlimit, int, resource, void __user *, store)
{
	return get_limit(resource, store, RLIM_INFINITY);
}

// Returns a limit of 32 bits in 64: infinity stays infinity.
static uint64_t widen(rlim_t limit)
{
	return limit == RLIM_INFINITY ? RLIM64_INFINITY : limit;
}

// setrlimit(2). Only CAP_SYS_RESOURCE may raise hard limits; a soft limit above the hard one is EINVAL.
SYSCALL2(setrlimit, int, resource, const void __user *, from)
{
	struct rlimit64 limit;
	struct rlimit narrow;

	if (copyin(aspace_current(), &narrow, from, sizeof(narrow)))
		return -EFAULT;
	limit = (struct rlimit64){ widen(narrow.rlim_cur), widen(narrow.rlim_max) };
	return exchange_limit(0, resource, &limit, NULL);
}

// prlimit(2): reads and sets a limit of any process, in 64 bits. The old limit is the one before
// the change, although it is stored last.
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

// getrusage(2). What was reported before is kept for each subject, so that no time ever goes
// back.
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

// A change of nice values, or a question about them.
struct nice_call {
	bool set;
	int nice;   // the value to set, or the lowest that was found
	bool found; // some process was meant
	int error;  // what refused the last change that was refused
};

// Returns true if the nice value of `thread` may become `nice`: a lower one takes CAP_SYS_NICE, unless
// RLIMIT_NICE of its process admits it.
static bool may_be_nice(const struct thread *thread, int nice)
{
	return nice >= thread->nice || capable(CAP_SYS_NICE) ||
	       (uint64_t)(20 - nice) <= thread->limits[RLIMIT_NICE].rlim_cur;
}

// Set the nice value of a thread. Returns 0; -EPERM for another user's thread; -EACCES.
static int set_nice(struct thread *thread, int nice)
{
	int error = access_schedule(thread);

	if (!error && !may_be_nice(thread, nice))
		error = WHY(-EACCES, "only CAP_SYS_NICE may lower a nice value");
	if (!error)
		thread->nice = (int8_t)nice;
	return error;
}

// Set the nice value of a thread, or look for the lowest.
static void nice_visit_thread(struct thread *thread, struct nice_call *call)
{
	int error = call->set ? set_nice(thread, call->nice) : 0;

	if (error)
		call->error = error;
	else if (!call->set && (!call->found || thread->nice < call->nice))
		call->nice = thread->nice;
	call->found = true;
}

// Set the nice value of a process's threads, or look for the lowest. A zombie has no threads
// that could run, so it does not count as found.
static void nice_visit(struct process *process, struct nice_call *call)
{
	struct thread *thread;

	if (process->zombie)
		return;
	list_for_each(thread, &process->threads, process_link)
		nice_visit_thread(thread, call);
}

#define NICE_COST 60 // about how many instructions it takes to look at a process

// Visit what `which` and `who` name: a thread, the members of a group, or all of a user's processes.
// `who` 0 stands for the caller's own. Returns 0; -EINVAL for an unknown `which`; -ESRCH if no process
// is meant; -EPERM or -EACCES if a change was refused.
static int nice_run(int which, pid_t who, struct nice_call *call)
{
	struct process *self = process_current(), *process;
	struct process_walk walk = { 0 };
	struct thread *thread;

	if (which < PRIO_PROCESS || which > PRIO_USER)
		return -EINVAL;
	if (which == PRIO_USER && who == 0)
		who = (pid_t)credentials_current()->user.real;
	spin_lock(&process_lock);
	if (which == PRIO_PROCESS) {
		thread = who ? thread_find(who) : thread_current();
		if (thread)
			nice_visit_thread(thread, call);
	} else {
		while ((process = process_walk_next(&walk, NICE_COST)))
			if (which == PRIO_USER ?
			            process_credentials(process)->user.real == (uid_t)who :
			            process->pgid == (who ? who : self->pgid))
				nice_visit(process, call);
	}
	spin_unlock(&process_lock);
	return call->found ? call->error : -ESRCH;
}

// getpriority(2). The call returns 20 minus the nice value, 1 to 40, so that no result looks
// like an error; the C library converts it.
SYSCALL2(getpriority, int, which, pid_t, who)
{
	struct nice_call call = { .set = false };
	int error = nice_run(which, who, &call);

	return error ? error : 20 - call.nice;
}

// setpriority(2). Values out of range become the nearest that is allowed, as on Linux.
SYSCALL3(setpriority, int, which, pid_t, who, int, nice)
{
	struct nice_call call = { .set = true, .nice = MAX(MIN(nice, NICE_MAX), NICE_MIN) };

	return nice_run(which, who, &call);
}

// nice(2). The change is limited first, so that the sum cannot overflow. Returns 0; the C
// library asks for the new value.
SYSCALL1(nice, int, change)
{
	struct thread *thread = thread_current();
	int nice = thread->nice + MAX(MIN(change, 40), -40);

	nice = MAX(MIN(nice, NICE_MAX), NICE_MIN);
	if (change < 0 && !may_be_nice(thread, nice))
		return -EPERM;
	thread->nice = (int8_t)nice;
	return 0;
}
