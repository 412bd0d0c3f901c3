// Time of day in microseconds.
#pragma once

#include <abi/time.h>

int gettimeofday(struct timeval *restrict now, void *restrict timezone);
int getitimer(int which, struct itimerval *current);
int setitimer(int which, const struct itimerval *restrict value, struct itimerval *restrict old);
