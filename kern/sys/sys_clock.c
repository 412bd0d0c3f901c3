// sys_clock.c: clocks and sleeping (clock_gettime(2), clock_nanosleep(2)). Times inside the
// kernel are nanoseconds in 64 bits; the calls differ in the structs that programs see.
#include "proc/process.h"
#include "sys/sys_restart.h"
#include "sys/syscall.h"
#include "thread/timer.h"
#include "vm/uaccess.h"
#include <abi/time.h>

// Store the reading of a clock, in nanoseconds, in *ns_store. The coarse clocks are as fine as
// the others. Returns 0; -EINVAL for a clock that does not exist.
static int read_clock(int clock, uint64_t *ns_store)
{
	switch (clock) {
	case CLOCK_REALTIME:
	case CLOCK_REALTIME_COARSE:
	case CLOCK_TAI: // as on Linux before the number of leap seconds is set
		*ns_store = clock_realtime_ns();
		return 0;
	case CLOCK_MONOTONIC:
	case CLOCK_MONOTONIC_RAW:
	case CLOCK_MONOTONIC_COARSE:
	case CLOCK_BOOTTIME:
		*ns_store = clock_ns();
		return 0;
	default:
		return cpu_clock_read(clock, ns_store);
	}
}

// Convert nanoseconds to the structs of programs. Seconds of 32 bits end in 2038.
static struct timespec timespec_of(uint64_t ns)
{
	return (struct timespec){ (time_t)(ns / NS_PER_SECOND), (long)(ns % NS_PER_SECOND) };
}

static struct timespec64 timespec64_of(uint64_t ns)
{
	return (struct timespec64){ (int64_t)(ns / NS_PER_SECOND), (int64_t)(ns % NS_PER_SECOND) };
}

// Store a time for the program. Returns 0 or -EFAULT.
static int put_timespec(void __user *store, uint64_t ns)
{
	struct timespec ts = timespec_of(ns);

	return copyout(aspace_current(), store, &ts, sizeof(ts));
}

static int put_timespec64(void __user *store, uint64_t ns)
{
	struct timespec64 ts = timespec64_of(ns);

	return copyout(aspace_current(), store, &ts, sizeof(ts));
}

// Convert seconds and nanoseconds to one number; what does not fit becomes the greatest that
// does, about 292 years. Returns 0; -EINVAL for a negative time or nanoseconds of a second and
// more.
static int to_ns(int64_t seconds, int64_t nanoseconds, uint64_t *ns_store)
{
	if (seconds < 0 || nanoseconds < 0 || nanoseconds >= (int64_t)NS_PER_SECOND)
		return -EINVAL;
	seconds = MIN(seconds, INT64_MAX / (int64_t)NS_PER_SECOND - 1);
	*ns_store = (uint64_t)seconds * NS_PER_SECOND + (uint64_t)nanoseconds;
	return 0;
}

// Fetch a time from the program. Returns 0, -EFAULT or -EINVAL.
static int get_timespec(const void __user *from, uint64_t *ns_store)
{
	struct timespec ts;

	if (copyin(aspace_current(), &ts, from, sizeof(ts)))
		return -EFAULT;
	return to_ns(ts.tv_sec, ts.tv_nsec, ns_store);
}

// Like get_timespec. Only the low 32 bits of the nanoseconds count: programs of 32 bits leave
// the rest undefined (abi/time.h).
static int get_timespec64(const void __user *from, uint64_t *ns_store)
{
	struct timespec64 ts;

	if (copyin(aspace_current(), &ts, from, sizeof(ts)))
		return -EFAULT;
	return to_ns(ts.tv_sec, (int32_t)ts.tv_nsec, ns_store);
}

// clock_gettime(2). The clock is checked before the address.
SYSCALL2(clock_gettime, int, clock, void __user *, store)
{
	uint64_t ns;
	int error = read_clock(clock, &ns);

	return error ? error : put_timespec(store, ns);
}

// clock_gettime(2) with seconds of 64 bits.
SYSCALL2(clock_gettime64, int, clock, void __user *, store)
{
	uint64_t ns;
	int error = read_clock(clock, &ns);

	return error ? error : put_timespec64(store, ns);
}

