// itimer.h: the interval timers of a process (setitimer(2)): one by the clock, which sends SIGALRM,
// and two by its processor time, which send SIGVTALRM and SIGPROF.
#pragma once

#include "kern.h"
#include "thread/timer.h"

struct process;

// A timer's setting, in nanoseconds: when it expires first (0: never), and how often again.
struct itimer_setting {
	uint64_t value, interval;
};

// The timers. [p] process_lock
struct itimers {
	struct process *process;                // [p] the owner
	struct timer alarm;                     // ITIMER_REAL; armed while real.value is not 0
	struct itimer_setting real;             // [p] `value` is a time of clock_ns()
	struct itimer_setting virtual, profile; // [p] `value` is a processor time of the process
};

// Initialize the timers of `process`, which is new: none is set. Takes no reference: `process` is
// the struct that contains *timers. Caller: has cleared *timers.
void itimers_init(struct itimers *timers, struct process *process);

// Disarm the timers, because their process has ended: none expires any more. Nothing is left to
// free. Caller: holds process_lock.
void itimers_end(struct itimers *timers);

// Returns the setting of timer `which` (ITIMER_REAL, ITIMER_VIRTUAL or ITIMER_PROF; the caller has
// checked it) of the current process, in ns: `value` is the time that is left, 0 if the timer is
// not set, 1,000 if it is due and its signal has not been sent yet; `interval` as it was set, also
// of a timer that is not set any more. Takes process_lock. Caller: holds no spinlock.
struct itimer_setting itimer_get(int which);

// Set timer `which` (as itimer_get) of the current process: it expires setting->value ns from now
// on, and then each setting->interval ns (0: once), but no more often than every 50,000 ns;
// expiries that were missed make one signal. With setting->value 0 it is not set any more. The time
// of the timer and setting->value must fit in 64 bits together. Returns the old setting as
// itimer_get. Takes process_lock. Caller: holds no spinlock.
struct itimer_setting itimer_set(int which, const struct itimer_setting *setting);

// Send the signals of the process's timers by processor time that have expired, one for each timer:
// SIGVTALRM, SIGPROF. Called when a tick of the timer has found the process running. `user` and
// `all`: the ns that the process has used, in its program and altogether, since it began. Does not
// look at ITIMER_REAL. Caller: holds process_lock.
void itimers_tick(struct itimers *timers, uint64_t user, uint64_t all);
