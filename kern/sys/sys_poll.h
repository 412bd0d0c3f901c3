// sys_poll.h: what poll and select have in common.
#pragma once

#include "kern.h"
#include <abi/poll.h>
#include <abi/signal.h>
#include <abi/time.h>

// Wait until one of the `count` descriptors in fds[] has one of its events, or clock_ns() reaches
// `deadline` (0: do not wait). Fills in revents, and returns how many there are with any;
// -ERESTARTNOHAND if none has and a signal is to be delivered; -ENOMEM.
int poll_files(struct pollfd *fds, uint32_t count, uint64_t deadline);

// A time-out as a deadline: NULL is NO_DEADLINE. -EFAULT, or -EINVAL for what is no time.
int poll_deadline(const struct timespec __user *timeout, uint64_t *deadline);
int poll_deadline64(const struct timespec64 __user *timeout, uint64_t *deadline);

// Store how much of the time-out is left, so that the call can be made again with it. Returns what
// the call is to return, whose result is `result`: a call that can be made again, unless the time
// cannot be stored, then -EINTR.
long poll_time_left(struct timespec __user *timeout, uint64_t deadline, long result);
long poll_time_left64(struct timespec64 __user *timeout, uint64_t deadline, long result);

// As the last line of the two.
static inline long poll_result(bool stored, long result)
{
	return !stored && result == -ERESTARTNOHAND ? -EINTR : result;
}

// A mask of blocked signals that holds while a call waits.
struct wait_mask {
	bool set;
	uint64_t saved;
};

// Put the mask at `user` (NULL: none) in force. 0, -EFAULT or -EINVAL.
int wait_mask_begin(struct wait_mask *mask, const sigset_t __user *user, size_t size);

// The wait ended with `result`. A signal that ended it is delivered before the old mask returns.
void wait_mask_end(struct wait_mask *mask, long result);
