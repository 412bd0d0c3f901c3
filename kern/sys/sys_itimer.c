// sys_itimer.c: interval timers (setitimer(2), alarm(2)). kern/proc/itimer.c does the work.
#include "proc/itimer.h"
#include "sys/syscall.h"
#include "vm/aspace.h"
#include "vm/uaccess.h"
#include <abi/time.h>

#define US_PER_SECOND 1000000

// Returns true if there is a timer of this number.
static bool exists(int which)
{
	return which == ITIMER_REAL || which == ITIMER_VIRTUAL || which == ITIMER_PROF;
}

// Returns a time in the form of programs.
static struct timeval timeval_of(uint64_t ns)
{
	return (struct timeval){ (time_t)(ns / NS_PER_SECOND),
		                 (suseconds_t)(ns % NS_PER_SECOND / 1000) };
}

// Store a setting for the program. Returns 0 or -EFAULT.
static int put_setting(void __user *user, const struct itimer_setting *setting)
{
	struct itimerval value = { timeval_of(setting->interval), timeval_of(setting->value) };

	return copyout(aspace_current(), user, &value, sizeof(value));
}

// Convert a time. Returns 0; -EINVAL for a negative one, or one with a million microseconds or more.
static int to_ns(const struct timeval *time, uint64_t *ns_store)
{
	if (time->tv_sec < 0 || time->tv_usec < 0 || time->tv_usec >= US_PER_SECOND)
		return -EINVAL;
	*ns_store = (uint64_t)time->tv_sec * NS_PER_SECOND + (uint64_t)time->tv_usec * 1000;
	return 0;
}

// getitimer(2).
SYSCALL2(getitimer, int, which, void __user *, store)
{
	struct itimer_setting setting;

	if (!exists(which))
		return -EINVAL;
	setting = itimer_get(which);
	return put_setting(store, &setting);
}

// setitimer(2). NULL ends the timer. The setting is fetched before the timer's number is checked.
SYSCALL3(setitimer, int, which, const void __user *, new, void __user *, old_store)
{
	struct itimer_setting setting = { 0, 0 }, old;
	struct itimerval value;

	if (new) {
		if (copyin(aspace_current(), &value, new, sizeof(value)))
			return -EFAULT;
		if (to_ns(&value.it_value, &setting.value) ||
		    to_ns(&value.it_interval, &setting.interval))
			return -EINVAL;
	}
	if (!exists(which))
		return -EINVAL;
	old = itimer_set(which, &setting);
	return old_store ? put_setting(old_store, &old) : 0;
}

// alarm(2). Returns the seconds that the old alarm had left, rounded, but not to 0.
SYSCALL1(alarm, uint32_t, seconds)
{
	struct itimer_setting setting = { (uint64_t)seconds * NS_PER_SECOND, 0 };
	struct itimer_setting old = itimer_set(ITIMER_REAL, &setting);
	uint64_t left = old.value / NS_PER_SECOND, rest = old.value % NS_PER_SECOND;

	return (long)(left + ((!left && rest) || rest >= NS_PER_SECOND / 2));
}
