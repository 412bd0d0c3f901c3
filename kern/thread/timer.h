// timer.h: the time, and timers, which call a function at a given time.
#pragma once

#include "kern.h"
#include "mem/avl.h"

// Returns the nanoseconds since boot; never goes back. Costs about three port accesses to the PIT.
// If nobody has read the clock for 54.9 ms or more, it is behind until the next timer interrupt,
// which corrects it. Takes timer_lock.
uint64_t clock_ns(void);

// Returns the nanoseconds since 1970-01-01 00:00 UTC: the CMOS clock's time at boot plus
// clock_ns(). Takes timer_lock.
uint64_t clock_realtime_ns(void);

// Returns the nanoseconds since the time-stamp counter showed `tsc`, which is not later than now,
// as well as the first timer interrupts have measured the counter's rate; 0 before them. Takes no
// lock: for reports about a machine that stands still.
uint64_t clock_since(uint64_t tsc);

#define NS_PER_SECOND 1000000000ull
#define NS_PER_MS 1000000ull

struct timer {
	struct avl_node node;              // in the tree of armed timers
	uint64_t deadline;                 // in the nanoseconds of clock_ns()
	void (*fire)(struct timer *timer); // runs with interrupts off, no lock held; must not sleep
};

// Prepare a timer, whose contents may be undefined; it is not armed then. `fire`: as in struct
// timer. Not for an armed timer.
static inline void timer_init(struct timer *timer, void (*fire)(struct timer *timer))
{
	avl_node_init(&timer->node);
	timer->fire = fire;
}

// Call timer->fire(timer) once, in the first timer interrupt at or after clock_ns() == `deadline`;
// soon, but never before the return, if `deadline` has passed. If many timers are due, the last
// ones may be called in interrupts that follow at once. Timers are called in the order of their
// deadlines, equal ones in the order of arming. If the timer is armed already, the new deadline
// replaces the old one. `fire` finds the timer disarmed: it may arm it again or free it. Takes
// timer_lock. Caller: keeps *timer valid until it has fired or was cancelled.
void timer_arm(struct timer *timer, uint64_t deadline);

// Disarm the timer: it will not fire, unless it is armed again, and *timer may be freed. A timer
// that is not armed stays as it is, but must have been prepared (timer_init). Its function does not
// run now either, since it runs in an interrupt. Takes timer_lock.
void timer_cancel(struct timer *timer);
