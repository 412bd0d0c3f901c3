// timerfd: a timer as a file; scheduling calls and barriers, which have one answer each.

#include "../thread.h"
#include <poll.h>

static long set_time(long fd, int flags, long ms, long interval_ms)
{
	struct itimerspec setting = { { interval_ms / 1000, interval_ms % 1000 * 1000000 },
		                      { ms / 1000, ms % 1000 * 1000000 } };

	return raw(SYS_timerfd_settime, fd, flags, (long)&setting, 0, 0);
}

static void errors(long fd)
{
	struct itimerspec setting = { { 0, 0 }, { 0, 1000000000 } };

	print("no such clock", raw(SYS_timerfd_create, CLOCK_PROCESS_CPUTIME_ID, 0, 0, 0, 0));
	print("bad flags", raw(SYS_timerfd_create, CLOCK_MONOTONIC, 1, 0, 0, 0));
	print("bad flags", set_time(fd, 4, 1, 0));
	print("another file", set_time(1, 0, 1, 0));
	print("no file", set_time(99, 0, 1, 0));
	print("a bad address", raw(SYS_timerfd_settime, fd, 0, 16, 0, 0));
	print("a bad time", raw(SYS_timerfd_settime, fd, 0, (long)&setting, 0, 0));
}

static void timers(void)
{
	long fd = raw(SYS_timerfd_create, CLOCK_MONOTONIC, 0, 0, 0, 0);
	long real = raw(SYS_timerfd_create, CLOCK_REALTIME, O_NONBLOCK, 0, 0, 0);
	struct itimerspec setting;
	struct pollfd poll_fd = { (int)fd, POLLIN, 0 };
	struct timespec now;
	uint64_t mask;

	print("set", set_time(fd, 0, 5, 0));
	take("once", fd);
	print("poll", raw(SYS_poll, (long)&poll_fd, 1, 0, 0, 0));
	print("every 5 ms", set_time(fd, 0, 5, 5));
	print("poll", raw(SYS_poll, (long)&poll_fd, 1, -1, 0, 0));
	take("once", fd);
	print("get", raw(SYS_timerfd_gettime, fd, (long)&setting, 0, 0, 0));
	check("its interval", setting.it_interval.tv_nsec == 5000000);
	check("what is left", setting.it_value.tv_nsec > 0 && setting.it_value.tv_nsec <= 5000000);
	print("end", set_time(fd, 0, 0, 0));
	print("poll", raw(SYS_poll, (long)&poll_fd, 1, 0, 0, 0));
	take("not set", real);
	clock_gettime(CLOCK_REALTIME, &now);
	setting = (struct itimerspec){ { 0, 0 }, { now.tv_sec - 1, now.tv_nsec } };
	print("in the past", raw(SYS_timerfd_settime, real, 1, (long)&setting, 0, 0));
	sleep_ms(1);
	take("at once", real);
	take("and not again", real);
	errors(fd);
	print("a short read", raw(SYS_read, fd, (long)&mask, 4, 0, 0));
}

// A time long before the machine was started: all expirations since then are counted.
static void long_ago(void)
{
	long real = raw(SYS_timerfd_create, CLOCK_REALTIME, O_NONBLOCK, 0, 0, 0);
	struct itimerspec setting = { { 1000, 0 }, { 1, 5 } };
	struct timespec now;
	uint64_t times = 0;

	print("since 1970", raw(SYS_timerfd_settime, real, 1, (long)&setting, 0, 0));
	raw(SYS_read, real, (long)&times, 8, 0, 0);
	clock_gettime(CLOCK_REALTIME, &now);
	check("every 1,000 s", times == (uint64_t)(now.tv_sec - 1) / 1000 + 1);
	raw(SYS_timerfd_gettime, real, (long)&setting, 0, 0, 0);
	check("the next one", setting.it_value.tv_sec >= 0 && setting.it_value.tv_sec < 1000);
	setting = (struct itimerspec){ { 0, 0 }, { 0, 1 } };
	print("once in 1970", raw(SYS_timerfd_settime, real, 1, (long)&setting, 0, 0));
	take("at once", real);
	take("and not again", real);
	check("alarm clocks", raw(SYS_timerfd_create, CLOCK_REALTIME_ALARM, 0, 0, 0, 0) > 0 &&
	                              raw(SYS_timerfd_create, CLOCK_BOOTTIME_ALARM, 0, 0, 0, 0) > 0);
}

static void scheduling(void)
{
	uint64_t mask = 1;
	int priority = 0, one = 1;

	print("affinity", raw(SYS_sched_setaffinity, 0, 8, (long)&mask, 0, 0));
	mask = 0;
	print("of no processor", raw(SYS_sched_setaffinity, 0, 8, (long)&mask, 0, 0));
	print("scheduler", raw(SYS_sched_getscheduler, 0, 0, 0, 0, 0));
	print("scheduler of nobody", raw(SYS_sched_getscheduler, 99999, 0, 0, 0, 0));
	print("scheduler of less", raw(SYS_sched_getscheduler, -1, 0, 0, 0, 0));
	print("set it", raw(SYS_sched_setscheduler, 0, SCHED_OTHER, (long)&priority, 0, 0));
	print("with a priority", raw(SYS_sched_setscheduler, 0, SCHED_OTHER, (long)&one, 0, 0));
	print("an unknown one", raw(SYS_sched_setscheduler, 0, 99, (long)&priority, 0, 0));
	print("without address", raw(SYS_sched_setscheduler, 0, SCHED_OTHER, 0, 0, 0));
	print("parameter", raw(SYS_sched_getparam, 0, (long)&one, 0, 0, 0));
	say("priority %d\n", one);
	print("set it", raw(SYS_sched_setparam, 0, (long)&priority, 0, 0, 0));
	print("highest", raw(SYS_sched_get_priority_max, SCHED_FIFO, 0, 0, 0, 0));
	print("lowest", raw(SYS_sched_get_priority_min, SCHED_RR, 0, 0, 0, 0));
	print("of others", raw(SYS_sched_get_priority_max, SCHED_OTHER, 0, 0, 0, 0));
	print("of none", raw(SYS_sched_get_priority_min, 99, 0, 0, 0, 0));
}

static void barriers(void)
{
	print("barrier, not registered", raw(SYS_membarrier, 8, 0, 0, 0, 0));
	print("register", raw(SYS_membarrier, 16, 0, 0, 0, 0));
	print("barrier", raw(SYS_membarrier, 8, 0, 0, 0, 0));
	print("global", raw(SYS_membarrier, 1, 0, 0, 0, 0));
	print("bad flags", raw(SYS_membarrier, 0, 1, 0, 0, 0));
	print("no command", raw(SYS_membarrier, 1 << 20, 0, 0, 0, 0));
}

int main(void)
{
	timers();
	long_ago();
	scheduling();
	barriers();
	return 0;
}
