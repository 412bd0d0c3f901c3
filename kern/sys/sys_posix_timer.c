// sys_posix_timer.c: timers of a process (timer_create(2)). kern/proc/posix_timer.c does the work.
#include "proc/posix_timer.h"
#include "sys/sys_timespec.h"
#include "sys/syscall.h"
#include "vm/aspace.h"
#include "vm/uaccess.h"
#include <abi/signal.h>
#include <abi/time.h>

// Check and convert the event of a program. Returns 0; -EINVAL for a signal or a kind that there is
// not.
static int event_of(struct posix_timer_event *event, const struct sigevent *user)
{
	int kind = user->sigev_notify;

	*event = (struct posix_timer_event){ .value = (uintptr_t)user->sigev_value.sival_ptr };
	if (kind == SIGEV_NONE) {
		event->silent = true;
		return 0;
	}
	if (kind != SIGEV_SIGNAL && kind != SIGEV_THREAD && kind != SIGEV_THREAD_ID)
		return -EINVAL;
	if (user->sigev_signo <= 0 || user->sigev_signo >= NSIG)
		return -EINVAL;
	event->signo = user->sigev_signo;
	if (kind == SIGEV_THREAD_ID) {
		event->tid = user->sigev_notify_thread_id;
		return event->tid > 0 ? 0 : -EINVAL;
	}
	return 0;
}

// timer_create(2). Without an event the timer sends SIGALRM. The event is fetched first, then the clock is
// judged, then the event. The number is stored last; if that fails, there is no timer.
SYSCALL3(timer_create, int, clock, const void __user *, user, void __user *, store)
{
	struct posix_timer_event event = { .signo = SIGALRM, .value_is_id = true };
	struct sigevent given;
	int id, error;

	if (user && copyin(aspace_current(), &given, user, sizeof(given)))
		return -EFAULT;
	error = posix_timer_check_clock(clock);
	if (!error && user)
		error = event_of(&event, &given);
	id = error ? error : posix_timer_create(clock, &event);
	if (id < 0)
		return id;
	if (copyout(aspace_current(), store, &id, sizeof(id))) {
		(void)posix_timer_delete(id);
		return -EFAULT;
	}
	return 0;
}

// timer_delete(2).
SYSCALL1(timer_delete, int, id)
{
	return posix_timer_delete(id);
}

// timer_getoverrun(2).
SYSCALL1(timer_getoverrun, int, id)
{
	return posix_timer_overrun(id);
}

// Store a setting for the program, in one of its two forms. Returns 0 or -EFAULT.
static int put_setting(void __user *user, const struct posix_timer_setting *setting, bool wide)
{
	int error = put_ns(user, setting->interval, wide);

	return error ? error :
	               put_ns((char __user *)user + timespec_size(wide), setting->value, wide);
}

// Do timer_settime(2). The setting is fetched first; the old one is stored last, and the timer is set
// even if that fails.
static int set_time(int id, int flags, const void __user *user, void __user *old_user, bool wide)
{
	struct posix_timer_setting setting, old;
	int error, first, second;

	if (!user)
		return -EINVAL;
	first = get_ns(user, &setting.interval, wide);
	second = get_ns((const char __user *)user + timespec_size(wide), &setting.value, wide);
	if (first == -EFAULT || second == -EFAULT)
		return -EFAULT;
	if (first || second)
		return -EINVAL;
	error = posix_timer_set(id, flags & TIMER_ABSTIME, &setting, &old);
	return error || !old_user ? error : put_setting(old_user, &old, wide);
}

// timer_settime(2).
SYSCALL4(timer_settime, int, id, int, flags, const void __user *, new, void __user *, old)
{
	return set_time(id, flags, new, old, false);
}

// timer_settime(2) with seconds of 64 bits.
SYSCALL4(timer_settime64, int, id, int, flags, const void __user *, new, void __user *, old)
{
	return set_time(id, flags, new, old, true);
}

// Do timer_gettime(2).
static int get_time(int id, void __user *user, bool wide)
{
	struct posix_timer_setting setting;
	int error = posix_timer_get(id, &setting);

	return error ? error : put_setting(user, &setting, wide);
}

// timer_gettime(2).
SYSCALL2(timer_gettime, int, id, void __user *, store)
{
	return get_time(id, store, false);
}

// timer_gettime(2) with seconds of 64 bits.
SYSCALL2(timer_gettime64, int, id, void __user *, store)
{
	return get_time(id, store, true);
}
