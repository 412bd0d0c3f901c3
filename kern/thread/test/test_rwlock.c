// test_rwlock.c: a read-write lock has many readers or one writer, and prefers writers.
#include "thread/test/thread_test_util.h"

#include "thread/mutex.h"

struct shared {
	struct rwlock rw;
	unsigned int readers, writers, most_readers, most_writers;
	bool mixed;
	struct test_log log;
};

static void shared_init(struct shared *shared)
{
	memset(shared, 0, sizeof(*shared));
	rwlock_init(&shared->rw, "test", RANK_OBJECT);
}

static void note_inside(struct shared *shared)
{
	shared->most_readers = MAX(shared->most_readers, shared->readers);
	shared->most_writers = MAX(shared->most_writers, shared->writers);
	shared->mixed |= shared->readers && shared->writers;
}

KTEST(rwlock_is_tried_without_sleep)
{
	struct shared shared;

	shared_init(&shared);
	rwlock_write_lock(&shared.rw);
	EXPECT(!rwlock_read_trylock(&shared.rw));
	rwlock_write_unlock(&shared.rw);
	EXPECT(rwlock_read_trylock(&shared.rw));
	EXPECT(rwlock_held(&shared.rw));
	rwlock_read_unlock(&shared.rw);
	EXPECT(!rwlock_held(&shared.rw));
	EXPECT_EQ(shared.rw.state, 0);
}

static void read_often(void *arg)
{
	struct shared *shared = arg;

	for (int i = 0; i < 10; i++) {
		rwlock_read_lock(&shared->rw);
		shared->readers++;
		note_inside(shared);
		EXPECT(rwlock_held(&shared->rw));
		EXPECT(!rwlock_write_held(&shared->rw));
		thread_yield();
		shared->readers--;
		rwlock_read_unlock(&shared->rw);
		thread_yield();
	}
}

static void write_often(void *arg)
{
	struct shared *shared = arg;

	for (int i = 0; i < 10; i++) {
		rwlock_write_lock(&shared->rw);
		shared->writers++;
		note_inside(shared);
		EXPECT(rwlock_held(&shared->rw));
		EXPECT(rwlock_write_held(&shared->rw));
		thread_yield();
		note_inside(shared);
		shared->writers--;
		if (i % 3 == 0) {
			shared->readers++;
			rwlock_downgrade(&shared->rw);
			EXPECT(!rwlock_write_held(&shared->rw));
			thread_yield();
			note_inside(shared);
			shared->readers--;
			rwlock_read_unlock(&shared->rw);
		} else {
			rwlock_write_unlock(&shared->rw);
		}
		thread_yield();
	}
}

KTEST(rwlock_admits_many_readers_or_one_writer)
{
	struct shared shared;

	shared_init(&shared);
	for (int i = 0; i < 3; i++) {
		test_spawn(read_often, &shared);
		test_spawn(write_often, &shared);
	}
	test_settle();
	EXPECT(shared.most_readers > 1);
	EXPECT_EQ(shared.most_writers, 1);
	EXPECT(!shared.mixed);
	EXPECT_EQ(shared.rw.state & RWLOCK_READERS, 0);
	EXPECT_EQ(shared.rw.writers_waiting, 0);
	EXPECT(!shared.rw.writer);
	EXPECT(waitq_empty(&shared.rw.waiters));
	EXPECT(!rwlock_held(&shared.rw));
}

struct comer {
	struct shared *shared;
	char letter;
};

static void read_once(void *arg)
{
	struct comer *comer = arg;

	rwlock_read_lock(&comer->shared->rw);
	test_log_add(&comer->shared->log, comer->letter);
	rwlock_read_unlock(&comer->shared->rw);
}

static void write_once(void *arg)
{
	struct comer *comer = arg;

	rwlock_write_lock(&comer->shared->rw);
	test_log_add(&comer->shared->log, comer->letter);
	rwlock_write_unlock(&comer->shared->rw);
}

// While a writer waits for a reader, readers that come later wait for the writer.
KTEST(rwlock_prefers_writers)
{
	struct shared shared;
	struct comer a = { &shared, 'a' }, w = { &shared, 'w' }, b = { &shared, 'b' },
		     x = { &shared, 'x' };

	shared_init(&shared);
	rwlock_read_lock(&shared.rw);
	test_spawn(read_once, &a);
	test_settle();
	EXPECT_TEXT(shared.log.text, "a");
	test_spawn(write_once, &w);
	test_settle();
	test_spawn(read_once, &b);
	test_settle();
	test_spawn(write_once, &x);
	test_settle();
	EXPECT_TEXT(shared.log.text, "a");
	EXPECT_EQ(shared.rw.writers_waiting, 2);
	rwlock_read_unlock(&shared.rw);
	test_settle();
	EXPECT_TEXT(shared.log.text, "awxb");
}

