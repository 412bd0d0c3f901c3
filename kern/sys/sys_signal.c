// sys_signal.c: calls that send signals and set what becomes of them (signal(7)).
#include "proc/altstack.h"
#include "proc/group_signals.h"
#include "proc/process.h"
#include "proc/process_permission.h"
#include "proc/signal_frame.h"
#include "proc/thread_group.h"
#include "sys/sys_signal.h"
#include "sys/syscall.h"
#include "vm/uaccess.h"
#include <abi/signal.h>

// Returns true if there is a signal of this number.
static bool signo_ok(int signo)
{
	return signo > 0 && signo < NSIG;
}

// Check a signal number; 0 stands for none and is valid: kill(2) then only looks whether the
// process exists. Linux looks for the process first, and checks the number then. Returns 0 or
// -EINVAL.
static long check_signo(int signo)
{
	return signo == 0 || signo_ok(signo) ? 0 : -EINVAL;
}

// kill(-1): a signal to all processes.
struct everyone {
	int signo;
	bool any; // there is a process that is meant
};

// A choice for signal_send_chosen: kill(-1) spares process 1 and the caller, and leaves out those that
// the caller may not send to.
static bool is_other(struct process *process, void *arg)
{
	struct everyone *everyone = arg;

	if (process->pid == PID_INIT || process == process_current())
		return false;
	everyone->any = true;
	return !access_signal(process, everyone->signo);
}

// Send a signal to process `pid`; a thread's number means its process, and this thread takes the
// signal if it can, as on Linux. Returns 0 or
// -errno. A zombie accepts signals and ignores them.
static long send_to_process(pid_t pid, int signo, const struct signal_info *info)
{
	struct process *process;
	struct thread *thread;
	long error = 0;

	spin_lock(&process_lock);
	process = process_of_tid(pid);
	thread = thread_find(pid);
	error = process ? access_signal(process, signo) : -ESRCH;
	if (!error && signo && thread)
		error = signal_send_first(thread, signo, info);
	else if (!error && signo)
		error = signal_send(process, signo, info);
	spin_unlock(&process_lock);
	return error;
}

// The number of a process whose first thread has ended is still valid: the signal is ignored.
int send_to_thread(pid_t pid, pid_t tid, int signo, const struct signal_info *info)
{
	struct process *process;
	struct thread *thread;
	int error;

	spin_lock(&process_lock);
	process = process_of_tid(tid);
	thread = thread_find(tid);
	if (!process || (pid && process->pid != pid))
		error = -ESRCH;
	else
		error = access_signal(process, signo);
	if (!error && signo && thread)
		error = signal_send_thread(thread, signo, info);
	spin_unlock(&process_lock);
	return error;
}

// kill(2). Above 0: a process; 0: the caller's group; -1: all; below: the group -pid. A failure
// for some of several processes is no error; kill(-1) never is one if there are any.
SYSCALL2(kill, pid_t, pid, int, signo)
{
	struct process *self = process_current();
	struct signal_info info = signal_info_own(SI_USER);
	struct everyone everyone = { .signo = signo };
	int count;

	if (pid == INT32_MIN)
		return -ESRCH;
	if (pid > 0)
		return send_to_process(pid, signo, &info);
	if (pid == -1) {
		signal_send_chosen(is_other, &everyone, signo, &info);
		return everyone.any ? check_signo(signo) : -ESRCH;
	}
	count = signal_kill_group(pid == 0 ? self->pgid : -pid, signo, &info);
	if (count == 0)
		return -ESRCH;
	return check_signo(signo) ? -EINVAL : MIN(count, 0);
}

// tkill(2).
SYSCALL2(tkill, pid_t, tid, int, signo)
{
	struct signal_info info = signal_info_own(SI_TKILL);

	return tid <= 0 ? -EINVAL : send_to_thread(0, tid, signo, &info);
}

// tgkill(2).
SYSCALL3(tgkill, pid_t, tgid, pid_t, tid, int, signo)
{
	struct signal_info info = signal_info_own(SI_TKILL);

	return tgid <= 0 || tid <= 0 ? -EINVAL : send_to_thread(tgid, tid, signo, &info);
}

// The flags that sigaction keeps. Others are cleared, so that a program can read back which
// flags the kernel knows (sigaction(2), "Dynamically probing for flag bit support").
#define SA_KNOWN                                                                                   \
	(SA_NOCLDSTOP | SA_NOCLDWAIT | SA_SIGINFO | SA_EXPOSE_TAGBITS | SA_RESTORER | SA_ONSTACK | \
	 SA_RESTART | SA_NODEFER | SA_RESETHAND)

// Remove what an action cannot have: unknown flags, and SIGKILL and SIGSTOP from its mask.
static void mask_unblockable(struct sigaction *action)
{
	action->sa_flags &= SA_KNOWN;
	action->sa_mask = mask_to_sigset(sigset_to_mask(action->sa_mask) & ~UNBLOCKABLE_SIGNALS);
}

