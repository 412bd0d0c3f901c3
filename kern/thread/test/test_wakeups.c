// test_wakeups.c: wakeups that come together with another end of the sleep, and waiting on several
// queues.
#include "thread/test/thread_test_util.h"

static void sleep_interruptibly(void *arg)
{
	EXPECT_EQ(waitq_sleep(arg, NULL, WAIT_INTERRUPTIBLE, NO_DEADLINE), 0);
	EXPECT_EQ(thread_current()->woken, false);
}

// A thread's sleep is interrupted. Before the thread runs, it is woken as the first of its queue.
// That wakeup was for one thread, so the sleeper must report a wakeup, or it is lost.
KTEST(waitq_wakeup_of_an_interrupted_sleeper_counts)
{
	struct waitq wq = WAITQ_INIT(wq);
	struct thread *first = test_spawn(sleep_interruptibly, &wq);

	test_spawn(sleep_interruptibly, &wq);
	test_settle();
	thread_interrupt(first, WORK_SIGNAL);
	EXPECT_EQ(waitq_wake_one(&wq), 1);
	test_settle();
	EXPECT_EQ(waitq_wake_one(&wq), 1);
	EXPECT(waitq_empty(&wq));
	test_settle();
}

static void sleep_interrupted(void *arg)
{
	EXPECT_EQ(waitq_sleep(arg, NULL, WAIT_INTERRUPTIBLE, NO_DEADLINE), -EINTR);
}

// The interrupted thread has left the queue before the wakeup comes: the next thread gets the
// wakeup.
KTEST(waitq_wakeup_passes_over_a_thread_that_has_left)
{
	struct waitq wq = WAITQ_INIT(wq);
	struct thread *first = test_spawn(sleep_interrupted, &wq);

	test_spawn(sleep_interruptibly, &wq);
	test_settle();
	thread_interrupt(first, WORK_SIGNAL);
	test_settle();
	EXPECT_EQ(waitq_wake_one(&wq), 1);
	EXPECT_EQ(waitq_wake_one(&wq), 0);
	test_settle();
}

// The wakeup is first. The signal then finds a thread that does not sleep.
KTEST(waitq_interrupt_after_the_wakeup)
{
	struct waitq wq = WAITQ_INIT(wq);
	struct thread *first = test_spawn(sleep_interruptibly, &wq);

	test_settle();
	EXPECT_EQ(waitq_wake_one(&wq), 1);
	thread_interrupt(first, WORK_SIGNAL);
	EXPECT_EQ(first->work, WORK_SIGNAL);
	test_settle();
}

KTEST(waitq_sleep_until_a_deadline)
{
	struct spinlock lock = SPINLOCK_INIT("test", RANK_PIPE);
	struct waitq wq = WAITQ_INIT(wq);
	uint64_t deadline = clock_ns() + 2 * NS_PER_MS;

	spin_lock(&lock);
	EXPECT_EQ(waitq_sleep(&wq, &lock, WAIT_UNINTERRUPTIBLE, deadline), -ETIMEDOUT);
	EXPECT(lock.locked);
	spin_unlock(&lock);
	EXPECT(clock_ns() >= deadline);
	EXPECT(waitq_empty(&wq));
	EXPECT_EQ(waitq_sleep(&wq, NULL, WAIT_INTERRUPTIBLE, 0), -ETIMEDOUT);
	EXPECT_EQ(waitq_sleep(&wq, NULL, WAIT_KILLABLE, clock_ns()), -ETIMEDOUT);
	EXPECT(waitq_empty(&wq));
}

struct timed_wake {
	struct timer timer;
	struct waitq wq;
};

static void wake_queue(struct timer *timer)
{
	EXPECT_EQ(waitq_wake_one(&container_of(timer, struct timed_wake, timer)->wq), 1);
}

KTEST(waitq_wake_from_an_interrupt_before_the_deadline)
{
	struct timed_wake wake;
	uint64_t now = clock_ns();

	waitq_init(&wake.wq);
	timer_init(&wake.timer, wake_queue);
	timer_arm(&wake.timer, now + NS_PER_MS);
	EXPECT_EQ(waitq_sleep(&wake.wq, NULL, WAIT_UNINTERRUPTIBLE, now + 2 * NS_PER_MS), 0);
	test_sleep(2 * NS_PER_MS); // the deadline of a sleep that has ended does nothing
	timer_arm(&wake.timer, now);
	EXPECT_EQ(waitq_sleep(&wake.wq, NULL, WAIT_UNINTERRUPTIBLE, NO_DEADLINE), 0);
}

