// sys_old_signal.c: calls on signals from before there were real-time signals, which small C
// libraries still make: their sets have 32 bits (sigaction(2), signal(2), sgetmask(2)).
#include "proc/process.h"
#include "sys/sys_signal.h"
#include "sys/syscall.h"
#include "vm/uaccess.h"
#include <abi/signal.h>

// sigaction(2). The new action is fetched before anything is checked; the old one is stored last,
// with the lower half of its mask.
SYSCALL3(sigaction, int, signo, const void __user *, new, void __user *, old)
{
	struct old_sigaction fetched, stored;
	struct sigaction action, before;
	int error;

	if (new) {
		if (copyin(aspace_current(), &fetched, new, sizeof(fetched)))
			return -EFAULT;
		action = (struct sigaction){
			.sa_handler = fetched.old_handler,
			.sa_flags = fetched.old_flags,
			.sa_restorer = fetched.old_restorer,
			.sa_mask = mask_to_sigset(fetched.old_mask),
		};
	}
	error = action_exchange(signo, new ? &action : NULL, &before);
	if (error || !old)
		return error;
	stored = (struct old_sigaction){
		.old_handler = before.sa_handler,
		.old_mask = before.sa_mask.bits[0],
		.old_flags = before.sa_flags,
		.old_restorer = before.sa_restorer,
	};
	return copyout(aspace_current(), old, &stored, sizeof(stored));
}

// signal(2): the handler runs once, and does not block its signal meanwhile. Returns the address of
// the old handler.
SYSCALL2(signal, int, signo, uintptr_t, handler)
{
	struct sigaction before, action = {
		.sa_handler = (void (*)(int))handler,
		.sa_flags = SA_RESETHAND | SA_NODEFER,
	};
	int error = action_exchange(signo, &action, &before);

	return error ? error : (long)(uintptr_t)before.sa_handler;
}

// Returns the lower half of the thread's mask of blocked signals.
static uint32_t lower_mask(void)
{
	return (uint32_t)thread_current()->sigmask;
}

// sigprocmask(2). Real-time signals stay blocked or not blocked, whatever `how` says.
SYSCALL3(sigprocmask, int, how, const uint32_t __user *, new, uint32_t __user *, old)
{
	sigmask_t real_time = thread_current()->sigmask & ~(sigmask_t)UINT32_MAX;
	uint32_t before = lower_mask(), set;
	int error = 0;

	if (new) {
		if (get_user(aspace_current(), &set, new))
			return -EFAULT;
		error = mask_change(how, set | (how == SIG_SETMASK ? real_time : 0));
	}
	return error || !old ? error : put_user(aspace_current(), old, before);
}

// sigpending(2).
SYSCALL1(sigpending, uint32_t __user *, store)
{
	return put_user(aspace_current(), store, (uint32_t)signal_pending() & lower_mask());
}

// sigsuspend(2): the mask is the third argument, and no pointer. Real-time signals are not blocked
// meanwhile.
SYSCALL3(sigsuspend, uint32_t, unused1, uint32_t, unused2, uint32_t, mask)
{
	(void)unused1;
	(void)unused2;
	return suspend_with(mask);
}

// sgetmask(2).
SYSCALL0(sgetmask)
{
	return (long)lower_mask();
}

// ssetmask(2): returns the old mask. Real-time signals are not blocked any more.
SYSCALL1(ssetmask, uint32_t, mask)
{
	uint32_t before = lower_mask();

	signal_set_mask(mask);
	return (long)before;
}
