// Clocks and sleeping.

#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

int clock_gettime(clockid_t clock, struct timespec *now)
{
	return syscall(SYS_clock_gettime, clock, now);
}

int clock_getres(clockid_t clock, struct timespec *resolution)
{
	return syscall(SYS_clock_getres, clock, resolution);
}

int nanosleep(const struct timespec *wanted, struct timespec *left)
{
	return syscall(SYS_nanosleep, wanted, left);
}

int gettimeofday(struct timeval *restrict now, void *restrict timezone)
{
	return syscall(SYS_gettimeofday, now, timezone);
}

int getitimer(int which, struct itimerval *current)
{
	return syscall(SYS_getitimer, which, current);
}

int setitimer(int which, const struct itimerval *restrict value, struct itimerval *restrict old)
{
	return syscall(SYS_setitimer, which, value, old);
}

unsigned int alarm(unsigned int seconds)
{
	return syscall(SYS_alarm, seconds);
}

// The seconds since 1970, also stored in *store unless it is NULL.
time_t time(time_t *store)
{
	struct timespec now = { 0, 0 };

	clock_gettime(CLOCK_REALTIME, &now);
	if (store)
		*store = now.tv_sec;
	return now.tv_sec;
}

// Sleep for so many seconds; a signal ends it early. Returns the seconds that were left.
unsigned int sleep(unsigned int seconds)
{
	struct timespec left = { (time_t)seconds, 0 };

	if (nanosleep(&left, &left) == 0)
		return 0;
	return left.tv_sec + (left.tv_nsec >= 500000000);
}

int usleep(useconds_t microseconds)
{
	struct timespec wanted = { microseconds / 1000000, microseconds % 1000000 * 1000 };

	return nanosleep(&wanted, NULL);
}
