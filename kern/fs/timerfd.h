// timerfd.h: a timer as a file (timerfd_create(2)): a read waits until it has expired, and returns
// how often.
#pragma once

#include "fs/file.h"

#define TFD_TIMER_ABSTIME 1u
#define TFD_TIMER_CANCEL_ON_SET 2u // for a clock that is set: none is

// A timer's setting, in nanoseconds: when it expires first (0: never), and how often again.
struct timer_setting {
	uint64_t value, interval;
};

// Create a timerfd, whose timer is not set. `clock` (CLOCK_): what /proc/PID/fdinfo shows, not
// checked. `realtime`: absolute times are those of clock_realtime_ns(), else of clock_ns().
// `flags`: O_NONBLOCK or 0. Yields if out of memory. Caller: holds no spinlock. Returns 0 with the
// file in *store, with one reference; -ENOMEM with *store unchanged.
int timerfd_create(int clock, bool realtime, uint32_t flags, struct file **store);

// Returns true if `file` was made by timerfd_create.
bool file_is_timerfd(const struct file *file);

// Set the timer of `file`, which is a timerfd, and store the old setting in *old as timerfd_get
// returns it. With TFD_TIMER_ABSTIME in `flags` setting->value is a time of the timer's clock, else
// counts from now; 0 disarms the timer in both cases. A time that has passed expires at once. The
// other flags are only shown in /proc/PID/fdinfo. Expirations that have not been read are
// forgotten. Takes the timer's lock (RANK_PIPE).
void timerfd_set(struct file *file, const struct timer_setting *setting, uint32_t flags,
                 struct timer_setting *old);

// Returns the setting of `file`, which is a timerfd. value: the nanoseconds until it expires next,
// also if it was set to an absolute time: at least 1; 0 if it is disarmed or has expired for the
// last time. interval: the nanoseconds from then to each later expiration; 0: there is none.
// Expirations up to now are counted for the next read. Takes the timer's lock (RANK_PIPE).
struct timer_setting timerfd_get(struct file *file);
