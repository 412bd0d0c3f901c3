// sys_epoll.c: waiting for sets of files (epoll(7)). kern/fs/epoll.c does the work.
#include "fs/epoll.h"
#include "fs/fdtable.h"
#include "sys/sys_poll.h"
#include "sys/syscall.h"
#include "sys/user_path.h"
#include "thread/timer.h"
#include "vm/uaccess.h"
#include <abi/epoll.h>
#include <abi/fcntl.h>
#include <limits.h>

// Create a set. Returns its descriptor or -errno.
static int create(uint32_t flags)
{
	struct file *file;
	int error = epoll_create(&file);

	return error ? error : fd_add(thread_current()->files, file, 0, flags & EPOLL_CLOEXEC);
}

// epoll_create(2). The size means nothing, but must not be 0.
SYSCALL1(epoll_create, int, size)
{
	return size <= 0 ? -EINVAL : create(0);
}

// epoll_create1(2).
SYSCALL1(epoll_create1, uint32_t, flags)
{
	return flags & ~(uint32_t)EPOLL_CLOEXEC ? -EINVAL : create(flags);
}

// epoll_ctl(2). The event is fetched first, then the set is looked up, then the file.
SYSCALL4(epoll_ctl, int, set_fd, int, op, int, fd, const void __user *, user)
{
	struct epoll_event event = { 0 };
	struct file *set, *file;
	int error = -EBADF;

	if (op != EPOLL_CTL_DEL && copyin(aspace_current(), &event, user, sizeof(event)))
		return -EFAULT;
	set = fd_get(thread_current()->files, set_fd);
	if (!set)
		return -EBADF;
	file = fd_get(thread_current()->files, fd);
	if (file) {
		error = epoll_control(set, op, file, fd, event);
		file_put(file);
	}
	file_put(set);
	return error;
}

// Do epoll_wait until `deadline`. A signal ends it with EINTR, whatever the handler's flags say.
static long wait_for_events(int fd, void __user *user, int max, uint64_t deadline)
{
	struct file *set;
	long result;

	if (max <= 0 || (size_t)max > INT_MAX / sizeof(struct epoll_event))
		return -EINVAL;
	if (!user_range_ok(user, (size_t)max * sizeof(struct epoll_event)))
		return -EFAULT;
	set = fd_get(thread_current()->files, fd);
	if (!set)
		return -EBADF;
	result = file_is_epoll(set) ? epoll_collect(set, user, max, deadline) : -EINVAL;
	file_put(set);
	return result;
}

// Like wait_for_events, with a mask of signals for the wait. A handler runs under that mask, and the
// old one returns after it.
static long wait_with_mask(int fd, void __user *user, int max, uint64_t deadline,
                           const sigset_t __user *mask, size_t size)
{
	struct wait_mask wait_mask;
	long result = wait_mask_begin(&wait_mask, mask, size);

	if (result)
		return result;
	result = wait_for_events(fd, user, max, deadline);
	wait_mask_end(&wait_mask, result == -EINTR ? -ERESTARTNOHAND : result);
	return result;
}

// Returns the deadline for a time-out in milliseconds: below 0 none, 0 none to wait for.
static uint64_t deadline_after(int milliseconds)
{
	if (milliseconds < 0)
		return NO_DEADLINE;
	return milliseconds ? clock_ns() + (uint64_t)milliseconds * NS_PER_MS : 0;
}

// epoll_wait(2).
SYSCALL4(epoll_wait, int, fd, void __user *, events, int, max, int, milliseconds)
{
	return wait_for_events(fd, events, max, deadline_after(milliseconds));
}

// epoll_pwait(2).
SYSCALL6(epoll_pwait, int, fd, void __user *, events, int, max, int, milliseconds,
         const sigset_t __user *, mask, size_t, size)
{
	return wait_with_mask(fd, events, max, deadline_after(milliseconds), mask, size);
}

// epoll_pwait2(2): the time-out is a struct of nanoseconds.
SYSCALL6(epoll_pwait2, int, fd, void __user *, events, int, max, const struct timespec64 __user *,
         timeout, const sigset_t __user *, mask, size_t, size)
{
	uint64_t deadline;
	int error = poll_deadline64(timeout, &deadline);

	return error ? error : wait_with_mask(fd, events, max, deadline, mask, size);
}
