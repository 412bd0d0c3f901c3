// test_waitq.c: sleeping on a queue, and being woken.
#include "thread/test/thread_test_util.h"

// A thread that sleeps once and records how the sleep ended.
struct sleeper {
	struct waitq *wq;
	struct spinlock *lock;
	enum wait_mode mode;
	uint64_t deadline;
	struct test_log *log;
	char letter;
	struct thread *thread;
	bool done;
	int result;
};

static void sleep_once(void *arg)
{
	struct sleeper *sleeper = arg;

	if (sleeper->lock)
		spin_lock(sleeper->lock);
	sleeper->result = waitq_sleep(sleeper->wq, sleeper->lock, sleeper->mode, sleeper->deadline);
	if (sleeper->lock) {
		EXPECT(sleeper->lock->locked);
		spin_unlock(sleeper->lock);
	}
	if (sleeper->log)
		test_log_add(sleeper->log, sleeper->letter);
	sleeper->done = true;
}

// Start the sleeper and let it fall asleep.
static void start(struct sleeper *sleeper)
{
	sleeper->result = 1;
	sleeper->done = false;
	sleeper->thread = test_spawn(sleep_once, sleeper);
	test_settle();
}

KTEST(waitq_wake_one_wakes_the_longest_waiter)
{
	struct waitq wq = WAITQ_INIT(wq);
	struct test_log log = { 0 };
	struct sleeper sleepers[3];

	EXPECT_EQ(waitq_wake_one(&wq), 0);
	for (int i = 0; i < 3; i++) {
		sleepers[i] = (struct sleeper){
			.wq = &wq, .deadline = NO_DEADLINE, .log = &log, .letter = (char)('a' + i)
		};
		start(&sleepers[i]);
		EXPECT(!sleepers[i].done);
	}
	EXPECT_EQ(waitq_wake_one(&wq), 1);
	EXPECT(!sleepers[0].done); // waking does not give up the CPU
	test_settle();
	EXPECT_TEXT(log.text, "a");
	EXPECT_EQ(waitq_wake_one(&wq), 1);
	EXPECT_EQ(waitq_wake_one(&wq), 1);
	EXPECT_EQ(waitq_wake_one(&wq), 0);
	EXPECT(waitq_empty(&wq));
	test_settle();
	EXPECT_TEXT(log.text, "abc");
	for (int i = 0; i < 3; i++)
		EXPECT_EQ(sleepers[i].result, 0);
}

KTEST(waitq_wake_all_wakes_in_order)
{
	struct waitq wq = WAITQ_INIT(wq);
	struct test_log log = { 0 };
	struct sleeper sleepers[5];

	EXPECT_EQ(waitq_wake_all(&wq), 0);
	for (int i = 0; i < 5; i++) {
		sleepers[i] = (struct sleeper){ .wq = &wq,
			                        .mode = (enum wait_mode)(i % 3),
			                        .deadline = NO_DEADLINE,
			                        .log = &log,
			                        .letter = (char)('a' + i) };
		start(&sleepers[i]);
	}
	EXPECT_EQ(waitq_wake_all(&wq), 5);
	EXPECT(waitq_empty(&wq));
	test_settle();
	EXPECT_TEXT(log.text, "abcde");
}

KTEST(waitq_sleep_lets_go_of_the_lock)
{
	struct spinlock lock = SPINLOCK_INIT("test", RANK_PIPE);
	struct waitq wq = WAITQ_INIT(wq);
	struct sleeper sleeper = { .wq = &wq, .lock = &lock, .deadline = NO_DEADLINE };

	start(&sleeper);
	EXPECT_EQ(lock.locked, 0);
	spin_lock(&lock);
	EXPECT_EQ(waitq_wake_one(&wq), 1);
	spin_unlock(&lock);
	test_settle();
	EXPECT(sleeper.done);
	EXPECT_EQ(sleeper.result, 0);
	EXPECT_EQ(lock.locked, 0);
}

// A buffer for one item, with producers and consumers: every item arrives, so no wakeup was lost.
struct buffer {
	struct spinlock lock;
	struct waitq filled, emptied;
	unsigned int item; // 0: none
	unsigned int sum;
};

static void produce(void *arg)
{
	struct buffer *buffer = arg;

	for (unsigned int i = 1; i <= 50; i++) {
		spin_lock(&buffer->lock);
		while (buffer->item)
			EXPECT_EQ(waitq_sleep(&buffer->emptied, &buffer->lock, WAIT_UNINTERRUPTIBLE,
			                      NO_DEADLINE),
			          0);
		buffer->item = i;
		waitq_wake_one(&buffer->filled);
		spin_unlock(&buffer->lock);
		if (i % 7 == 0)
			thread_yield();
	}
}

static void consume(void *arg)
{
	struct buffer *buffer = arg;

	for (unsigned int i = 0; i < 50; i++) {
		spin_lock(&buffer->lock);
		while (!buffer->item)
			EXPECT_EQ(waitq_sleep(&buffer->filled, &buffer->lock, WAIT_UNINTERRUPTIBLE,
			                      NO_DEADLINE),
			          0);
		buffer->sum += buffer->item;
		buffer->item = 0;
		waitq_wake_one(&buffer->emptied);
		spin_unlock(&buffer->lock);
		if (i % 5 == 0)
			thread_yield();
	}
}

