// test_thread.c: threads begin, take turns, and end.
#include "thread/test/thread_test_util.h"

#include "mem/fail_alloc.h"
#include "mem/heap.h"
#include "mem/page.h"
#include "thread/kstack.h"
#include "thread/sched.h"

static void set_flag(void *arg)
{
	*(bool *)arg = true;
}

KTEST(thread_runs_its_entry_with_its_argument)
{
	bool ran = false;

	test_spawn(set_flag, &ran);
	EXPECT(!ran); // starting a thread does not give up the CPU
	thread_yield();
	EXPECT(ran);
}

KTEST(thread_create_fills_the_struct)
{
	struct thread *thread;

	EXPECT_EQ(thread_create(&thread, "a name that is too long", set_flag, NULL), 0);
	EXPECT_TEXT(thread->name, "a name that is ");
	EXPECT_EQ(thread->work, 0);
	EXPECT(!thread->aspace);
	EXPECT(!thread->process);
	EXPECT(!thread->fpu);
	EXPECT_EQ(thread->tid, 0);
	EXPECT_EQ(thread->kstack % PAGE_SIZE, 0);
	EXPECT_EQ((uintptr_t)(thread_user_frame(thread) + 1), thread->kstack + KSTACK_SIZE);
	thread_discard(thread);
}

KTEST(thread_discard_frees_everything)
{
	size_t before = test_free_memory();
	struct thread *thread[3];

	for (size_t i = 0; i < ARRAY_SIZE(thread); i++)
		EXPECT_EQ(thread_create(&thread[i], "test", set_flag, NULL), 0);
	for (size_t i = 0; i < ARRAY_SIZE(thread); i++)
		thread_discard(thread[i]);
	EXPECT_EQ(test_free_memory(), before);
	heap_check();
}

static void exit_early(void *arg)
{
	set_flag(arg);
	thread_exit();
}

KTEST(thread_exit_frees_everything)
{
	size_t before = test_free_memory();
	bool ran = false;

	for (int i = 0; i < 100; i++) {
		test_spawn(i % 2 ? exit_early : set_flag, &ran);
		test_settle();
		EXPECT(ran);
		ran = false;
	}
	EXPECT_EQ(test_free_memory(), before);
	heap_check();
	page_check();
}

// More threads end at once than the pool of stacks holds.
KTEST(thread_exit_of_many_at_once)
{
	size_t before = test_free_memory();
	static bool ran[50];

	memset(ran, 0, sizeof(ran));
	for (size_t i = 0; i < ARRAY_SIZE(ran); i++)
		test_spawn(exit_early, &ran[i]);
	EXPECT(test_free_memory() < before);
	test_settle();
	for (size_t i = 0; i < ARRAY_SIZE(ran); i++)
		EXPECT(ran[i]);
	EXPECT_EQ(test_free_memory(), before);
	page_check();
}

struct walker {
	struct test_log *log;
	char letter;
};

static void walk(void *arg)
{
	struct walker *walker = arg;

	for (int i = 0; i < 3; i++) {
		test_log_add(walker->log, walker->letter);
		thread_yield();
	}
}

KTEST(thread_yield_goes_round)
{
	struct test_log log = { 0 };
	struct walker walkers[] = { { &log, 'a' }, { &log, 'b' }, { &log, 'c' } };

	for (size_t i = 0; i < ARRAY_SIZE(walkers); i++)
		test_spawn(walk, &walkers[i]);
	for (int i = 0; i < 3; i++) {
		test_log_add(&log, '.');
		thread_yield();
	}
	test_settle();
	EXPECT_TEXT(log.text, ".abc.abc.abc");
}

KTEST(thread_yield_alone_comes_back)
{
	uint32_t switches = thread_current()->switches;

	EXPECT(!schedule_waiting());
	thread_yield();
	EXPECT_EQ(thread_current()->switches, switches);
}

struct look {
	struct thread *self;
	uint8_t state;
	uintptr_t local;
};

static void look_around(void *arg)
{
	struct look *look = arg;

	look->self = thread_current();
	look->state = thread_current()->state;
	look->local = (uintptr_t)&arg;
	thread_yield();
}

KTEST(thread_has_its_own_stack_and_is_current)
{
	struct look look = { 0 };
	struct thread *thread = test_spawn(look_around, &look);

	thread_yield();
	EXPECT(look.self == thread);
	EXPECT_EQ(look.state, THREAD_RUNNABLE);
	EXPECT(look.local >= thread->kstack);
	EXPECT(look.local < thread->kstack + KSTACK_SIZE);
	EXPECT_EQ(thread->switches, 1);
	test_settle();
}

// Registers and flags that a C function may rely on survive a switch.
static void recurse(unsigned int depth, uint32_t *sum)
{
	volatile uint32_t local = depth;

	thread_yield();
	if (depth)
		recurse(depth - 1, sum);
	*sum += local;
}

static void recursion(void *arg)
{
	recurse(20, arg);
}

KTEST(thread_switch_preserves_stacks)
{
	uint32_t sum[5] = { 0 };

	for (size_t i = 0; i < ARRAY_SIZE(sum); i++)
		test_spawn(recursion, &sum[i]);
	test_settle();
	for (size_t i = 0; i < ARRAY_SIZE(sum); i++)
		EXPECT_EQ(sum[i], 210);
}

static void count_visit(struct thread *thread, void *arg)
{
	unsigned int *count = arg;

	(*count)++;
	EXPECT(thread->state != THREAD_DEAD);
}

KTEST(thread_for_each_visits_the_started_and_living)
{
	unsigned int before = 0, created = 0, started = 0, ended = 0;
	struct thread *thread;
	bool ran = false;

	thread_for_each(count_visit, &before);
	EXPECT_EQ(thread_create(&thread, "test", set_flag, &ran), 0);
	thread_for_each(count_visit, &created);
	thread_start(thread);
	thread_for_each(count_visit, &started);
	test_settle();
	thread_for_each(count_visit, &ended);
	EXPECT(before >= 2); // the idle thread and this one
	EXPECT_EQ(created, before);
	EXPECT_EQ(started, before + 1);
	EXPECT_EQ(ended, before);
}

#ifdef DEBUG

KTEST(thread_create_with_each_allocation_failing)
{
	size_t before = test_free_memory();
	uintptr_t pooled[64];
	struct thread *thread;
	uint32_t n = 0;
	size_t taken;
	int error;

	// With the pool of stacks empty, a new stack needs pages.
	for (taken = 0; kstack_pooled_pages() && taken < ARRAY_SIZE(pooled); taken++)
		EXPECT_EQ(kstack_alloc(&pooled[taken]), 0);
	do {
		mem_fail_after(++n);
		error = thread_create(&thread, "test", set_flag, NULL);
		EXPECT_EQ(error != 0, !mem_fail_after(0));
		EXPECT(!error || error == -ENOMEM);
	} while (error && n < 10);
	EXPECT(n > 3); // the struct and two pages at least
	EXPECT(!error);
	thread_discard(thread);
	while (taken)
		kstack_free(pooled[--taken]);
	EXPECT_EQ(test_free_memory(), before);
	heap_check();
}

KTEST(thread_switch_under_a_spinlock_panics)
{
	struct spinlock lock = SPINLOCK_INIT("test", RANK_PIPE);

	spin_lock(&lock);
	EXPECT_PANIC(thread_yield());
	EXPECT_PANIC(thread_exit());
	spin_unlock(&lock);
	thread_yield();
}

#endif
