// sys_file_times.c: setting the times of files (utime(2), utimensat(2)). All calls become the
// newest one, which counts in nanoseconds.
#include "fs/inode.h"
#include "fs/permission.h"
#include "sys/syscall.h"
#include "sys/user_path.h"
#include "thread/timer.h"
#include "vm/uaccess.h"
#include <abi/time.h>

// The new times. Each is a given time, or, by its nanoseconds: now (UTIME_NOW) or unchanged
// (UTIME_OMIT).
struct new_times {
	struct timespec64 access, change;
};

static const struct timespec64 now = { .tv_nsec = UTIME_NOW };

// Returns true if the nanoseconds are in range or one of the two special values.
static bool valid(const struct timespec64 *ts)
{
	return ts->tv_nsec == UTIME_NOW || ts->tv_nsec == UTIME_OMIT ||
	       (ts->tv_nsec >= 0 && ts->tv_nsec < (int64_t)NS_PER_SECOND);
}

// Set one of an inode's times, which count nanoseconds since 1970. A time before 1677 or after
// 2262 becomes the nearest that 64 bits can hold.
static void set_time(int64_t *field, const struct timespec64 *ts)
{
	const int64_t most = INT64_MAX / (int64_t)NS_PER_SECOND - 1;

	if (ts->tv_nsec == UTIME_NOW)
		*field = (int64_t)clock_realtime_ns();
	else if (ts->tv_nsec != UTIME_OMIT)
		*field = MAX(MIN(ts->tv_sec, most), -most) * (int64_t)NS_PER_SECOND + ts->tv_nsec;
}

// Find the file: by path, or, without a path, the file of descriptor `dirfd` (futimens(3)). No
// flags go with that. Stores a new reference. Returns 0 or -errno.
static int find(int dirfd, const char __user *path, int flags, struct inode **store)
{
	struct file *file;
	int error;

	if (path || dirfd == AT_FDCWD)
		return changed_inode_arg_get(dirfd, path, flags, store);
	if (flags)
		return -EINVAL;
	file = file_arg_get(dirfd);
	if (!file)
		return -EBADF;
	error = mount_check_change(file->mount);
	if (!error)
		*store = inode_get(file->inode);
	file_put(file);
	return error;
}

// If both times are to stay, not even the path is looked at (utimensat(2), "NOTES"). ctime is
// set to now by every change; no call can set it.
static int set_times(int dirfd, const char __user *path, const struct new_times *times, int flags)
{
	struct inode *inode;
	bool touch;
	int error;

	if (!valid(&times->access) || !valid(&times->change) ||
	    flags & ~(AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH))
		return -EINVAL;
	if (times->access.tv_nsec == UTIME_OMIT && times->change.tv_nsec == UTIME_OMIT)
		return 0;
	error = find(dirfd, path, flags, &inode);
	if (error)
		return error;
	touch = times->access.tv_nsec == UTIME_NOW && times->change.tv_nsec == UTIME_NOW;
	error = permission_to_set_times(inode, touch);
	if (!error) {
		set_time(&inode->atime, &times->access);
		set_time(&inode->mtime, &times->change);
		inode_touch(inode, TOUCH_CTIME);
	}
	inode_put(inode);
	return error;
}

// utimensat(2). The times are fetched before the path is: EFAULT and EINVAL come before ENOENT.
SYSCALL4(utimensat, int, dirfd, const char __user *, path, const struct timespec __user *, user,
         int, flags)
{
	struct new_times times = { now, now };
	struct timespec pair[2];

	if (user) {
		if (copyin(aspace_current(), pair, user, sizeof(pair)))
			return -EFAULT;
		times.access = (struct timespec64){ pair[0].tv_sec, pair[0].tv_nsec };
		times.change = (struct timespec64){ pair[1].tv_sec, pair[1].tv_nsec };
	}
	return set_times(dirfd, path, &times, flags);
}

// utimensat(2) with seconds of 64 bits, for times after 2038.
SYSCALL4(utimensat_time64, int, dirfd, const char __user *, path, const struct timespec64 __user *,
         user, int, flags)
{
	struct new_times times = { now, now };
	struct timespec64 pair[2];

	if (user) {
		if (copyin(aspace_current(), pair, user, sizeof(pair)))
			return -EFAULT;
		// Of the nanoseconds only the low 32 bits count (abi/time.h).
		times.access = (struct timespec64){ pair[0].tv_sec, (int32_t)pair[0].tv_nsec };
		times.change = (struct timespec64){ pair[1].tv_sec, (int32_t)pair[1].tv_nsec };
	}
	return set_times(dirfd, path, &times, flags);
}

// Set times in microseconds. Only values below 10^6 are valid: the special values of utimensat
// do not exist here, so they must not get through.
static int set_times_us(int dirfd, const char __user *path, const struct timeval __user *user)
{
	struct new_times times = { now, now };
	struct timeval pair[2];

	if (user) {
		if (copyin(aspace_current(), pair, user, sizeof(pair)))
			return -EFAULT;
		if ((unsigned long)pair[0].tv_usec >= 1000000 ||
		    (unsigned long)pair[1].tv_usec >= 1000000)
			return -EINVAL;
		times.access = (struct timespec64){ pair[0].tv_sec, pair[0].tv_usec * 1000 };
		times.change = (struct timespec64){ pair[1].tv_sec, pair[1].tv_usec * 1000 };
	}
	return set_times(dirfd, path, &times, 0);
}

// utimes(2).
SYSCALL2(utimes, const char __user *, path, const struct timeval __user *, user)
{
	return set_times_us(AT_FDCWD, path, user);
}

// futimesat(2): utimes with a directory to start at.
SYSCALL3(futimesat, int, dirfd, const char __user *, path, const struct timeval __user *, user)
{
	return set_times_us(dirfd, path, user);
}

// utime(2): access and modification time in seconds.
SYSCALL2(utime, const char __user *, path, const time_t __user *, user)
{
	struct new_times times = { now, now };
	time_t pair[2];

	if (user) {
		if (copyin(aspace_current(), pair, user, sizeof(pair)))
			return -EFAULT;
		times.access = (struct timespec64){ .tv_sec = pair[0] };
		times.change = (struct timespec64){ .tv_sec = pair[1] };
	}
	return set_times(AT_FDCWD, path, &times, 0);
}
