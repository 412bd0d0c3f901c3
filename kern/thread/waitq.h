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

// Make `wq`, whose contents may be undefined, an empty queue.
static inline void waitq_init(struct waitq *wq)
{
	list_init(&wq->waiters);
	wq->watches = 0;
}

// Returns true if no thread waits and no watch is on the queue. Takes no lock: the result is a
// hint, unless the caller holds the lock of the condition.
static inline bool waitq_empty(const struct waitq *wq)
{
	return list_empty(&wq->waiters);
}

// The events that may end a sleep besides a wakeup.
enum wait_mode {
	WAIT_UNINTERRUPTIBLE, // nothing
	WAIT_KILLABLE,        // only the thread's death
	WAIT_INTERRUPTIBLE,   // death, or a signal that is neither blocked nor ignored
};

#define NO_DEADLINE UINT64_MAX

// Sleep on `wq` until woken, until clock_ns() reaches `deadline` (NO_DEADLINE: never), or until an
// event that `mode` allows. Releases `lock` (NULL: none) after the thread is on the queue, so that
// no wakeup can be missed, and takes it again before each return.
// Caller: holds `lock` and no other spinlock; sleeping locks stay held.
// Returns 0 if woken; -EINTR after an event that `mode` allows, at once if it is pending;
// -ETIMEDOUT at the deadline, also if it has passed: but only after a sleep until the next timer
// interrupt. A wakeup that comes together with another end counts as a wakeup. After 0 the
// condition may be false again: test it anew.
int waitq_sleep(struct waitq *wq, struct spinlock *lock, enum wait_mode mode, uint64_t deadline);

// Wake the thread that has waited longest; it leaves the queue. It runs later: this function does
// not switch. Takes sched_lock; does not sleep; may be called by an interrupt handler and under a
// spinlock of lower rank than RANK_SCHED. Not for a queue on which polls wait (poll_wait): a watch
// would use up the wakeup. Returns how many threads it woke, 0 or 1.
int waitq_wake_one(struct waitq *wq);

// Wake all threads of the queue, and call the functions of its watches; all leave the queue. The
// threads run later, in the order of the queue. Takes sched_lock; does not sleep; may be called by
// an interrupt handler and under a spinlock of lower rank than RANK_SCHED. Counts its work
// (yield_due). Returns how many threads and watches there were.
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
// function is called. For sets of files (fs/epoll.h). [a] atomic
struct watch {
	struct waiter waiter; // waiter.thread is NULL
	struct waitq *home;   // the only queue that it is put on; NULL: none yet
	uint32_t wanted;      // [a] the events (POLLIN, ...) that waitq_wake_polls compares
	void (*fired)(struct watch *watch); // called under sched_lock: must not sleep
};

// Prepare a watch, which is on no queue yet, has no home, and wants all events. `fired`: as in
// struct watch.
static inline void watch_init(struct watch *watch, void (*fired)(struct watch *watch))
{
	list_init(&watch->waiter.link);
	watch->waiter.thread = NULL;
	watch->home = NULL;
	watch->wanted = UINT32_MAX;
	watch->fired = fired;
}

// Wake the waiters of a queue of polls that want one of `events` (POLLIN, ...): all threads, since
// they look again anyway, and the watches that want such an event. The others stay on the queue.
// Takes sched_lock; does not sleep; may be called by an interrupt handler and under a spinlock of
// lower rank than RANK_SCHED. Counts its work (yield_due). Returns how many threads and watches
// were on the queue, also those that stay.
int waitq_wake_polls(struct waitq *wq, uint32_t events);

// Put `watch` at the end of the queue, unless it is on it. The first queue becomes its home; later
// calls must name the same queue, or panic. If that queue has WATCHES_MAX watches already, `watch`
// is put on no queue, and watch->home stays NULL: so the caller sees this. Takes sched_lock.
// Caller: keeps *watch and the queue valid until watch_end.
void watch_add(struct waitq *wq, struct watch *watch);

// Take `watch` off its queue, and let it have no home; a wakeup may have taken it off already, or
// it never was on one. Its function is not called any more. Takes sched_lock. Caller: keeps the
// queue valid until then.
void watch_end(struct watch *watch);

// Wake all threads of the queue, and call the functions of its watches, from the function of
// another watch; all leave the queue. Caller: holds sched_lock.
void watch_wake(struct waitq *wq);

// Put `waiter`, whose contents may be undefined, on the queue for the current thread. If the last
// waiter there is the thread's too, `waiter` stays off the queue. Takes sched_lock. Caller: removes
// it by waiter_remove in both cases, before *waiter or the queue is freed.
void waiter_add(struct waitq *wq, struct waiter *waiter);

// Sleep until one of the queues is woken on which the thread has put waiters; do not sleep if one
// was woken since. `mode` and `deadline` are those of waitq_sleep. The waiters stay on the other
// queues (waiter_remove). Caller: holds no spinlock.
// Returns 0 if woken; -ETIMEDOUT at the deadline; -EINTR after an event that `mode` allows, at once
// if it is pending and no queue was woken. A wakeup that comes together with one of these errors is
// discarded: look at all conditions again after each result.
int waiter_block(enum wait_mode mode, uint64_t deadline);

// Remove `waiter` from its queue, where a wakeup may have removed it already, or waiter_add has not
// put it; discard a wakeup of the thread that waiter_block has not seen, by any queue. Takes
// sched_lock. Caller: the thread that called waiter_add.
void waiter_remove(struct waiter *waiter);