// clock_getres(2). The PIT counts once in 838 ns. The result is a nanosecond nevertheless, as on
// Linux with a fine clock: programs only ask whether the clock is one. The address may be NULL.
SYSCALL2(clock_getres, int, clock, void __user *, store)
{
	uint64_t ns;
	int error = read_clock(clock, &ns);

	return error || !store ? error : put_timespec(store, 1);
}

// clock_getres(2) with seconds of 64 bits.
SYSCALL2(clock_getres_time64, int, clock, void __user *, store)
{
	uint64_t ns;
	int error = read_clock(clock, &ns);

	return error || !store ? error : put_timespec64(store, 1);
}

// gettimeofday(2). Both addresses may be NULL; the time zone is always UTC.
SYSCALL2(gettimeofday, void __user *, store, void __user *, zone_store)
{
	struct timespec ts = timespec_of(clock_realtime_ns());
	struct timeval tv = { ts.tv_sec, ts.tv_nsec / 1000 };
	struct timezone zone = { 0, 0 };

	if (store && copyout(aspace_current(), store, &tv, sizeof(tv)))
		return -EFAULT;
	return zone_store ? copyout(aspace_current(), zone_store, &zone, sizeof(zone)) : 0;
}

// time(2). An address that cannot be written is EFAULT, although the time is known.
SYSCALL1(time, time_t __user *, store)
{
	time_t now = (time_t)(clock_realtime_ns() / NS_PER_SECOND);

	if (store && put_user(aspace_current(), store, now))
		return -EFAULT;
	return now;
}

// Convert nanoseconds to ticks of USER_HZ, in which times(2) counts.
static clock_t ticks_of(uint64_t ns)
{
	return (clock_t)(ns / (NS_PER_SECOND / USER_HZ));
}

// times(2). cputime_report keeps what it reported last, so that no time ever goes back. The
// result is the time since boot.
SYSCALL1(times, void __user *, store)
{
	struct process *process = process_current();
	struct cpu_time self, children;
	struct usage usage;
	struct tms tms;

	spin_lock(&process_lock);
	usage_of_process(process, &usage);
	self = cputime_report(&usage.cpu, &process->reported);
	children = cputime_report(&process->reaped.cpu, &process->reported_reaped);
	spin_unlock(&process_lock);
	tms = (struct tms){ ticks_of(self.user), ticks_of(self.system), ticks_of(children.user),
		            ticks_of(children.system) };
	if (store && copyout(aspace_current(), store, &tms, sizeof(tms)))
		return -EFAULT;
	return ticks_of(clock_ns());
}

// Sleep until clock_ns() reaches `deadline`. Nobody wakes the queue, so a wakeup without a
// reason is slept away. Returns 0; -EINTR if a signal waits.
static int sleep_to_deadline(uint64_t deadline)
{
	struct waitq nobody = WAITQ_INIT(nobody);
	int error;

	do {
		error = waitq_sleep(&nobody, NULL, WAIT_INTERRUPTIBLE, deadline);
	} while (error == 0);
	return error == -ETIMEDOUT ? 0 : error;
}

// put_timespec or put_timespec64: how the program sees times.
typedef int (*put_time)(void __user *store, uint64_t ns);

static long resume_sleep(void);

// Like sleep_to_deadline, but after a signal without a handler the sleep continues to the same end.
// When a signal comes, the time that is left is stored at `left_store` (NULL: nowhere), by
// `put`: also before a sleep that continues, as on Linux.
static long sleep_to_end(uint64_t deadline, void __user *left_store, put_time put)
{
	struct call_restart restart = {
		.resume = resume_sleep,
		.deadline = deadline,
		.user = left_store,
		.args[0] = put == put_timespec64,
	};
	int error = sleep_to_deadline(deadline);
	uint64_t now = clock_ns();

	if (!error || now >= deadline)
		return 0;
	if (left_store && put(left_store, deadline - now))
		return -EFAULT;
	return restart_later(&restart);
}

// Continue a sleep: the deadline is the first call's, so signals do not make it longer.
static long resume_sleep(void)
{
	const struct call_restart *restart = &thread_current()->restart;

	return sleep_to_end(restart->deadline, restart->user,
	                    restart->args[0] ? put_timespec64 : put_timespec);
}

// Sleep for `ns` nanoseconds.
static long sleep_for(uint64_t ns, void __user *left_store, put_time put)
{
	return sleep_to_end(clock_ns() + ns, left_store, put);
}

