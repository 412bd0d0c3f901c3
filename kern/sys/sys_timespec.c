// sys_timespec.c: times as programs pass them.
#include "sys/sys_timespec.h"

#include "thread/timer.h"
#include "vm/aspace.h"
#include "vm/uaccess.h"

// Only the low 32 bits of the nanoseconds count: programs of 32 bits leave the rest undefined
// (abi/time.h).
int get_ns(const void __user *from, uint64_t *ns_store, bool wide)
{
	struct timespec64 ts;
	struct timespec narrow;

	if (wide) {
		if (copyin(aspace_current(), &ts, from, sizeof(ts)))
			return -EFAULT;
		ts.tv_nsec = (int32_t)ts.tv_nsec;
	} else {
		if (copyin(aspace_current(), &narrow, from, sizeof(narrow)))
			return -EFAULT;
		ts = (struct timespec64){ narrow.tv_sec, narrow.tv_nsec };
	}
	if (ts.tv_sec < 0 || ts.tv_nsec < 0 || ts.tv_nsec >= (int64_t)NS_PER_SECOND)
		return -EINVAL;
	ts.tv_sec = MIN(ts.tv_sec, INT64_MAX / (int64_t)NS_PER_SECOND - 1);
	*ns_store = (uint64_t)ts.tv_sec * NS_PER_SECOND + (uint64_t)ts.tv_nsec;
	return 0;
}

int get_absolute_deadline(const void __user *from, bool wide, bool realtime, uint64_t *deadline)
{
	uint64_t offset = realtime ? clock_realtime_ns() - clock_ns() : 0;
	uint64_t at;
	int error;

	*deadline = NO_DEADLINE;
	if (!from)
		return 0;
	error = get_ns(from, &at, wide);
	if (!error)
		*deadline = at > offset ? at - offset : 0;
	return error;
}

int put_ns(void __user *store, uint64_t ns, bool wide)
{
	struct timespec64 ts = { (int64_t)(ns / NS_PER_SECOND), (int64_t)(ns % NS_PER_SECOND) };
	struct timespec narrow = { (time_t)ts.tv_sec, (long)ts.tv_nsec };

	return wide ? copyout(aspace_current(), store, &ts, sizeof(ts)) :
	              copyout(aspace_current(), store, &narrow, sizeof(narrow));
}
