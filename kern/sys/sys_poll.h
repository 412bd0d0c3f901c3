// sys_poll.h: functions shared by poll and select.
#pragma once

#include "fs/file.h"
#include "kern.h"
#include <abi/poll.h>
#include <abi/signal.h>
#include <abi/time.h>

struct poll_list;

// Returns the events (POLL bits) that hold for a file now, all of them, whatever was asked for.
// Puts the waiter table->next, which then moves on, or else the watch table->watch, on the file's
// queue (poll_wait); both NULL: none. A file without a poll operation can always be read and
// written, and has no queue: table->next stays.
static inline unsigned int file_events(struct file *file, struct poll_table *table)
{
	if (!file->ops->poll)
		return POLLIN | POLLOUT | POLLRDNORM | POLLWRNORM;
	return file->ops->poll(file, table);
}

// Sleep until one of the descriptors of `list` has one of its events, or until clock_ns() reaches
// `deadline` (0: do not sleep; else the list was made with `waits`; NO_DEADLINE: no end). POLLERR,
// POLLHUP and POLLNVAL (not open) always count; a descriptor below 0 never has events. Fills in
// revents and, if it may sleep, references on the files, which poll_list_free drops. Yields.
// Caller: holds no lock. Returns how many descriptors have events, 0 at the deadline;
// -ERESTARTNOHAND if none has and a signal is to be delivered: then all revents are 0.
int poll_files(struct poll_list *list, uint64_t deadline);

// Convert the time-out at `timeout` to a deadline, a time of clock_ns(): NULL becomes NO_DEADLINE,
// a time-out of 0 becomes 0, one of 2^32 s or more NO_DEADLINE. Of a struct timespec64 only the
// lower 32 bits of tv_nsec count. Copies from the user: no lock may be held. Returns 0 with it in
// *deadline; with *deadline undefined: -EFAULT if the time cannot be read; -EINVAL for a negative
// time or 10^9 ns or more in tv_nsec.
int poll_deadline(const struct timespec __user *timeout, uint64_t *deadline);
int poll_deadline64(const struct timespec64 __user *timeout, uint64_t *deadline);

// Store at `timeout` how much of the time-out is left until `deadline`, 0 after it, so that the
// call can be made again with it; nothing if `timeout` is NULL, or `deadline` 0 or NO_DEADLINE.
// `result`: the result of the wait. Copies to the user: no lock may be held.
// Returns the call's result: `result`, but -EINTR for -ERESTARTNOHAND if the time cannot be stored.
long poll_time_left(struct timespec __user *timeout, uint64_t deadline, long result);
long poll_time_left64(struct timespec64 __user *timeout, uint64_t deadline, long result);

// Returns the call's result for the `result` of a wait. If the time that is left could not be
// stored (`stored` is false), the call must not be made again: it would wait for the whole time
// once more. Then EINTR takes the place of ERESTARTNOHAND; any other result stays.
static inline long poll_result(bool stored, long result)
{
	return !stored && result == -ERESTARTNOHAND ? -EINTR : result;
}

// A mask of blocked signals that is in force while a call waits.
struct wait_mask {
	bool set;       // there is such a mask
	uint64_t saved; // the thread's mask before
};

// Replace the current thread's mask by the one at `user`, without SIGKILL and SIGSTOP. If `user` is
// NULL, keep the thread's mask. `size` is the size that the program passed. Copies from the user:
// no lock may be held.
// Returns 0: the caller must call wait_mask_end; -EINVAL if `user` is not NULL and `size` is not
// sizeof(sigset_t); -EFAULT. After an error the mask has not changed, and the caller does not call
// wait_mask_end.
int wait_mask_begin(struct wait_mask *mask, const sigset_t __user *user, size_t size);

// End the mask after a wait with the result `result`; nothing if wait_mask_begin has set none. If a
// signal ended the wait (-ERESTARTNOHAND), it is delivered under the mask, and the old mask returns
// after that: otherwise a signal that only the mask admits would end the call but never run its
// handler (pselect(2)). After any other result the old mask returns now. Takes process_lock.
void wait_mask_end(struct wait_mask *mask, long result);
