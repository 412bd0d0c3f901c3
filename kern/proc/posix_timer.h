// posix_timer.h: timers that a process makes itself (timer_create(2)). Each expires by a clock of its
// choice and sends a signal of its choice.
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

// Returns 0 if timers can run by `clock`; -EINVAL if it does not exist, or is that of another process;
// -EOPNOTSUPP if it can only be read. Caller: holds no spinlock.
int posix_timer_check_clock(int clock);

// Make a timer of the current process by `clock`, which is not set. Returns its number; the errors of
// posix_timer_check_clock; -EINVAL if `event->tid` is no thread of the process; -EAGAIN at RLIMIT_SIGPENDING, or if there is
// no memory. Caller: holds no lock.
int posix_timer_create(int clock, const struct posix_timer_event *event);

// Delete timer `id` of the current process. A signal of it that is pending is withdrawn. Returns 0;
// -EINVAL if there is no such timer. Caller: holds no lock.
int posix_timer_delete(int id);

// Set timer `id` of the current process: it expires at setting->value if `absolute`, else that long
// from now on. Stores the old setting as posix_timer_get does. A signal that is pending is withdrawn.
// Returns 0; -EINVAL; -ESRCH if it runs by the clock of a thread that has ended. Caller: holds no lock.
int posix_timer_set(int id, bool absolute, const struct posix_timer_setting *setting,
                    struct posix_timer_setting *old);

// Store the time that timer `id` has left, and its interval; zeroes if it runs by the clock of a thread
// that has ended. Returns 0 or -EINVAL. Caller: holds no lock.
int posix_timer_get(int id, struct posix_timer_setting *store);

// Returns how many expirations the last signal of timer `id` stood for, beyond the first; -EINVAL.
// Caller: holds no lock.
int posix_timer_overrun(int id);

// The current thread has taken a signal that a timer has sent: complete its description by the number
// of expirations that it stands for, and let the timer go on. Caller: holds no lock.
void posix_timer_delivered(struct signal_info *info);

// The action of `signo` of the current process has changed from SIG_IGN: send the signals of the timers
// that have rested because it was ignored. Yields. Caller: holds no lock.
void posix_timers_unignore(int signo);

// Delete all timers of the current process, which executes a program or ends. It has no other
// thread that lives. Yields. Caller: holds no lock.
void posix_timers_end(struct process *process);

// A tick has found the current process running: let its timers by processor time expire. Caller:
// holds process_lock.
void posix_timers_tick(struct process *process);
