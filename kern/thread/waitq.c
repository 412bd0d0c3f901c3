// waitq.c: sleeping and waking. The order that loses no wakeup: a thread is on the queue before it
// releases the lock of the condition, and sched_lock is held from there until the thread has
// switched away.
#include "thread/waitq.h"

#include "thread/sched.h"
#include "thread/timer.h"
#include "thread/yield.h"

#define WAKE_COST 40u // instructions, roughly, to wake one of many waiters

// A timer that ends the sleep of one thread.
struct wake_timer {
	struct timer timer;
	struct thread *thread;
};

// The timer's function. The thread may have been woken since, so its state is looked at.
static void wake_at_deadline(struct timer *timer)
{
	struct thread *thread = container_of(timer, struct wake_timer, timer)->thread;

	spin_lock(&sched_lock);
	if (thread->state == THREAD_SLEEPING)
		make_runnable(thread, -ETIMEDOUT);
	spin_unlock(&sched_lock);
}

// Sleep. Caller: holds sched_lock, which is released. Returns the result of the sleep, or -EINTR
// at once if an event that `mode` allows is pending.
static int sleep_locked(struct thread *thread, enum wait_mode mode)
{
	assert_only_spinlock(&sched_lock);
	if (thread->work & work_ending(mode)) {
		spin_unlock(&sched_lock);
		return -EINTR;
	}
	thread->state = THREAD_SLEEPING;
	thread->wait_mode = (uint8_t)mode;
	schedule();
	return thread->wake_reason;
}
// Like sleep_locked, but a timer ends the sleep at `deadline`. The timer lies on this stack, so it
// must be cancelled before the return. Not inline: most sleeps have no deadline and should not pay
// for the timer's stack space.
static __noinline int sleep_with_timer(struct thread *thread, enum wait_mode mode, uint64_t deadline)
{
	struct wake_timer wake = { .thread = thread };
	int reason;

	// Interrupts stay off until the switch to another thread, so the timer cannot fire before.
	timer_init(&wake.timer, wake_at_deadline);
	spin_unlock(&sched_lock);
	timer_arm(&wake.timer, deadline);
	spin_lock(&sched_lock);
	reason = sleep_locked(thread, mode);
	timer_cancel(&wake.timer);
	return reason;
}

// Sleep, with a timer if there is a deadline. Caller: holds sched_lock, which is released.
static int sleep_until(struct thread *thread, enum wait_mode mode, uint64_t deadline)
{
	assert_only_spinlock(&sched_lock);
	return deadline == NO_DEADLINE ? sleep_locked(thread, mode) :
	                                 sleep_with_timer(thread, mode, deadline);
}

// Remove the current thread's waiter from its queue after a sleep that no wakeup has ended.
// Returns true if the waiter was off the queue already: a wakeup was spent on it meanwhile. The
// sleeper must then report that wakeup, or it is lost to all others.
static bool withdraw(struct waiter *waiter)
{
	bool spent;

	spin_lock(&sched_lock);
	spent = list_empty(&waiter->link);
	list_remove(&waiter->link);
	waiter->thread->woken = false;
	spin_unlock(&sched_lock);
	return spent;
}

// sched_lock is taken before `lock` is released: a waker that gets `lock` finds the waiter on the
// queue and must wait for sched_lock until the thread sleeps.
int waitq_sleep(struct waitq *wq, struct spinlock *lock, enum wait_mode mode, uint64_t deadline)
{
	struct thread *thread = thread_current();
	struct waiter waiter = { .thread = thread };
	int reason;

	assert_only_spinlock(lock);
	spin_lock(&sched_lock);
	list_add_tail(&wq->waiters, &waiter.link);
	if (lock)
		spin_unlock(lock);
	reason = sleep_until(thread, mode, deadline);
	if (reason && withdraw(&waiter))
		reason = 0;
	debug_assert(list_empty(&waiter.link)); // else the queue would name this stack
	if (lock)
		spin_lock(lock);
	return reason;
}

