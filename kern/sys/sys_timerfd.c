// sys_timerfd.c: counters and timers as files (eventfd(2), timerfd_create(2)).
#include "fs/eventfd.h"
#include "fs/fdtable.h"
#include "fs/timerfd.h"
#include "sys/sys_timespec.h"
#include "sys/syscall.h"
#include "thread/timer.h"
#include "vm/uaccess.h"
#include <abi/fcntl.h>
#include <abi/time.h>

#define EFD_SEMAPHORE 1u

// Do eventfd2(2).
static int make_eventfd(uint32_t count, uint32_t flags)
{
	struct file *file;
	int error;

	if (flags & ~(EFD_SEMAPHORE | O_CLOEXEC | O_NONBLOCK))
		return -EINVAL;
	error = eventfd_create(count, flags & EFD_SEMAPHORE, flags & O_NONBLOCK, &file);
	return error ? error : fd_add(thread_current()->files, file, 0, flags & O_CLOEXEC);
}

// eventfd(2).
SYSCALL1(eventfd, uint32_t, count)
{
	return make_eventfd(count, 0);
}

// eventfd2(2).
SYSCALL2(eventfd2, uint32_t, count, uint32_t, flags)
{
	return make_eventfd(count, flags);
}

// timerfd_create(2). The machine never sleeps, so alarm clocks, which would wake it, are like others.
SYSCALL2(timerfd_create, int, clock, uint32_t, flags)
{
	struct file *file;
	bool realtime;
	int error;

	if (flags & ~(uint32_t)(O_CLOEXEC | O_NONBLOCK))
		return -EINVAL;
	switch (clock) {
	case CLOCK_REALTIME:
	case CLOCK_REALTIME_ALARM:
		realtime = true;
		break;
	case CLOCK_MONOTONIC:
	case CLOCK_BOOTTIME:
	case CLOCK_BOOTTIME_ALARM:
		realtime = false;
		break;
	default:
		return -EINVAL;
	}
	error = timerfd_create(clock, realtime, flags & O_NONBLOCK, &file);
	return error ? error : fd_add(thread_current()->files, file, 0, flags & O_CLOEXEC);
}

// Returns the timer of a descriptor with a new reference. Stores -EBADF, or -EINVAL if it is another
// kind of file.
static struct file *timer_of(int fd, int *error)
{
	struct file *file = fd_get(thread_current()->files, fd);

	*error = file ? 0 : -EBADF;
	if (file && !file_is_timerfd(file)) {
		*error = -EINVAL;
		file_put(file);
		file = NULL;
	}
	return file;
}

// Store a setting for the program, in one of its two forms. Returns 0 or -EFAULT.
static int put_setting(void __user *user, const struct timer_setting *setting, bool wide)
{
	int error = put_ns(user, setting->interval, wide);

	return error ? error :
	               put_ns((char __user *)user + timespec_size(wide), setting->value, wide);
}

// Fetch a setting from the program. Returns 0, -EFAULT or -EINVAL.
static int get_setting(struct timer_setting *setting, const void __user *user, bool wide)
{
	int first = get_ns(user, &setting->interval, wide);
	int second = get_ns((const char __user *)user + timespec_size(wide), &setting->value, wide);

	return first == -EFAULT || second == -EFAULT ? -EFAULT : first ? first : second;
}

// Do timerfd_settime(2). The setting is fetched first, then flags and descriptor are checked.
static int set_time(int fd, uint32_t flags, const void __user *user, void __user *old_user,
                    bool wide)
{
	struct timer_setting setting, old;
	struct file *file;
	int error = get_setting(&setting, user, wide);

	if (error)
		return error;
	if (flags & ~(uint32_t)(TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET))
		return -EINVAL;
	file = timer_of(fd, &error);
	if (!file)
		return error;
	timerfd_set(file, &setting, flags, &old);
	file_put(file);
	return old_user ? put_setting(old_user, &old, wide) : 0;
}

// timerfd_settime(2).
SYSCALL4(timerfd_settime, int, fd, uint32_t, flags, const void __user *, new, void __user *, old)
{
	return set_time(fd, flags, new, old, false);
}

// timerfd_settime(2) with seconds of 64 bits.
SYSCALL4(timerfd_settime64, int, fd, uint32_t, flags, const void __user *, new, void __user *, old)
{
	return set_time(fd, flags, new, old, true);
}

// Do timerfd_gettime(2).
static int get_time(int fd, void __user *user, bool wide)
{
	struct timer_setting setting;
	int error;
	struct file *file = timer_of(fd, &error);

	if (!file)
		return error;
	setting = timerfd_get(file);
	file_put(file);
	return put_setting(user, &setting, wide);
}

// timerfd_gettime(2).
SYSCALL2(timerfd_gettime, int, fd, void __user *, store)
{
	return get_time(fd, store, false);
}

// timerfd_gettime(2) with seconds of 64 bits.
SYSCALL2(timerfd_gettime64, int, fd, void __user *, store)
{
	return get_time(fd, store, true);
}
