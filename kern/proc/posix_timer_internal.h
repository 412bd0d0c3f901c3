// posix_timer_internal.h: what the files of a process's timers share.
#pragma once

#include "list.h"
#include "proc/posix_timer.h"

// [c] constant   [p] process_lock
struct posix_timer {
	struct list link;               // [p] among the timers of the process, in any order
	struct process *process;        // [c]
	int id;                         // [c]
	int clock;                      // [c] one of thread or process names it by number
	struct posix_timer_event event; // [c]
	struct timer timer;             // armed while it runs by a clock of real time
	uint64_t deadline;              // [p] of its clock; 0: not set
	uint64_t interval;              // [p]
	bool waiting;                 // [p] its signal is pending, and it rests until that is taken
	uint32_t overrun;             // [p] of the last signal
	uint32_t serial;              // [c] not 0; no other timer has it
	struct pending_info *pending; // [c] for its signal
};

// The timers of a process, made with its first one. [p] process_lock
struct posix_timers {
	struct list list; // [p] in any order
	int next_id;      // [p]
	uint32_t on_cpu;  // [p] how many run by clocks of processor time
};

// Returns true for a clock of processor time.
static inline bool posix_timer_by_cpu(const struct posix_timer *timer)
{
	return timer->clock < 0;
}

// Returns the ns by the timer's clock; 0 by the clock of a thread that has ended. Caller: holds
// process_lock.
uint64_t posix_timer_time(const struct posix_timer *timer);

// Arm the timer for its deadline, but `soonest` ns from now on at the earliest. Does nothing for
// one that is not set, that sends no signal (SIGEV_NONE), or that runs by processor time: each tick
// looks at that.
// Caller: holds process_lock.
void posix_timer_arm(struct posix_timer *timer, uint64_t soonest);

// Let the timer expire if its clock has reached the deadline, else arm it again: the function of
// the struct timer in it (timer_init), called in the timer's interrupt. Does nothing if the timer
// is not set, or its signal has not been taken yet. Takes process_lock.
void posix_timer_fire(struct timer *armed);

// Returns timer `id` of the current process, or NULL; `id` may be any number. Borrowed: valid until
// the caller releases process_lock. Caller: holds process_lock.
struct posix_timer *posix_timer_find(int id);