static long resume_cpu_sleep(void);

// Like sleep_to_end, by a clock of processor time. It does not advance while nothing of the
// process runs.
static long cpu_sleep_to_end(int clock, uint64_t deadline, void __user *left_store, put_time put)
{
	struct call_restart restart = {
		.resume = resume_cpu_sleep,
		.deadline = deadline,
		.user = left_store,
		.args = { put == put_timespec64, (uint32_t)clock },
	};
	uint64_t now;
	int error = cpu_clock_sleep(clock, deadline);

	if (error != -EINTR)
		return error;
	if (left_store && !read_clock(clock, &now) &&
	    put(left_store, deadline > now ? deadline - now : 0))
		return -EFAULT;
	return restart_later(&restart);
}

// Continue a sleep by a clock of processor time.
static long resume_cpu_sleep(void)
{
	const struct call_restart *restart = &thread_current()->restart;

	return cpu_sleep_to_end((int)restart->args[1], restart->deadline, restart->user,
	                        restart->args[0] ? put_timespec64 : put_timespec);
}

// clock_nanosleep by a clock of processor time. A sleep until a given time is made again as it
// is: its end does not change, and no time that is left is stored (clock_nanosleep(2)).
static long cpu_sleep(int clock, int flags, uint64_t ns, void __user *left_store, put_time put)
{
	uint64_t now;
	int error = read_clock(clock, &now);

	if (error)
		return error;
	if (!(flags & TIMER_ABSTIME))
		return cpu_sleep_to_end(clock, now + ns, left_store, put);
	error = cpu_clock_sleep(clock, ns);
	return error == -EINTR ? -ERESTARTNOHAND : error;
}

// Check whether a thread can sleep by this clock. Returns 0; -EINVAL for a clock that does not
// exist; -EOPNOTSUPP for one that can only be read. Linux checks this before it looks at the
// time.
static int sleep_clock_check(int clock)
{
	uint64_t now;

	if (clock == CLOCK_MONOTONIC_RAW || clock == CLOCK_REALTIME_COARSE ||
	    clock == CLOCK_MONOTONIC_COARSE || clock == CLOCK_THREAD_CPUTIME_ID)
		return -EOPNOTSUPP;
	return read_clock(clock, &now);
}

// Do clock_nanosleep by any clock. Ids below 0 are clocks of processes and threads. A deadline
// in another clock is converted to clock_ns(): the clocks run at the same speed.
static long clock_sleep(int clock, int flags, uint64_t ns, void __user *left_store, put_time put)
{
	uint64_t now;
	int error;

	if (clock < 0 || clock == CLOCK_PROCESS_CPUTIME_ID || clock == CLOCK_THREAD_CPUTIME_ID)
		return cpu_sleep(clock, flags, ns, left_store, put);
	error = read_clock(clock, &now);
	if (error)
		return error;
	if (!(flags & TIMER_ABSTIME))
		return sleep_for(ns, left_store, put);
	if (ns <= now)
		return 0;
	return sleep_to_deadline(clock_ns() + (ns - now)) ? -ERESTARTNOHAND : 0;
}

// nanosleep(2): by the monotonic clock, so setting the time of day does not change it.
SYSCALL2(nanosleep, const void __user *, duration, void __user *, left_store)
{
	uint64_t ns;
	int error = get_timespec(duration, &ns);

	return error ? error : sleep_for(ns, left_store, put_timespec);
}

// clock_nanosleep(2). TIMER_ABSTIME: `when` is the end of the sleep, not its length.
SYSCALL4(clock_nanosleep, int, clock, int, flags, const void __user *, when, void __user *,
         left_store)
{
	uint64_t ns;
	int error = sleep_clock_check(clock);

	if (!error)
		error = get_timespec(when, &ns);
	return error ? error : clock_sleep(clock, flags, ns, left_store, put_timespec);
}

// clock_nanosleep(2) with seconds of 64 bits.
SYSCALL4(clock_nanosleep_time64, int, clock, int, flags, const void __user *, when, void __user *,
         left_store)
{
	uint64_t ns;
	int error = sleep_clock_check(clock);

	if (!error)
		error = get_timespec64(when, &ns);
	return error ? error : clock_sleep(clock, flags, ns, left_store, put_timespec64);
}
