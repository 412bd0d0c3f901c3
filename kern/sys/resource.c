// resource.c: limits, priorities and usage of resources.
#include <abi/resource.h>

#include "proc/limits.h"
#include "proc/process.h"
#include "sys/syscall.h"
#include "thread/timer.h"
#include "vm/uaccess.h"

static long get_limit(int resource, void __user *store)
{
	if (resource < 0 || resource >= RLIM_NLIMITS)
		return -EINVAL;
	return copyout(aspace_current(), store, &process_current()->limits[resource],
	               sizeof(struct rlimit));
}

SYSCALL2(getrlimit, int, resource, void __user *, store)
{
	return get_limit(resource, store);
}

SYSCALL2(ugetrlimit, int, resource, void __user *, store)
{
	return get_limit(resource, store);
}

SYSCALL2(setrlimit, int, resource, const void __user *, from)
{
	struct rlimit limit;

	if (copyin(aspace_current(), &limit, from, sizeof(limit)))
		return -EFAULT;
	return limits_set(resource, &limit);
}

// Between 32 and 64 bits: what is beyond the small is no limit at all.
static struct rlimit narrow(const struct rlimit64 *limit)
{
	return (struct rlimit){ (rlim_t)MIN(limit->rlim_cur, RLIM_INFINITY),
		                (rlim_t)MIN(limit->rlim_max, RLIM_INFINITY) };
}

static uint64_t widen(rlim_t limit)
{
	return limit == RLIM_INFINITY ? RLIM64_INFINITY : limit;
}

SYSCALL4(prlimit64, pid_t, pid, int, resource, const void __user *, new, void __user *, old)
{
	struct process *process = process_current();
	struct rlimit64 limit, before;
	struct rlimit small;
	int error;

	if (resource < 0 || resource >= RLIM_NLIMITS)
		return -EINVAL;
	if (new &&copyin(aspace_current(), &limit, new, sizeof(limit)))
		return -EFAULT;
	if (pid != 0 && pid != process->pid)
		return -ESRCH;
	before.rlim_cur = widen(process->limits[resource].rlim_cur);
	before.rlim_max = widen(process->limits[resource].rlim_max);
	if (new) {
		if (limit.rlim_cur > limit.rlim_max)
			return -EINVAL;
		small = narrow(&limit);
		error = limits_set(resource, &small);
		if (error)
			return error;
	}
	return old ? copyout(aspace_current(), old, &before, sizeof(before)) : 0;
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
