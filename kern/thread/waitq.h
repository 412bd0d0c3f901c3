// waitq.h: wait queues: threads that sleep until a condition becomes true.
//
// The pattern is that of a condition variable. A spinlock guards the condition. The waiter tests
// the condition in a loop under the lock; the thread that makes it true holds the same lock while
// it wakes the waiter. So no wakeup is lost:
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
	struct list waiters; // struct waiter by link, the oldest first; guarded by sched_lock
	uint32_t watches;    // struct watch that have this queue as `home`; guarded by sched_lock
};

#define WAITQ_INIT(wq) ((struct waitq){ { &(wq).waiters, &(wq).waiters }, 0 })

// Make `wq` an empty queue.
static inline void waitq_init(struct waitq *wq)
{
	list_init(&wq->waiters);
	wq->watches = 0;
}

// Returns true if no thread waits. Without the lock of the condition the result is a hint.
static inline bool waitq_empty(const struct waitq *wq)
{
	return list_empty(&wq->waiters);
}

// The events that may end a sleep besides a wakeup.
enum wait_mode {
	WAIT_UNINTERRUPTIBLE, // nothing
	WAIT_KILLABLE,        // only the thread's death
	WAIT_INTERRUPTIBLE,   // a signal that is neither blocked nor ignored
};

#define NO_DEADLINE UINT64_MAX

// Sleep on `wq` until woken, until clock_ns() reaches `deadline`, or until an event that `mode`
// allows. Releases `lock` (NULL: none) after the thread is on the queue, so that no wakeup can be
// missed, and takes it again before the return.
// Caller: holds `lock` and no other spinlock.
// Returns 0 if woken, -ETIMEDOUT, or -EINTR. A wakeup that comes together with another end counts
// as a wakeup.
int waitq_sleep(struct waitq *wq, struct spinlock *lock, enum wait_mode mode, uint64_t deadline);

// Wake the thread that has waited longest. Never sleeps; may be called by an interrupt handler and
// under a spinlock of smaller rank than RANK_SCHED. Returns how many threads it woke, 0 or 1.
int waitq_wake_one(struct waitq *wq);

// Like waitq_wake_one, but wakes all threads of the queue.
int waitq_wake_all(struct waitq *wq);

// One entry of a wait queue. To wait on several queues at once (poll), a thread puts a waiter on
// each queue, blocks, and removes them all. A wakeup that comes between waiter_add and
// waiter_block makes waiter_block return at once; waiter_remove discards it.
struct waiter {
	struct list link;
	struct thread *thread;
};

// Watches that one queue can have. A wakeup calls the functions of all of them without a yield.
#define WATCHES_MAX 2048

// A watch stands on a queue for no thread: when the queue is woken, the watch leaves it, and its
// function is called. For sets of files (fs/epoll.h).
struct watch {
	struct waiter waiter;               // waiter.thread is NULL
	struct waitq *home;                 // the only queue that it is put on; NULL: none yet
	void (*fired)(struct watch *watch); // called under sched_lock: must not sleep
};

// Prepare a watch, which is on no queue yet.
static inline void watch_init(struct watch *watch, void (*fired)(struct watch *watch))
{
	list_init(&watch->waiter.link);
	watch->waiter.thread = NULL;
	watch->home = NULL;
	watch->fired = fired;
}

// Put `watch` on the queue, unless it is on it. The first queue becomes its home, unless that queue
// has WATCHES_MAX watches: then `watch` has no home, and is on no queue.
void watch_add(struct waitq *wq, struct watch *watch);

// Take `watch` off its queue for ever; a wakeup may have taken it off already.
void watch_end(struct watch *watch);

// Like waitq_wake_all. Caller: is the function of a watch.
void watch_wake(struct waitq *wq);

// Put `waiter` on the queue for the current thread, unless the last waiter there is the thread's
// too.
void waiter_add(struct waitq *wq, struct waiter *waiter);

// Sleep until one of the thread's queues is woken; `mode`, `deadline` and result as for
// waitq_sleep.
// Caller: holds no spinlock.
int waiter_block(enum wait_mode mode, uint64_t deadline);

// Remove `waiter` from its queue; a wakeup may have removed it already.
void waiter_remove(struct waiter *waiter);