int action_exchange(int signo, struct sigaction *new, struct sigaction *old)
{
	struct process *process = process_current();

	assert_no_lock();
	if (!signo_ok(signo) || (new && (signo == SIGKILL || signo == SIGSTOP)))
		return -EINVAL;
	*old = signal_action(&process->signals, signo);
	if (!new)
		return 0;
	mask_unblockable(new);
	return signal_set_action(process, signo, new);
}

// sigaction(2). The new action is fetched before the signal's number is checked; the old one is
// stored last, after the change.
SYSCALL4(rt_sigaction, int, signo, const void __user *, new, void __user *, old, size_t, set_size)
{
	struct sigaction action, before;
	int error;

	if (set_size != sizeof(sigset_t))
		return -EINVAL;
	if (new != NULL && copyin(aspace_current(), &action, new, sizeof(action)))
		return -EFAULT;
	error = action_exchange(signo, new ? &action : NULL, &before);
	if (error || !old)
		return error;
	return copyout(aspace_current(), old, &before, sizeof(before));
}

int mask_change(int how, sigmask_t set)
{
	sigmask_t mask = thread_current()->sigmask;

	switch (how) {
	case SIG_BLOCK:
		mask |= set;
		break;
	case SIG_UNBLOCK:
		mask &= ~set;
		break;
	case SIG_SETMASK:
		mask = set;
		break;
	default:
		return -EINVAL;
	}
	signal_set_mask(mask);
	return 0;
}

// sigprocmask(2). `how` counts only if there is a new mask. Signals that cannot be blocked are
// left out silently. If the old mask cannot be stored, the change stays.
SYSCALL4(rt_sigprocmask, int, how, const void __user *, new, void __user *, old, size_t, set_size)
{
	sigset_t before = mask_to_sigset(thread_current()->sigmask), set;
	int error = 0;

	if (set_size != sizeof(sigset_t))
		return -EINVAL;
	if (new) {
		if (copyin(aspace_current(), &set, new, sizeof(set)))
			return -EFAULT;
		error = mask_change(how, sigset_to_mask(set));
	}
	if (error || !old)
		return error;
	return copyout(aspace_current(), old, &before, sizeof(before));
}

// sigpending(2): pending for the thread or its process, and blocked. A smaller set is stored in
// part.
SYSCALL2(rt_sigpending, void __user *, store, size_t, set_size)
{
	sigset_t set = mask_to_sigset(signal_pending() & thread_current()->sigmask);

	if (set_size > sizeof(set))
		return -EINVAL;
	return copyout(aspace_current(), store, &set, set_size);
}

// sigreturn(2): a handler has returned. The registers come from the frame on the program's
// stack, so the result must be the EAX that is there.
SYSCALL0(sigreturn)
{
	return sigframe_return(false);
}

// sigreturn(2), from a handler with SA_SIGINFO, whose frame is another one.
SYSCALL0(rt_sigreturn)
{
	return sigframe_return(true);
}

// Sleep until a signal is pending that the thread does not block.
static void wait_for_signal(void)
{
	struct waitq nobody = WAITQ_INIT(nobody);

	while (!thread_signal_pending())
		waitq_sleep(&nobody, NULL, WAIT_INTERRUPTIBLE, NO_DEADLINE);
}

long suspend_with(sigmask_t mask)
{
	struct thread *thread = thread_current();

	assert_no_lock();
	thread->saved_sigmask = thread->sigmask;
	signal_set_mask(mask);
	wait_for_signal();
	thread->restore_sigmask = true;
	return -ERESTARTNOHAND;
}

// sigsuspend(2).
SYSCALL2(rt_sigsuspend, const void __user *, mask, size_t, set_size)
{
	sigset_t set;

	if (set_size != sizeof(set))
		return -EINVAL;
	if (copyin(aspace_current(), &set, mask, sizeof(set)))
		return -EFAULT;
	return suspend_with(sigset_to_mask(set));
}

// pause(2): never returns anything but EINTR.
SYSCALL0(pause)
{
	wait_for_signal();
	return -ERESTARTNOHAND;
}

// sigaltstack(2). The old stack is read before the new one is set, and stored last. A stack in
// use cannot be changed: EPERM.
SYSCALL2(sigaltstack, const void __user *, new, void __user *, old)
{
	struct thread *thread = thread_current();
	uintptr_t sp = thread_user_frame(thread)->esp;
	stack_t before = altstack_get(thread, sp), stack;
	int error;

	if (new) {
		if (copyin(aspace_current(), &stack, new, sizeof(stack)))
			return -EFAULT;
		error = altstack_set(thread, &stack, sp);
		if (error)
			return error;
	}
	return old ? copyout(aspace_current(), old, &before, sizeof(before)) : 0;
}