// Also a reader that comes after the writer has been woken and before it has run must wait.
KTEST(rwlock_prefers_a_woken_writer)
{
	struct shared shared;
	struct comer w = { &shared, 'w' }, x = { &shared, 'x' };

	shared_init(&shared);
	for (int i = 0; i < 2; i++) {
		rwlock_read_lock(&shared.rw);
		test_spawn(write_once, &w);
		test_spawn(write_once, &x);
		test_settle();
		rwlock_read_unlock(&shared.rw);
		rwlock_read_lock(&shared.rw);
		test_log_add(&shared.log, 'r');
		rwlock_read_unlock(&shared.rw);
	}
	EXPECT_TEXT(shared.log.text, "wxrwxr");
	EXPECT_EQ(shared.rw.state, 0);
	EXPECT(waitq_empty(&shared.rw.waiters));
}

KTEST(rwlock_write_unlock_lets_all_readers_in)
{
	struct shared shared;
	struct comer a = { &shared, 'a' }, b = { &shared, 'b' };

	shared_init(&shared);
	rwlock_write_lock(&shared.rw);
	test_spawn(read_once, &a);
	test_spawn(read_once, &b);
	test_settle();
	EXPECT_TEXT(shared.log.text, "");
	rwlock_write_unlock(&shared.rw);
	test_settle();
	EXPECT_TEXT(shared.log.text, "ab");
}

// rwlock_downgrade lets readers in, and no writer before them.
KTEST(rwlock_downgrade_keeps_writers_out)
{
	struct shared shared;
	struct comer a = { &shared, 'a' }, w = { &shared, 'w' };

	shared_init(&shared);
	rwlock_write_lock(&shared.rw);
	test_spawn(read_once, &a);
	test_settle();
	rwlock_downgrade(&shared.rw);
	EXPECT_EQ(shared.rw.state & RWLOCK_READERS, 1);
	test_settle();
	EXPECT_TEXT(shared.log.text, "a");
	test_spawn(write_once, &w);
	test_settle();
	EXPECT_TEXT(shared.log.text, "a");
	rwlock_read_unlock(&shared.rw);
	test_settle();
	EXPECT_TEXT(shared.log.text, "aw");
}

static void misuse(void *arg)
{
	EXPECT_PANIC(rwlock_write_unlock(arg));
	EXPECT_PANIC(rwlock_downgrade(arg));
}

KTEST_DEBUG(rwlock_misuse_panics)
{
	struct rwlock rw;

	rwlock_init(&rw, "test", RANK_OBJECT);
	EXPECT_PANIC(rwlock_read_unlock(&rw));
	EXPECT_PANIC(rwlock_write_unlock(&rw));
	EXPECT_PANIC(rwlock_downgrade(&rw));
	rwlock_read_lock(&rw);
	EXPECT_PANIC(rwlock_write_unlock(&rw));
	rwlock_read_unlock(&rw);
	rwlock_write_lock(&rw);
	EXPECT_PANIC(rwlock_read_unlock(&rw));
	test_spawn(misuse, &rw);
	test_settle();
	rwlock_write_unlock(&rw);
	EXPECT(!rwlock_held(&rw));
}

#ifdef DEBUG

KTEST(rwlock_order_of_ranks)
{
	struct spinlock spin = SPINLOCK_INIT("test", RANK_PROCESS);
	struct rwlock aspace, object;

	rwlock_init(&aspace, "aspace", RANK_ASPACE);
	rwlock_init(&object, "object", RANK_OBJECT);
	rwlock_read_lock(&aspace);
	EXPECT_PANIC(rwlock_read_lock(&aspace)); // a writer between the two would wait for ever
	EXPECT_PANIC(rwlock_write_lock(&aspace));
	rwlock_write_lock(&object);
	EXPECT_PANIC(rwlock_read_lock(&object));
	rwlock_downgrade(&object);
	EXPECT_PANIC(rwlock_write_lock(&aspace));
	rwlock_read_unlock(&aspace);
	EXPECT_PANIC(assert_no_sleeping_lock());
	rwlock_read_unlock(&object);
	assert_no_sleeping_lock();
	spin_lock(&spin);
	EXPECT_PANIC(rwlock_read_lock(&object));
	EXPECT_PANIC(rwlock_write_lock(&object));
	spin_unlock(&spin);
	EXPECT(!rwlock_held(&object));
	EXPECT(!rwlock_held(&aspace));
}

// Another thread's hold for reading is not the current thread's.
static void assert_not_reading(void *arg)
{
	struct rwlock *rw = arg;

	EXPECT_PANIC(assert_read_held(rw));
	EXPECT_PANIC(rwlock_read_unlock(rw));
	assert_not_held(rw);
}

KTEST(rwlock_assertions)
{
	struct rwlock rw;

	rwlock_init(&rw, "test", RANK_ASPACE);
	EXPECT_PANIC(assert_read_held(&rw));
	EXPECT_PANIC(assert_write_held(&rw));
	rwlock_read_lock(&rw);
	assert_read_held(&rw);
	EXPECT_PANIC(assert_write_held(&rw));
	EXPECT_PANIC(assert_not_held(&rw));
	test_spawn(assert_not_reading, &rw);
	test_settle();
	rwlock_read_unlock(&rw);
	rwlock_write_lock(&rw);
	assert_read_held(&rw);
	assert_write_held(&rw);
	rwlock_downgrade(&rw);
	assert_read_held(&rw);
	EXPECT_PANIC(assert_write_held(&rw));
	rwlock_read_unlock(&rw);
	assert_not_held(&rw);
}

#endif
