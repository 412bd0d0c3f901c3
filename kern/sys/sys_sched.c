// sys_sched.c: scheduling (sched(7)) and memory barriers. There is one class of threads, which take
// turns, and one processor.
#include "proc/process.h"
#include "proc/process_permission.h"
#include "proc/thread_group.h"
#include "sys/sys_timespec.h"
#include "sys/syscall.h"
#include "thread/time_slice.h"
#include "vm/uaccess.h"
#include <abi/membarrier.h>
#include <abi/sched.h>
#include <abi/time.h>

#define REALTIME_PRIORITY_MAX 99 // of SCHED_FIFO and SCHED_RR, which only have names here
#define RESET_ON_FORK 0x40000000

// Returns true if there is a thread `tid` (0: the caller) that programs may ask about.
static bool thread_exists(pid_t tid)
{
	bool exists;

	spin_lock(&process_lock);
	exists = tid == 0 || (tid != PID_INIT && process_of_tid(tid));
	spin_unlock(&process_lock);
	return exists;
}

// Check whether the caller may change how thread `tid` (0: the caller) is scheduled. Returns 0, -ESRCH
// or -EPERM. A thread that has ended accepts everything.
static int check_change(pid_t tid)
{
	const struct thread *thread;
	int error = 0;

	if (!thread_exists(tid))
		return -ESRCH;
	spin_lock(&process_lock);
	thread = tid ? thread_find(tid) : thread_current();
	if (thread)
		error = access_schedule(thread);
	spin_unlock(&process_lock);
	return error;
}

// sched_yield(2).
SYSCALL0(sched_yield)
{
	thread_yield();
	return 0;
}

// sched_getaffinity(2): one CPU, for all. Returns the size of the mask that was stored, unlike the
// C library's function.
SYSCALL3(sched_getaffinity, pid_t, tid, size_t, len, void __user *, mask)
{
	uint32_t cpus = 1;

	if (len < sizeof(cpus) || len % sizeof(cpus))
		return -EINVAL;
	if (!thread_exists(tid))
		return -ESRCH;
	return copyout(aspace_current(), mask, &cpus, sizeof(cpus)) ? -EFAULT : (long)sizeof(cpus);
}

// sched_setaffinity(2): the one CPU must be among those that are asked for. The mask is fetched
// first; what it does not have is zero.
SYSCALL3(sched_setaffinity, pid_t, tid, size_t, len, const void __user *, mask)
{
	uint32_t cpus = 0;
	int error;

	if (copyin(aspace_current(), &cpus, mask, MIN(len, sizeof(cpus))))
		return -EFAULT;
	error = check_change(tid);
	if (error)
		return error;
	return cpus & 1 ? 0 : -EINVAL;
}

// Returns true if Linux has the scheduling class `policy`.
static bool policy_known(int policy)
{
	return policy == SCHED_OTHER || policy == SCHED_FIFO || policy == SCHED_RR ||
	       policy == SCHED_BATCH || policy == SCHED_IDLE;
}

// Set the class of thread `tid`. Real-time classes are refused: a thread with one would expect to
// keep the processor. The others are all one. Returns 0; -EINVAL; -ESRCH; -EPERM.
static int set_policy(pid_t tid, int policy, int priority)
{
	bool realtime = policy == SCHED_FIFO || policy == SCHED_RR;

	if (!thread_exists(tid))
		return -ESRCH;
	if (!policy_known(policy))
		return -EINVAL;
	if (realtime ? priority < 1 || priority > REALTIME_PRIORITY_MAX : priority != 0)
		return -EINVAL;
	return realtime ? -EPERM : check_change(tid);
}

// sched_setscheduler(2).
SYSCALL3(sched_setscheduler, pid_t, tid, int, policy, const int __user *, param)
{
	int priority;

	if (policy < 0 || !param || tid < 0)
		return -EINVAL;
	if (get_user(aspace_current(), &priority, param))
		return -EFAULT;
	return set_policy(tid, policy & ~RESET_ON_FORK, priority);
}

// sched_getscheduler(2).
SYSCALL1(sched_getscheduler, pid_t, tid)
{
	if (tid < 0)
		return -EINVAL;
	return thread_exists(tid) ? SCHED_OTHER : -ESRCH;
}

// sched_setparam(2): the only priority of the one class is 0.
SYSCALL2(sched_setparam, pid_t, tid, const int __user *, param)
{
	int priority;

	if (!param || tid < 0)
		return -EINVAL;
	if (get_user(aspace_current(), &priority, param))
		return -EFAULT;
	return set_policy(tid, SCHED_OTHER, priority);
}

// sched_getparam(2).
SYSCALL2(sched_getparam, pid_t, tid, int __user *, param)
{
	if (!param || tid < 0)
		return -EINVAL;
	if (!thread_exists(tid))
		return -ESRCH;
	return put_user(aspace_current(), param, 0);
}

// sched_get_priority_max(2).
SYSCALL1(sched_get_priority_max, int, policy)
{
	if (!policy_known(policy))
		return -EINVAL;
	return policy == SCHED_FIFO || policy == SCHED_RR ? REALTIME_PRIORITY_MAX : 0;
}

// sched_get_priority_min(2).
SYSCALL1(sched_get_priority_min, int, policy)
{
	if (!policy_known(policy))
		return -EINVAL;
	return policy == SCHED_FIFO || policy == SCHED_RR ? 1 : 0;
}

// Do sched_rr_get_interval(2).
static int get_interval(pid_t tid, void __user *store, bool wide)
{
	if (tid < 0)
		return -EINVAL;
	return thread_exists(tid) ? put_ns(store, SLICE_NS, wide) : -ESRCH;
}

// sched_rr_get_interval(2).
SYSCALL2(sched_rr_get_interval, pid_t, tid, void __user *, store)
{
	return get_interval(tid, store, false);
}

// sched_rr_get_interval(2) with seconds of 64 bits.
SYSCALL2(sched_rr_get_interval_time64, pid_t, tid, void __user *, store)
{
	return get_interval(tid, store, true);
}

#define MEMBARRIER_KNOWN                                                               \
	(MEMBARRIER_CMD_GLOBAL | MEMBARRIER_CMD_GLOBAL_EXPEDITED |                     \
	 MEMBARRIER_CMD_REGISTER_GLOBAL_EXPEDITED | MEMBARRIER_CMD_PRIVATE_EXPEDITED | \
	 MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED)

// membarrier(2). With one processor every thread that does not run has passed a barrier: the switch.
// A process must have registered before it uses the private one.
SYSCALL3(membarrier, int, command, uint32_t, flags, int, cpu)
{
	struct process *process = process_current();

	(void)cpu;
	if (flags)
		return -EINVAL;
	switch (command) {
	case MEMBARRIER_CMD_QUERY:
		return MEMBARRIER_KNOWN;
	case MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED:
		process->has_barriers = true;
		return 0;
	case MEMBARRIER_CMD_PRIVATE_EXPEDITED:
		return process->has_barriers ? 0 : -EPERM;
	case MEMBARRIER_CMD_GLOBAL:
	case MEMBARRIER_CMD_GLOBAL_EXPEDITED:
	case MEMBARRIER_CMD_REGISTER_GLOBAL_EXPEDITED:
		return 0;
	default:
		return -EINVAL;
	}
}

// getcpu(2). There is one processor, and one node of memory.
SYSCALL2(getcpu, uint32_t __user *, cpu, uint32_t __user *, node)
{
	if (cpu && put_user(aspace_current(), cpu, 0u))
		return -EFAULT;
	return node ? put_user(aspace_current(), node, 0u) : 0;
}
