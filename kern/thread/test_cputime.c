// test_cputime.c: processor time.
#include "debug/ktest.h"
#include "thread/cputime.h"
#include "thread/test_util.h"
#include "thread/timer.h"

// What the current thread has used, as a reader is told who never asked before.
static uint64_t used(void)
{
	struct cpu_use use = cputime_used(thread_current());
	struct cpu_time before = { 0, 0 }, time = cputime_report(&use, &before);

	return time.user + time.system;
}

static void spin(uint64_t ns)
{
	uint64_t start = clock_ns();

	while (clock_ns() - start < ns)
		;
}

KTEST(cputime_counts_who_runs)
{
	uint64_t start = used(), asleep;

	spin(4 * NS_PER_MS);
	asleep = used();
	EXPECT(asleep - start >= 3 * NS_PER_MS);
	test_sleep(40 * NS_PER_MS);
	EXPECT(used() - asleep < 30 * NS_PER_MS);
}

// A reader is never told less than before, whatever the sum and its shares become.
KTEST(cputime_report_never_goes_back)
{
	struct cpu_time before = { 0, 0 }, now;
	struct cpu_use use = { .cycles = 1ull << 40, .sampled = 100, .sampled_system = 25 };

	now = cputime_report(&use, &before);
	EXPECT(now.user > 2 * now.system && now.user < 4 * now.system);
	use.sampled_system = 100;
	EXPECT_EQ(cputime_report(&use, &before).user, now.user);
	EXPECT_EQ(before.system, now.system);
	use.cycles /= 2;
	EXPECT_EQ(cputime_report(&use, &before).user, now.user);
	use.cycles *= 4;
	EXPECT_EQ(cputime_report(&use, &before).user, now.user);
	EXPECT(before.system > 2 * now.system);
}

// A thread that is made to let others run could have gone on; one that sleeps could not.
KTEST(thread_waits_are_told_from_preemption)
{
	struct thread *thread = thread_current();
	uint32_t waits = thread_waits(thread), preempted = thread->preempted;

	for (int i = 0; i < 3; i++)
		test_sleep(NS_PER_MS);
	EXPECT_EQ(thread_waits(thread), waits + 3);
	EXPECT_EQ(thread->preempted, preempted);
}