KTEST(waitq_loses_no_wakeup)
{
	struct buffer buffer = { .lock = SPINLOCK_INIT("test", RANK_PIPE) };

	waitq_init(&buffer.filled);
	waitq_init(&buffer.emptied);
	for (int i = 0; i < 3; i++) {
		test_spawn(produce, &buffer);
		test_spawn(consume, &buffer);
	}
	test_settle();
	EXPECT_EQ(buffer.sum, 3 * 1275);
	EXPECT(waitq_empty(&buffer.filled));
	EXPECT(waitq_empty(&buffer.emptied));
}

// Each mode of sleep, with each WORK_ bit.
KTEST(waitq_sleep_ends_as_its_mode_allows)
{
	static const struct {
		enum wait_mode mode;
		uint32_t work;
		bool ends;
	} cases[] = {
		{ WAIT_UNINTERRUPTIBLE, WORK_SIGNAL, false },
		{ WAIT_UNINTERRUPTIBLE, WORK_KILL, false },
		{ WAIT_UNINTERRUPTIBLE, WORK_SIGNAL | WORK_KILL, false },
		{ WAIT_KILLABLE, WORK_SIGNAL, false },
		{ WAIT_KILLABLE, WORK_KILL, true },
		{ WAIT_KILLABLE, WORK_SIGNAL | WORK_KILL, true },
		{ WAIT_INTERRUPTIBLE, WORK_SIGNAL, true },
		{ WAIT_INTERRUPTIBLE, WORK_KILL, true },
		{ WAIT_INTERRUPTIBLE, WORK_RESCHED, false },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct spinlock lock = SPINLOCK_INIT("test", RANK_PIPE);
		struct waitq wq = WAITQ_INIT(wq);
		struct sleeper sleeper = {
			.wq = &wq, .lock = &lock, .mode = cases[i].mode, .deadline = NO_DEADLINE
		};

		start(&sleeper);
		thread_interrupt(sleeper.thread, cases[i].work);
		EXPECT_EQ(sleeper.thread->work, cases[i].work);
		test_settle();
		EXPECT_EQ(sleeper.done, cases[i].ends);
		EXPECT_EQ(waitq_wake_one(&wq), !cases[i].ends);
		test_settle();
		EXPECT(sleeper.done);
		EXPECT_EQ(sleeper.result, cases[i].ends ? -EINTR : 0);
		EXPECT(waitq_empty(&wq));
	}
}

// If the event that would end the sleep has come before, the sleep does not begin.
KTEST(waitq_sleep_looks_for_work_first)
{
	struct spinlock lock = SPINLOCK_INIT("test", RANK_PIPE);
	struct thread *self = thread_current();
	struct waitq wq = WAITQ_INIT(wq);
	uint32_t switches = self->switches;

	spin_lock(&lock);
	thread_interrupt(self, WORK_SIGNAL);
	EXPECT_EQ(waitq_sleep(&wq, &lock, WAIT_INTERRUPTIBLE, NO_DEADLINE), -EINTR);
	EXPECT(lock.locked);
	EXPECT(waitq_empty(&wq));
	EXPECT_EQ(waitq_sleep(&wq, &lock, WAIT_INTERRUPTIBLE, clock_ns() + NS_PER_SECOND), -EINTR);
	EXPECT_EQ(self->switches, switches);
	EXPECT_EQ(waitq_sleep(&wq, &lock, WAIT_KILLABLE, clock_ns() + NS_PER_MS), -ETIMEDOUT);
	self->work = 0;
	thread_interrupt(self, WORK_KILL);
	EXPECT_EQ(waitq_sleep(&wq, &lock, WAIT_KILLABLE, NO_DEADLINE), -EINTR);
	EXPECT_EQ(waitq_sleep(&wq, &lock, WAIT_INTERRUPTIBLE, NO_DEADLINE), -EINTR);
	EXPECT_EQ(waitq_sleep(&wq, &lock, WAIT_UNINTERRUPTIBLE, clock_ns() + NS_PER_MS), -ETIMEDOUT);
	self->work = 0;
	spin_unlock(&lock);
	EXPECT(waitq_empty(&wq));
}

#ifdef DEBUG

KTEST(waitq_sleep_under_another_spinlock_panics)
{
	struct spinlock outer = SPINLOCK_INIT("outer", RANK_PROCESS);
	struct spinlock lock = SPINLOCK_INIT("test", RANK_PIPE);
	struct waitq wq = WAITQ_INIT(wq);

	spin_lock(&outer);
	EXPECT_PANIC(waitq_sleep(&wq, NULL, WAIT_UNINTERRUPTIBLE, clock_ns()));
	EXPECT_PANIC(waiter_block(WAIT_UNINTERRUPTIBLE, clock_ns()));
	spin_lock(&lock);
	EXPECT_PANIC(waitq_sleep(&wq, &lock, WAIT_UNINTERRUPTIBLE, clock_ns()));
	spin_unlock(&lock);
	spin_unlock(&outer);
	EXPECT(waitq_empty(&wq));
	EXPECT_EQ(waitq_sleep(&wq, NULL, WAIT_UNINTERRUPTIBLE, clock_ns()), -ETIMEDOUT);
}

#endif
