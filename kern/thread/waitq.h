// waitq.h: threads waiting for something to happen.
//
// The pattern is that of a condition variable: the condition is guarded by a spinlock, the waiter
// checks it in a loop under the lock, and whoever makes it true holds the same lock while waking.
// So no wakeup is lost:
//
//	spin_lock(&pipe->lock);
//	while (pipe is empty) {
//		error = waitq_sleep(&pipe->readers, &pipe->lock, WAIT_INTERRUPTIBLE, NO_DEADLINE);
//		if (error)
//			...                               // -EINTR: the lock is held again here too
//	}
#pragma once

#include "cpu/spinlock.h"
#include "kern.h"
#include "list.h"

struct thread;

struct waitq {
	struct list waiters; // struct waiter by link, the longest waiting first; guarded by sched_lock
};

#define WAITQ_INIT(wq) ((struct waitq){ { &(wq).waiters, &(wq).waiters } })

static inline void waitq_init(struct waitq *wq)
{
	list_init(&wq->waiters);
}

static inline bool waitq_empty(const struct waitq *wq)
{
	return list_empty(&wq->waiters);
}

// What may end a sleep besides a wakeup.
enum wait_mode {
	WAIT_UNINTERRUPTIBLE, // nothing
	WAIT_KILLABLE,        // only the thread's death
	WAIT_INTERRUPTIBLE,   // a signal that is neither blocked nor ignored
};

#define NO_DEADLINE UINT64_MAX

// Sleep on `wq` until woken, until clock_ns() reaches `deadline`, or until `mode` lets something
// else end it. Releases `lock` (NULL: none) once nobody can miss this thread, and holds it again on
// return.
// Returns 0 when woken, -ETIMEDOUT, or -EINTR. Caller: holds no other lock.
int waitq_sleep(struct waitq *wq, struct spinlock *lock, enum wait_mode mode, uint64_t deadline);

// Wake the thread that has waited longest, or all. Never sleeps; may be called from an interrupt
// handler and under a spinlock of smaller rank than RANK_SCHED. Returns how many it woke.
int waitq_wake_one(struct waitq *wq);
int waitq_wake_all(struct waitq *wq);

// Waiting on several queues at once (poll): put one waiter on each, then block, then take them all
// off. A wakeup that comes between waiter_add and waiter_block makes waiter_block return at once;
// waiter_remove forgets it.
struct waiter {
	struct list link;
	struct thread *thread;
};

void waiter_add(struct waitq *wq, struct waiter *waiter);
int waiter_block(enum wait_mode mode, uint64_t deadline);
void waiter_remove(struct waiter *waiter);
