// timerfd.h: a timer as a file (timerfd_create(2)): a read waits until it has expired, and returns
// how often.
#pragma once

#include "fs/file.h"

// A timer's setting, in nanoseconds: when it expires first (0: never), and how often again.
struct timer_setting {
	uint64_t value, interval;
};

// Create such a file. `realtime`: absolute times are those of clock_realtime_ns(). `flags`:
// O_NONBLOCK or 0. Returns 0 with the file in *store; -ENOMEM.
int timerfd_create(bool realtime, uint32_t flags, struct file **store);

// Returns true if `file` is a timer.
bool file_is_timerfd(const struct file *file);

// Set the timer of `file`, and store the old setting in *old. With `absolute` setting->value is
// a time of the timer's clock. Expirations that have not been read are forgotten.
void timerfd_set(struct file *file, const struct timer_setting *setting, bool absolute,
                 struct timer_setting *old);

// Returns the setting: the time that is left, and the interval.
struct timer_setting timerfd_get(struct file *file);
