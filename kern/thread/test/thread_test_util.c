// thread_test_util.c: functions that the tests of kern/thread and of the layers above it share.
#include "thread/test/thread_test_util.h"

#include "mem/page.h"
#include "thread/kstack.h"
#include "thread/sched.h"
#include "thread/yield.h"

struct thread *test_spawn(void (*entry)(void *arg), void *arg)
{
	struct thread *thread;

	if (thread_create(&thread, "test", entry, arg))
		panic("a test found no memory for a thread");
	thread_start(thread);
	return thread;
}

void test_settle(void)
{
	while (schedule_waiting())
		thread_yield();
}

// Without WORK_RESCHED a yield only takes interrupts.
void test_yield_after(uint32_t work)
{
	this_cpu()->work_left = (int32_t)work - 1;
	thread_current()->work |= WORK_RESCHED;
}

uint32_t test_work(void)
{
	const int32_t start = 1000000;
	uint32_t work = (uint32_t)(start - this_cpu()->work_left);

	this_cpu()->work_left = start;
	return work;
}

void test_sleep(uint64_t ns)
{
	struct waitq wq = WAITQ_INIT(wq);

	waitq_sleep(&wq, NULL, WAIT_UNINTERRUPTIBLE, clock_ns() + ns);
}

size_t test_free_memory(void)
{
	return page_free_count() + kstack_pooled_pages();
}

void test_log_add(struct test_log *log, char letter)
{
	if (log->len < sizeof(log->text) - 1)
		log->text[log->len++] = letter;
}
