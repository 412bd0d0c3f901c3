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

// Initialize the timers of a new process: none is set.
void itimers_init(struct itimers *timers, struct process *process);

// The process has ended: no timer expires any more. Caller: holds process_lock.
void itimers_end(struct itimers *timers);

// Returns the setting of timer `which` (ITIMER_) of the current process: the time that is left, and
// the interval. Caller: holds no spinlock.
struct itimer_setting itimer_get(int which);

// Set timer `which` of the current process: setting->value is a time from now on. Returns the old
// setting. Caller: holds no spinlock.
struct itimer_setting itimer_set(int which, const struct itimer_setting *setting);

// A tick has found the process running: send the signals of timers by processor time that have
// expired. `user` and `all`: what it has used, in its program and altogether. Caller: holds
// process_lock.
void itimers_tick(struct itimers *timers, uint64_t user, uint64_t all);
