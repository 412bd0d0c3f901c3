// Clocks, sleeping, and calendar time (UTC only).
#pragma once

#include <abi/time.h>

#define CLOCKS_PER_SEC 1000000L

struct tm {
	int tm_sec;
	int tm_min;
	int tm_hour;
	int tm_mday; // from 1
	int tm_mon;  // from 0
	int tm_year; // since 1900
	int tm_wday; // 0 is Sunday
	int tm_yday; // from 0
	int tm_isdst;
};

time_t time(time_t *store);
int clock_gettime(clockid_t clock, struct timespec *now);
int clock_getres(clockid_t clock, struct timespec *resolution);
int nanosleep(const struct timespec *wanted, struct timespec *left);
struct tm *gmtime_r(const time_t *restrict seconds, struct tm *restrict result);