// Remove `waiter` from its queue and wake its thread. A thread that does not sleep yet (waiter_add
// without waiter_block) gets a mark instead. Caller: holds sched_lock.
static void wake(struct waiter *waiter)
{
	struct thread *thread = waiter->thread;

	assert_spin_held(&sched_lock);
	list_remove(&waiter->link);
	if (unlikely(!thread)) {
		struct watch *watch = container_of(waiter, struct watch, waiter);

		watch->fired(watch);
		return;
	}
	if (thread->state == THREAD_SLEEPING)
		make_runnable(thread, 0);
	else
		thread->woken = true;
}

// Fair: the queue is in the order of arrival.
int waitq_wake_one(struct waitq *wq)
{
	int woken = 0;

	spin_lock(&sched_lock);
	if (!list_empty(&wq->waiters)) {
		wake(list_first(&wq->waiters, struct waiter, link));
		woken = 1;
	}
	spin_unlock(&sched_lock);
	return woken;
}

// Count the work of waking several waiters: callers wake queues in loops.
static void count_wakeups(int waiters)
{
	if (unlikely(waiters > 1))
		(void)yield_due(WAKE_COST * (uint32_t)waiters);
}

// Each woken thread tests its condition again; most will sleep again if the condition fits only
// one.
int waitq_wake_all(struct waitq *wq)
{
	int woken = 0;

	spin_lock(&sched_lock);
	while (!list_empty(&wq->waiters)) {
		wake(list_first(&wq->waiters, struct waiter, link));
		woken++;
	}
	spin_unlock(&sched_lock);
	count_wakeups(woken);
	return woken;
}

// A woken watch may wake the queues of sets of files, but never changes this queue further.
int waitq_wake_polls(struct waitq *wq, uint32_t events)
{
	struct waiter *waiter, *after;
	int seen = 0;

	spin_lock(&sched_lock);
	list_for_each_safe(waiter, after, &wq->waiters, link) {
		seen++;
		if (waiter->thread || (container_of(waiter, struct watch, waiter)->wanted & events))
			wake(waiter);
	}
	spin_unlock(&sched_lock);
	count_wakeups(seen);
	return seen;
}

void watch_add(struct waitq *wq, struct watch *watch)
{
	spin_lock(&sched_lock);
	assert(!watch->home || watch->home == wq);
	if (!watch->home && wq->watches < WATCHES_MAX) {
		watch->home = wq;
		wq->watches++;
	}
	if (watch->home && list_empty(&watch->waiter.link))
		list_add_tail(&wq->waiters, &watch->waiter.link);
	spin_unlock(&sched_lock);
}

void watch_end(struct watch *watch)
{
	spin_lock(&sched_lock);
	list_remove(&watch->waiter.link);
	if (watch->home)
		watch->home->watches--;
	watch->home = NULL;
	spin_unlock(&sched_lock);
}

// The watch that called this function is off its queue, and sets contain no circles: so this ends.
void watch_wake(struct waitq *wq)
{
	int woken = 0;

	assert_spin_held(&sched_lock);
	for (; !list_empty(&wq->waiters); woken++)
		wake(list_first(&wq->waiters, struct waiter, link));
	count_wakeups(woken);
}

// A poll may name one file a million times. One waiter wakes the thread as well as many would, and
// waking many would take long with sched_lock held. If the thread yields while it adds them, others
// may get in between; so there can be a few of one thread.
void waiter_add(struct waitq *wq, struct waiter *waiter)
{
	struct thread *thread = thread_current();

	waiter->thread = thread;
	spin_lock(&sched_lock);
	if (!list_empty(&wq->waiters) &&
	    list_entry(wq->waiters.prev, struct waiter, link)->thread == thread)
		list_init(&waiter->link);
	else
		list_add_tail(&wq->waiters, &waiter->link);
	spin_unlock(&sched_lock);
}

// A wakeup that comes after the sleep and before `woken` is cleared is discarded. The caller looks
// at all its conditions again anyway.
int waiter_block(enum wait_mode mode, uint64_t deadline)
{
	struct thread *thread = thread_current();
	int reason = 0;

	assert_may_sleep();
	spin_lock(&sched_lock);
	if (thread->woken)
		spin_unlock(&sched_lock);
	else
		reason = sleep_until(thread, mode, deadline);
	thread->woken = false;
	return reason;
}

void waiter_remove(struct waiter *waiter)
{
	spin_lock(&sched_lock);
	list_remove(&waiter->link);
	thread_current()->woken = false;
	spin_unlock(&sched_lock);
}
