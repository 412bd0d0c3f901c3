// timer.h: calling a function at a time to come.
#pragma once

#include "kern.h"
#include "mem/avl.h"

// Nanoseconds since boot; never goes back. Reads the PIT: some 3 port accesses.
uint64_t clock_ns(void);

// Nanoseconds since 1970-01-01 00:00 UTC: the CMOS clock's time at boot plus clock_ns().
uint64_t clock_realtime_ns(void);

#define NS_PER_SECOND 1000000000ull
#define NS_PER_MS 1000000ull

struct timer {
	struct avl_node node; // in the tree of armed timers
	uint64_t deadline;
	void (*fire)(struct timer *timer); // called with interrupts off, no lock held; must not sleep
};

static inline void timer_init(struct timer *timer, void (*fire)(struct timer *timer))
{
	avl_node_init(&timer->node);
	timer->fire = fire;
}

// Call timer->fire(timer) once clock_ns() has reached `deadline`. Arming an armed timer moves it.
void timer_arm(struct timer *timer, uint64_t deadline);

// The timer will not fire any more (unless armed again). Harmless when it is not armed.
void timer_cancel(struct timer *timer);
