// signal.c: calls that send signals and say what to do with them.
#include <abi/signal.h>
#include "proc/process.h"
#include "proc/sigframe.h"
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

static sigmask_t mask_of(sigset_t set)
{
	return (sigmask_t)set.bits[1] << 32 | set.bits[0];
}

static sigset_t set_of(sigmask_t mask)
{
	return (sigset_t){ { (uint32_t)mask, (uint32_t)(mask >> 32) } };
}

// Send to everybody but init and the caller. Returns how many there were.
static int send_to_all(int signo, const struct signal_info *info)
{
	struct process *process;
	int count = 0;

	spin_lock(&process_lock);
	list_for_each(process, &all_processes, all_link) {
		if (process->pid == PID_INIT || process == process_current())
			continue;
		count++;
		if (signo_ok(signo))
			signal_send(process, signo, info);
	}
	spin_unlock(&process_lock);
	return count;
}

static long send_to(pid_t pid, int signo, const struct signal_info *info)
{
	struct process *process;

	spin_lock(&process_lock);
	process = process_find(pid);
	if (process && signo_ok(signo))
		signal_send(process, signo, info);
	spin_unlock(&process_lock);
	return process ? check_signo(signo) : -ESRCH;
}

SYSCALL2(kill, pid_t, pid, int, signo)
{
	struct process *self = process_current();
	struct signal_info info = { .code = SI_USER, .pid = self->pid };
	int count;

	if (pid == INT32_MIN)
		return -ESRCH;
	if (pid > 0)
		return send_to(pid, signo, &info);
	count = pid == -1 ? send_to_all(signo, &info) :
	                    signal_send_group(pid == 0 ? self->pgid : -pid, signo, &info);
	return count == 0 ? -ESRCH : check_signo(signo);
}

SYSCALL2(tkill, pid_t, tid, int, signo)
{
	struct signal_info info = { .code = SI_TKILL, .pid = process_current()->pid };

	if (tid <= 0)
		return -EINVAL;
	return send_to(tid, signo, &info);
}

SYSCALL3(tgkill, pid_t, tgid, pid_t, tid, int, signo)
{
	struct signal_info info = { .code = SI_TKILL, .pid = process_current()->pid };

	if (tgid <= 0 || tid <= 0)
		return -EINVAL;
	return tgid == tid ? send_to(tid, signo, &info) : -ESRCH;
}

SYSCALL4(rt_sigaction, int, signo, const void __user *, new, void __user *, old, size_t, set_size)
{
	struct signal_state *signals = &process_current()->signals;
	struct sigaction action, before;

	if (set_size != sizeof(sigset_t) || !signo_ok(signo))
		return -EINVAL;
	if (new != NULL && copyin(aspace_current(), &action, new, sizeof(action)))
		return -EFAULT;
	if (new && (signo == SIGKILL || signo == SIGSTOP))
		return -EINVAL;
	before = signal_action(signals, signo);
	if (new) {
		int error = signal_set_action(signals, signo, &action);

		if (error)
			return error;
	}
	return old ? copyout(aspace_current(), old, &before, sizeof(before)) : 0;
}

SYSCALL4(rt_sigprocmask, int, how, const void __user *, new, void __user *, old, size_t, set_size)
{
	sigmask_t mask = thread_current()->sigmask;
	sigset_t before = set_of(mask), set;

	if (set_size != sizeof(sigset_t))
		return -EINVAL;
	if (new) {
		if (copyin(aspace_current(), &set, new, sizeof(set)))
			return -EFAULT;
		switch (how) {
		case SIG_BLOCK:
			mask |= mask_of(set);
			break;
		case SIG_UNBLOCK:
			mask &= ~mask_of(set);
			break;
		case SIG_SETMASK:
			mask = mask_of(set);
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
	sigset_t set = set_of(process_current()->signals.pending & thread_current()->sigmask);

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

// Wait for a signal with another mask. The old mask comes back when the handler has returned.
SYSCALL2(rt_sigsuspend, const void __user *, mask, size_t, set_size)
{
	struct thread *thread = thread_current();
	struct waitq nobody = WAITQ_INIT(nobody);
	sigset_t set;

	if (set_size != sizeof(set))
		return -EINVAL;
	if (copyin(aspace_current(), &set, mask, sizeof(set)))
		return -EFAULT;
	thread->saved_sigmask = thread->sigmask;
	thread->restore_sigmask = true;
	signal_set_mask(mask_of(set));
	waitq_sleep(&nobody, NULL, WAIT_INTERRUPTIBLE, NO_DEADLINE);
	return -ERESTARTNOHAND;
}

SYSCALL0(pause)
{
	struct waitq nobody = WAITQ_INIT(nobody);

	waitq_sleep(&nobody, NULL, WAIT_INTERRUPTIBLE, NO_DEADLINE);
	return -ERESTARTNOHAND;
}

SYSCALL2(sigaltstack, const void __user *, new, void __user *, old)
{
	struct thread *thread = thread_current();
	uintptr_t sp = thread_user_frame(thread)->esp;
	bool active = thread->altstack_size && sp - thread->altstack - 1 < thread->altstack_size;
	stack_t before = {
		.ss_sp = (void *)thread->altstack,
		.ss_size = thread->altstack_size,
		.ss_flags = active                ? SS_ONSTACK :
		            thread->altstack_size ? 0 :
		                                    SS_DISABLE,
	};
	stack_t stack;

	if (new) {
		if (copyin(aspace_current(), &stack, new, sizeof(stack)))
			return -EFAULT;
		if (active)
			return -EPERM;
		if (stack.ss_flags & ~(SS_DISABLE | SS_ONSTACK))
			return -EINVAL;
		if (!(stack.ss_flags & SS_DISABLE) && stack.ss_size < MINSIGSTKSZ)
			return -ENOMEM;
		thread->altstack = stack.ss_flags & SS_DISABLE ? 0 : (uintptr_t)stack.ss_sp;
		thread->altstack_size = stack.ss_flags & SS_DISABLE ? 0 : stack.ss_size;
	}
	return old ? copyout(aspace_current(), old, &before, sizeof(before)) : 0;
}
