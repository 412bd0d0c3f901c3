// posix_timer.h: timers that a process makes itself (timer_create(2)). Each expires by a clock of
// its choice and sends a signal of its choice.
#pragma once

#include "kern.h"
#include "thread/timer.h"

struct process;
struct signal_info;

// How a timer reports that it has expired.
struct posix_timer_event {
	bool silent;      // SIGEV_NONE: not at all
	int signo;        // the signal (1 to 64)
	pid_t tid;        // SIGEV_THREAD_ID: the thread that gets it; 0: the process
	bool value_is_id; // no event was given: the value is the timer's number
	uintptr_t value;  // what the signal carries
};

// A timer's setting, in nanoseconds.
struct posix_timer_setting {
	uint64_t value;    // when it expires next; 0: never
	uint64_t interval; // how often after that; 0: never again
};

// Returns 0 if timers of the current process can run by `clock`, a CLOCK_ constant or the id of a
// clock of processor time; -EINVAL if it does not exist, or is that of another process or its
// thread; -EOPNOTSUPP if it can only be read. Caller: holds no spinlock.
int posix_timer_check_clock(int clock);

// Make a timer of the current process that runs by `clock`. It is not set yet. `event` is copied;
// its signal is not checked.
// Returns its number, from 0 on; in this order: -EINVAL if `clock` does not exist or is another
// process's; -EOPNOTSUPP if it can only be read; -EAGAIN at RLIMIT_SIGPENDING, with 8,192 signals
// queued or reserved in all, or if there is no memory; -EINVAL if event->tid is neither 0 nor a
// thread of the process. Caller: holds no lock.
int posix_timer_create(int clock, const struct posix_timer_event *event);

// Delete timer `id` of the current process and free it. A signal of it that is pending is
// withdrawn. Returns 0; -EINVAL if there is no such timer. Caller: holds no lock.
int posix_timer_delete(int id);

// Set timer `id` of the current process: it expires when its clock reaches setting->value ns if
// `absolute`, at once if that has passed (by processor time: at the next tick); else that long from
// now on. With value 0 it is not set any more, and setting->interval does not count. Stores the old
// setting in *old, as posix_timer_get does. A signal of it that is pending is withdrawn, and its
// overrun is 0 again.
// Returns 0; -EINVAL if there is no such timer; -ESRCH if it runs by the clock of a thread that has
// ended. After an error nothing has changed, and *old is unchanged. Caller: holds no lock.
int posix_timer_set(int id, bool absolute, const struct posix_timer_setting *setting,
                    struct posix_timer_setting *old);

// Store the ns that timer `id` of the current process has left, also if it was set to an absolute
// time, and its interval. 0 left: it is not set, or has expired once and for all; 1: it is due, and
// has not sent its signal yet. With an interval, and its signal pending: the ns to the next
// expiration. Both are 0 if it runs by the clock of a thread that has ended. Returns 0 with both in
// *store; -EINVAL, with *store unchanged, if there is no such timer. Caller: holds no lock.
int posix_timer_get(int id, struct posix_timer_setting *store);

// Returns how many expirations the last signal that was taken of timer `id` of the current process
// stood for, beyond the first, at most 2^31 - 1; 0 before the first signal, and after
// posix_timer_set; -EINVAL if there is no such timer. Caller: holds no lock.
int posix_timer_overrun(int id);

// Complete *info, the description of a timer's signal that the current thread has just taken:
// info->uid becomes the number of expirations that it stands for beyond the first. Let a timer with
// an interval go on: it sends again after 50 microseconds at the earliest. Does nothing, and leaves
// info->uid, if the timer is gone or has been set anew. Caller: holds no lock.
void posix_timer_delivered(struct signal_info *info);

// Send the signals `signo` of the timers with an interval of the current process that rest because
// the signal was ignored when they expired. Called when the action of `signo` is SIG_IGN no more.
// Yields; a killed thread completes the work. Caller: holds no lock.
void posix_timers_unignore(int signo);

// Delete all timers of `process`, the current one, which executes a program or ends; signals of
// them that are pending are withdrawn. It has no other thread that lives. Yields. Caller: holds no
// lock.
void posix_timers_end(struct process *process);

// Let the timers of `process`, the current one, expire that run by processor time and are due:
// those of the process's clock, and of the current thread's. Called when a tick of the timer has
// found it running; what is too much for one tick is left to the next. Caller: holds process_lock.
void posix_timers_tick(struct process *process);
