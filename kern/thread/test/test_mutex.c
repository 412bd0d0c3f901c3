// test_mutex.c: a mutex has one holder at a time; sleeping locks are taken in the order of ranks.
#include "thread/test/thread_test_util.h"

#include <stdio.h>

#include "thread/lock_report.h"
#include "thread/mutex.h"

struct shared {
	struct mutex mutex;
	unsigned int inside, most_inside, entries;
	struct test_log log;
};

// Take the mutex again and again, and yield inside.
static void enter_often(void *arg)
{
	struct shared *shared = arg;

	for (int i = 0; i < 10; i++) {
		mutex_lock(&shared->mutex);
		shared->inside++;
		shared->most_inside = MAX(shared->most_inside, shared->inside);
		shared->entries++;
		EXPECT(mutex_held(&shared->mutex));
		thread_yield();
		shared->inside--;
		mutex_unlock(&shared->mutex);
		EXPECT(!mutex_held(&shared->mutex));
		if (i % 3 == 0)
			thread_yield();
	}
}

KTEST(mutex_lets_one_in_at_a_time)
{
	struct shared shared = { .entries = 0 };

	mutex_init(&shared.mutex, "test", RANK_OBJECT);
	for (int i = 0; i < 4; i++)
		test_spawn(enter_often, &shared);
	test_settle();
	EXPECT_EQ(shared.entries, 40);
	EXPECT_EQ(shared.most_inside, 1);
	EXPECT(!shared.mutex.holder);
	EXPECT(waitq_empty(&shared.mutex.waiters));
}

struct comer {
	struct shared *shared;
	char letter;
};

static void enter_once(void *arg)
{
	struct comer *comer = arg;

	mutex_lock(&comer->shared->mutex);
	test_log_add(&comer->shared->log, comer->letter);
	mutex_unlock(&comer->shared->mutex);
}

KTEST(mutex_wakes_in_the_order_of_coming)
{
	struct shared shared = { .entries = 0 };
	struct comer comers[] = { { &shared, 'a' }, { &shared, 'b' }, { &shared, 'c' } };

	mutex_init(&shared.mutex, "test", RANK_OBJECT);
	mutex_lock(&shared.mutex);
	for (size_t i = 0; i < ARRAY_SIZE(comers); i++)
		test_spawn(enter_once, &comers[i]);
	test_settle();
	EXPECT_TEXT(shared.log.text, "");
	mutex_unlock(&shared.mutex);
	test_settle();
	EXPECT_TEXT(shared.log.text, "abc");
}

static __noinline void want_mutex(void *arg)
{
	mutex_lock(arg);
	mutex_unlock(arg);
}

KTEST(mutex_that_nobody_releases_is_reported)
{
	struct mutex mutex;
	char text[64];

	mutex_init(&mutex, "test", RANK_OBJECT);
	mutex_lock(&mutex);
	lock_waiter_format(text, sizeof(text));
	EXPECT_TEXT(text, "");
	snprintf(test_spawn(want_mutex, &mutex)->name, sizeof(thread_current()->name), "waiter");
	test_settle();
	lock_waiter_format(text, sizeof(text));
	EXPECT_TEXT(text, "waiter waits for a lock in want_mutex");
	mutex_unlock(&mutex);
	test_settle();
	lock_waiter_format(text, sizeof(text));
	EXPECT_TEXT(text, "");
}

static void try_lock(void *arg)
{
	EXPECT(!mutex_trylock(arg));
	EXPECT(!mutex_held(arg));
	EXPECT_PANIC(mutex_unlock(arg));
}

KTEST(mutex_trylock_never_waits)
{
	struct mutex mutex;

	mutex_init(&mutex, "test", RANK_OBJECT);
	EXPECT(mutex_trylock(&mutex));
	EXPECT(mutex_held(&mutex));
	EXPECT(!mutex_trylock(&mutex));
	test_spawn(try_lock, &mutex);
	test_settle();
	mutex_unlock(&mutex);
	EXPECT(mutex_trylock(&mutex));
	mutex_unlock(&mutex);
}

KTEST(mutex_unlock_is_for_the_holder)
{
	struct mutex mutex;

	mutex_init(&mutex, "test", RANK_OBJECT);
	EXPECT_PANIC(mutex_unlock(&mutex));
	mutex_lock(&mutex);
	mutex_unlock(&mutex);
	EXPECT_PANIC(mutex_unlock(&mutex));
}

