// resource.c: limits, priorities and usage of resources.
#include <abi/resource.h>

#include "proc/limits.h"
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

	if (new &&copyin(aspace_current(), &limit, new, sizeof(limit)))
		return -EFAULT;
	error = exchange_limit(pid, resource, new ? &limit : NULL, &before);
	if (error || !old)
		return error;
	return copyout(aspace_current(), old, &before, sizeof(before));
}

// Time since the process began stands for the time that it has used: nobody measures that.
SYSCALL2(getrusage, int, who, void __user *, store)
{
	uint64_t ns = clock_ns() - process_current()->started;
	struct rusage usage;

	if (who != RUSAGE_SELF && who != RUSAGE_CHILDREN && who != RUSAGE_THREAD)
		return -EINVAL;
	memset(&usage, 0, sizeof(usage));
	if (who != RUSAGE_CHILDREN) {
		usage.ru_utime.tv_sec = (time_t)(ns / NS_PER_SECOND);
		usage.ru_utime.tv_usec = (suseconds_t)(ns % NS_PER_SECOND / 1000);
	}
	return copyout(aspace_current(), store, &usage, sizeof(usage));
}

static bool is_caller(int which, pid_t who)
{
	return which == PRIO_USER || who == 0 || who == process_current()->pid ||
	       (which == PRIO_PGRP && who == process_current()->pgid);
}

// All threads take turns alike. The call reports 20 less the nice value, which is always 0.
SYSCALL2(getpriority, int, which, pid_t, who)
{
	if (which < PRIO_PROCESS || which > PRIO_USER)
		return -EINVAL;
	return is_caller(which, who) ? 20 : -ESRCH;
}

SYSCALL3(setpriority, int, which, pid_t, who, int, nice)
{
	(void)nice;
	if (which < PRIO_PROCESS || which > PRIO_USER)
		return -EINVAL;
	return is_caller(which, who) ? 0 : -ESRCH;
}