// Deadline and wakeup come in one interrupt, in both orders: the wakeup counts.
KTEST(waitq_wakeup_and_deadline_together)
{
	struct timed_wake wake;
	uint64_t now = clock_ns();

	waitq_init(&wake.wq);
	timer_init(&wake.timer, wake_queue);
	timer_arm(&wake.timer, now + 1);
	EXPECT_EQ(waitq_sleep(&wake.wq, NULL, WAIT_UNINTERRUPTIBLE, now), 0);
	EXPECT(!thread_current()->woken);
	timer_arm(&wake.timer, now);
	EXPECT_EQ(waitq_sleep(&wake.wq, NULL, WAIT_UNINTERRUPTIBLE, now + 1), 0);
	EXPECT(waitq_empty(&wake.wq));
}

// A wait on two queues, as poll does it.
struct pair {
	struct waitq wq[2];
	struct waiter waiter[2];
};

static void pair_add(struct pair *pair)
{
	for (int i = 0; i < 2; i++)
		waiter_add(&pair->wq[i], &pair->waiter[i]);
}

static void pair_remove(struct pair *pair)
{
	for (int i = 0; i < 2; i++)
		waiter_remove(&pair->waiter[i]);
	EXPECT(waitq_empty(&pair->wq[0]));
	EXPECT(waitq_empty(&pair->wq[1]));
}

static void pair_init(struct pair *pair)
{
	waitq_init(&pair->wq[0]);
	waitq_init(&pair->wq[1]);
}

KTEST(waiter_block_returns_at_once_after_a_wakeup)
{
	uint32_t switches = thread_current()->switches;
	struct pair pair;

	pair_init(&pair);
	for (int i = 0; i < 2; i++) {
		pair_add(&pair);
		EXPECT_EQ(waitq_wake_all(&pair.wq[i]), 1);
		EXPECT(waitq_empty(&pair.wq[i]));
		EXPECT_EQ(waiter_block(WAIT_INTERRUPTIBLE, NO_DEADLINE), 0);
		pair_remove(&pair);
	}
	EXPECT_EQ(thread_current()->switches, switches);
}

static void wake_arg(void *arg)
{
	EXPECT_EQ(waitq_wake_one(arg), 1);
}

KTEST(waiter_block_sleeps_until_any_queue_wakes)
{
	struct pair pair;

	pair_init(&pair);
	for (int i = 0; i < 2; i++) {
		pair_add(&pair);
		test_spawn(wake_arg, &pair.wq[i]);
		EXPECT_EQ(waiter_block(WAIT_UNINTERRUPTIBLE, NO_DEADLINE), 0);
		EXPECT(waitq_empty(&pair.wq[i]));
		EXPECT(!waitq_empty(&pair.wq[!i]));
		pair_remove(&pair);
	}
	// Two wakeups at once count as one: the second must not end the next sleep.
	pair_add(&pair);
	test_spawn(wake_arg, &pair.wq[0]);
	test_spawn(wake_arg, &pair.wq[1]);
	EXPECT_EQ(waiter_block(WAIT_UNINTERRUPTIBLE, NO_DEADLINE), 0);
	pair_remove(&pair);
	EXPECT_EQ(waiter_block(WAIT_UNINTERRUPTIBLE, clock_ns()), -ETIMEDOUT);
}

KTEST(waiter_block_ends_by_time_and_by_work)
{
	struct thread *self = thread_current();
	uint64_t deadline = clock_ns() + NS_PER_MS;
	struct pair pair;

	pair_init(&pair);
	pair_add(&pair);
	EXPECT_EQ(waiter_block(WAIT_INTERRUPTIBLE, deadline), -ETIMEDOUT);
	EXPECT(clock_ns() >= deadline);
	self->work = WORK_SIGNAL;
	EXPECT_EQ(waiter_block(WAIT_INTERRUPTIBLE, NO_DEADLINE), -EINTR);
	EXPECT_EQ(waiter_block(WAIT_KILLABLE, clock_ns()), -ETIMEDOUT);
	self->work = 0;
	pair_remove(&pair);
}

// A wakeup that belonged to a finished wait must not end the next one.
KTEST(waiter_remove_forgets_the_wakeup)
{
	struct pair pair;

	pair_init(&pair);
	pair_add(&pair);
	EXPECT_EQ(waitq_wake_one(&pair.wq[1]), 1);
	pair_remove(&pair); // the poll found something ready, and never blocked
	pair_add(&pair);
	EXPECT_EQ(waiter_block(WAIT_INTERRUPTIBLE, clock_ns()), -ETIMEDOUT);
	pair_remove(&pair);
	waiter_remove(&pair.waiter[0]); // twice does no harm
}
