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

// Initialize the timers of a new process: none is set. Caller: has cleared *timers.
void itimers_init(struct itimers *timers, struct process *process);

// Disarm the timers, because their process has ended: none expires any more. Caller: holds
// process_lock.
void itimers_end(struct itimers *timers);

// Returns the setting of timer `which` (ITIMER_REAL, ITIMER_VIRTUAL or ITIMER_PROF) of the current
// process, in ns: `value` is the time that is left, 0 if the timer is not set, 1,000 if it is due
// and its signal has not been sent yet. Caller: holds no spinlock.
struct itimer_setting itimer_get(int which);

// Set timer `which` (ITIMER_) of the current process: it expires setting->value ns from now on, and
// then each setting->interval ns (0: once). With setting->value 0 it is not set any more. Returns
// the old setting in the form of itimer_get. Caller: holds no spinlock.
struct itimer_setting itimer_set(int which, const struct itimer_setting *setting);

// Send the signals of the process's timers by processor time that have expired. Called when a tick
// of the timer has found the process running. `user` and `all`: the ns that the process has used,
// in its program and altogether. Caller: holds process_lock.
void itimers_tick(struct itimers *timers, uint64_t user, uint64_t all);