#ifdef DEBUG

KTEST(mutex_order_of_ranks)
{
	struct mutex tree, aspace, object, other;
	struct spinlock spin = SPINLOCK_INIT("test", RANK_PROCESS);

	mutex_init(&tree, "tree", RANK_TREE);
	mutex_init(&aspace, "aspace", RANK_ASPACE);
	mutex_init(&object, "object", RANK_OBJECT);
	mutex_init(&other, "other", RANK_OBJECT);
	assert_no_sleeping_lock();
	mutex_lock(&tree);
	mutex_lock(&object);
	EXPECT_PANIC(mutex_lock(&aspace)); // lower
	EXPECT_PANIC(mutex_lock(&other));  // equal
	EXPECT_PANIC(mutex_lock(&object)); // itself
	EXPECT_PANIC(assert_no_sleeping_lock());
	mutex_unlock(&object);
	EXPECT_PANIC(
		mutex_lock(&aspace)); // its holder may yield, so nobody waits for it with a lock
	mutex_lock(&object);
	mutex_unlock(&tree); // in any order
	EXPECT_PANIC(mutex_lock(&tree));
	EXPECT_PANIC(assert_no_sleeping_lock());
	mutex_unlock(&object);
	assert_no_sleeping_lock();
	spin_lock(&spin);
	EXPECT_PANIC(mutex_lock(&tree));
	spin_unlock(&spin);
	mutex_lock(&tree);
	mutex_unlock(&tree);
	EXPECT_EQ(thread_current()->sleeping_ranks, 0);
}

static void assert_as_another_thread(void *arg)
{
	EXPECT_PANIC(assert_mutex_held((struct mutex *)arg));
	assert_not_held((struct mutex *)arg);
	assert_no_lock();
}

KTEST(mutex_assertions)
{
	struct mutex mutex, other;
	struct spinlock spin = SPINLOCK_INIT("test", RANK_PROCESS);

	mutex_init(&mutex, "test", RANK_OBJECT);
	mutex_init(&other, "other", RANK_OBJECT);
	assert_no_lock();
	assert_not_held(&mutex);
	EXPECT_PANIC(assert_mutex_held(&mutex));
	mutex_lock(&mutex);
	assert_mutex_held(&mutex);
	assert_not_held(&other); // of the same rank
	EXPECT_PANIC(assert_mutex_held(&other));
	EXPECT_PANIC(assert_not_held(&mutex));
	EXPECT_PANIC(assert_no_lock());
	test_spawn(assert_as_another_thread, &mutex);
	test_settle();
	mutex_unlock(&mutex);
	assert_no_lock();
	assert_not_held(&spin);
	spin_lock(&spin);
	EXPECT_PANIC(assert_not_held(&spin));
	EXPECT_PANIC(assert_no_lock());
	spin_unlock(&spin);
}

#endif

KTEST(mutex_taken_twice_panics)
{
	struct mutex mutex;

	mutex_init(&mutex, "test", RANK_OBJECT);
	mutex_lock(&mutex);
	EXPECT_PANIC(mutex_lock(&mutex));
#ifndef DEBUG
	spin_unlock(&mutex.lock); // where the panic came, the mutex's own lock was held
#endif
	mutex_unlock(&mutex);
}

KTEST_DEBUG(locks_are_reported_with_their_place)
{
#ifdef DEBUG
	struct trapframe frame = { .cs = USER_CS };
	struct rwlock rw;
	char text[160];

	rwlock_init(&rw, "test", RANK_OBJECT);
	locks_format(text, sizeof(text), thread_current());
	EXPECT_EQ(text[0], '\0');
	locks_check_leaving(&frame);
	rwlock_read_lock(&rw);
	locks_format(text, sizeof(text), thread_current());
	EXPECT(strncmp(text, "test (taken at kern/thread/test/test_mutex.c:", 45) == 0);
	EXPECT_PANIC(locks_check_leaving(&frame));
	EXPECT_PANIC(rwlock_read_lock(&rw));
	frame.cs = KERNEL_CS;
	locks_check_leaving(&frame);
	rwlock_read_unlock(&rw);
	locks_format(text, sizeof(text), thread_current());
	EXPECT_EQ(text[0], '\0');
#endif
}
