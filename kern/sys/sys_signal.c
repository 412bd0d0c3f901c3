// sys_signal.c: calls that send signals and say what to do with them.
#include <abi/signal.h>
#include "proc/altstack.h"
#include "proc/process.h"
#include "proc/signal_frame.h"
#include "sys/syscall.h"
#include "vm/uaccess.h"

static bool signo_ok(int signo)
{
	return signo > 0 && signo < NSIG;
}

// A signal number where 0 stands for none. Linux looks for the process first, and at the number
// then.
static long check_signo(int signo)
{
	return signo == 0 || signo_ok(signo) ? 0 : -EINVAL;
}

#define SEND_COST 300 // instructions or so, to send a signal
#define LOOK_COST 20  // to look at a process that gets none

// Send to everybody but init and the caller. Returns how many there were.
static int send_to_all(int signo, const struct signal_info *info)
{
	struct process_walk walk = { 0 };
	struct process *process;
	uint32_t cost = 0;
	int count = 0;

	spin_lock(&process_lock);
	while ((process = process_walk_next(&walk, cost))) {
		cost = LOOK_COST;
		if (process->pid == PID_INIT || process == process_current())
			continue;
		count++;
		if (!signo_ok(signo))
			continue;
		cost = SEND_COST;
		signal_send(process, signo, info);
	}
	spin_unlock(&process_lock);
	return count;
}

// Send to the process `pid`, or with `thread` to its thread of the same number alone.
static long send_to(pid_t pid, int signo, const struct signal_info *info, bool thread)
{
	struct process *process;
	long error = 0;

	spin_lock(&process_lock);
	process = process_find(pid);
	if (!process)
		error = -ESRCH;
	else if (!signo_ok(signo))
		error = check_signo(signo);
	else if (thread && !process->zombie)
		error = signal_send_thread(process_thread(process), signo, info);
	else
		error = signal_send(process, signo, info);
	spin_unlock(&process_lock);
	return error;
}

SYSCALL2(kill, pid_t, pid, int, signo)
{
	struct process *self = process_current();
	struct signal_info info = { .code = SI_USER, .pid = self->pid };
	int count;

	if (pid == INT32_MIN)
		return -ESRCH;
	if (pid > 0)
		return send_to(pid, signo, &info, false);
	count = pid == -1 ? send_to_all(signo, &info) :
	                    signal_kill_group(pid == 0 ? self->pgid : -pid, signo, &info);
	return count == 0 ? -ESRCH : check_signo(signo);
}

SYSCALL2(tkill, pid_t, tid, int, signo)
{
	struct signal_info info = { .code = SI_TKILL, .pid = process_current()->pid };

	if (tid <= 0)
		return -EINVAL;
	return send_to(tid, signo, &info, true);
}

SYSCALL3(tgkill, pid_t, tgid, pid_t, tid, int, signo)
{
	struct signal_info info = { .code = SI_TKILL, .pid = process_current()->pid };

	if (tgid <= 0 || tid <= 0)
		return -EINVAL;
	return tgid == tid ? send_to(tid, signo, &info, true) : -ESRCH;
}

// As on Linux a program can see by these which flags the kernel knows.
#define SA_KNOWN                                                                                   \
	(SA_NOCLDSTOP | SA_NOCLDWAIT | SA_SIGINFO | SA_EXPOSE_TAGBITS | SA_RESTORER | SA_ONSTACK | \
	 SA_RESTART | SA_NODEFER | SA_RESETHAND)

// What cannot be asked for is not kept either.
static void mask_unblockable(struct sigaction *action)
{
	action->sa_flags &= SA_KNOWN;
	action->sa_mask = mask_to_sigset(sigset_to_mask(action->sa_mask) & ~UNBLOCKABLE_SIGNALS);
}

SYSCALL4(rt_sigaction, int, signo, const void __user *, new, void __user *, old, size_t, set_size)
{
	struct process *process = process_current();
	struct sigaction action, before;

	if (set_size != sizeof(sigset_t) || !signo_ok(signo))
		return -EINVAL;
	if (new != NULL && copyin(aspace_current(), &action, new, sizeof(action)))
		return -EFAULT;
	if (new && (signo == SIGKILL || signo == SIGSTOP))
		return -EINVAL;
	before = signal_action(&process->signals, signo);
	if (new) {
		int error;

		mask_unblockable(&action);
		error = signal_set_action(process, signo, &action);

		if (error)
			return error;
	}
	return old ? copyout(aspace_current(), old, &before, sizeof(before)) : 0;
}

SYSCALL4(rt_sigprocmask, int, how, const void __user *, new, void __user *, old, size_t, set_size)
{
	sigmask_t mask = thread_current()->sigmask;
	sigset_t before = mask_to_sigset(mask), set;

	if (set_size != sizeof(sigset_t))
		return -EINVAL;
	if (new) {
		if (copyin(aspace_current(), &set, new, sizeof(set)))
			return -EFAULT;
		switch (how) {
		case SIG_BLOCK:
			mask |= sigset_to_mask(set);
			break;
		case SIG_UNBLOCK:
			mask &= ~sigset_to_mask(set);
			break;
		case SIG_SETMASK:
			mask = sigset_to_mask(set);
			break;
		default:
			return -EINVAL;
		}
		signal_set_mask(mask);
	}
	return old ? copyout(aspace_current(), old, &before, sizeof(before)) : 0;
}

SYSCALL2(rt_sigpending, void __user *, store, size_t, set_size)
{
	sigset_t set = mask_to_sigset(signal_pending() & thread_current()->sigmask);

	if (set_size > sizeof(set))
		return -EINVAL;
	return copyout(aspace_current(), store, &set, set_size);
}

SYSCALL0(sigreturn)
{
	return sigframe_return(false);
}

SYSCALL0(rt_sigreturn)
{
	return sigframe_return(true);
}

static void wait_for_signal(void)
{
	struct waitq nobody = WAITQ_INIT(nobody);

	while (!thread_signal_pending())
		waitq_sleep(&nobody, NULL, WAIT_INTERRUPTIBLE, NO_DEADLINE);
}

// Wait for a signal with another mask. The old mask comes back when the handler has returned.
SYSCALL2(rt_sigsuspend, const void __user *, mask, size_t, set_size)
{
	struct thread *thread = thread_current();
	sigset_t set;

	if (set_size != sizeof(set))
		return -EINVAL;
	if (copyin(aspace_current(), &set, mask, sizeof(set)))
		return -EFAULT;
	thread->saved_sigmask = thread->sigmask;
	signal_set_mask(sigset_to_mask(set));
	wait_for_signal();
	thread->restore_sigmask = true;
	return -ERESTARTNOHAND;
}

SYSCALL0(pause)
{
	wait_for_signal();
	return -ERESTARTNOHAND;
}

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
