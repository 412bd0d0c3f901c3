// sys_signal_wait.c: calls that wait for signals without handlers, and that send them with a value
// (sigwaitinfo(2), sigqueue(3)).
#include "proc/process.h"
#include "proc/process_permission.h"
#include "proc/signal_frame.h"
#include "proc/thread_group.h"
#include "sys/sys_poll.h"
#include "sys/sys_signal.h"
#include "sys/sys_signal_wait.h"
#include "sys/syscall.h"
#include "thread/timer.h"
#include "vm/uaccess.h"
#include <abi/signal.h>

// Wait until a signal of `set` is pending, and take it. Returns it, with its description in *info;
// -EAGAIN at the deadline (0: do not wait); -EINTR if another signal comes.
static int wait_for(sigmask_t set, uint64_t deadline, struct signal_info *info)
{
	struct waitq nobody = WAITQ_INIT(nobody);
	int signo, error = 0;

	set &= ~UNBLOCKABLE_SIGNALS;
	signal_begin_wait(deadline ? set : 0);
	for (;;) {
		signo = signal_take_from(set, info);
		if (signo || !deadline || error)
			break;
		if (signal_other_pending(set))
			error = -EINTR;
		else
			error = waitq_sleep(&nobody, NULL, WAIT_INTERRUPTIBLE, deadline);
	}
	signal_end_wait();
	if (signo)
		return signo;
	return error == -EINTR ? -EINTR : -EAGAIN;
}

// Do sigtimedwait(2). The description is stored last; the signal is gone if that fails.
static long timed_wait(const void __user *user_set, void __user *store, uint64_t deadline)
{
	struct signal_info info;
	siginfo_t siginfo;
	sigset_t set;
	int signo;

	if (copyin(aspace_current(), &set, user_set, sizeof(set)))
		return -EFAULT;
	signo = wait_for(sigset_to_mask(set), deadline, &info);
	if (signo <= 0 || !store)
		return signo;
	signal_fill_siginfo(&siginfo, signo, &info);
	return copyout(aspace_current(), store, &siginfo, sizeof(siginfo)) ? -EFAULT : signo;
}

// sigtimedwait(2).
SYSCALL4(rt_sigtimedwait, const void __user *, set, void __user *, store,
         const struct timespec __user *, timeout, size_t, size)
{
	uint64_t deadline;
	int error = size == sizeof(sigset_t) ? poll_deadline(timeout, &deadline) : -EINVAL;

	return error ? error : timed_wait(set, store, deadline);
}

// sigtimedwait(2) with seconds of 64 bits.
SYSCALL4(rt_sigtimedwait_time64, const void __user *, set, void __user *, store,
         const struct timespec64 __user *, timeout, size_t, size)
{
	uint64_t deadline;
	int error = size == sizeof(sigset_t) ? poll_deadline64(timeout, &deadline) : -EINVAL;

	return error ? error : timed_wait(set, store, deadline);
}

int signal_fetch_info(struct signal_info *info, int *signo_store, const void __user *user, bool own)
{
	siginfo_t siginfo;

	assert_no_lock();
	if (copyin(aspace_current(), &siginfo, user, sizeof(siginfo)))
		return -EFAULT;
	if (!own && (siginfo.si_code >= 0 || siginfo.si_code == SI_TKILL))
		return -EPERM;
	*signo_store = siginfo.si_signo;
	*info = (struct signal_info){
		.code = siginfo.si_code,
		.addr = (uintptr_t)siginfo.si_addr,
		.pid = siginfo.si_pid,
		.uid = siginfo.si_uid,
		.value = (uintptr_t)siginfo.si_ptr,
		.status = siginfo.si_status,
	};
	return 0;
}

// sigqueue(3): the call behind it.
SYSCALL3(rt_sigqueueinfo, pid_t, pid, int, signo, const void __user *, user)
{
	struct signal_info info;
	struct process *process;
	int named, error = signal_fetch_info(&info, &named, user, pid == process_current()->pid);

	if (error)
		return error;
	spin_lock(&process_lock);
	process = process_of_tid(pid);
	error = process ? access_signal(process, signo) : -ESRCH;
	if (!error && signo)
		error = signal_send(process, signo, &info);
	spin_unlock(&process_lock);
	return error;
}

// Like rt_sigqueueinfo, to a thread.
SYSCALL4(rt_tgsigqueueinfo, pid_t, pid, pid_t, tid, int, signo, const void __user *, user)
{
	struct signal_info info;
	int named, error = signal_fetch_info(&info, &named, user, tid == thread_current()->tid);

	if (error)
		return error;
	if (pid <= 0 || tid <= 0)
		return -EINVAL;
	return send_to_thread(pid, tid, signo, &info);
}
