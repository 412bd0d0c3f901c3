// test_cputime.c: processor time.
#include "cpu/x86.h"
#include "debug/ktest.h"
#include "thread/cputime.h"
#include "thread/machine_load.h"
#include "thread/test/thread_test_util.h"
#include "thread/timer.h"

// Run without a yield for `ns` nanoseconds.
static void spin(uint64_t ns)
{
	uint64_t start = clock_ns();

	while (clock_ns() - start < ns)
		;
}

// Returns the cycles that the current thread has used.
static uint64_t cycles_used(void)
{
	return cputime_cycles(thread_current());
}

// Counts in cycles, not in nanoseconds: the rate between them is measured since boot, and earlier
// tests may have let the clock miss rounds.
KTEST(cputime_counts_the_running_thread)
{
	uint64_t used = cycles_used(), began = rdtsc();

	spin(4 * NS_PER_MS);
	EXPECT(cycles_used() - used >= (rdtsc() - began) / 4 * 3);
	used = cycles_used();
	began = rdtsc();
	test_sleep(40 * NS_PER_MS);
	EXPECT(cycles_used() - used < (rdtsc() - began) / 4 * 3);
}

// Whatever happens to the sum and its shares, no part of a report is smaller than before.
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

// A thread that loses the CPU could have run on; a thread that sleeps could not. They are counted
// apart.
KTEST(thread_waits_are_counted_apart_from_preemption)
{
	struct thread *thread = thread_current();
	uint32_t waits = thread_waits(thread), preempted = thread->preempted;

	for (int i = 0; i < 3; i++)
		test_sleep(NS_PER_MS);
	EXPECT_EQ(thread_waits(thread), waits + 3);
	EXPECT_EQ(thread->preempted, preempted);
}

static void (*usual_hook)(const struct trapframe *frame);
static uint64_t tick_times[3];
static unsigned int ticks;

// The tick hook of the test: records when ticks come.
static void note_tick(const struct trapframe *frame)
{
	if (ticks < ARRAY_SIZE(tick_times))
		tick_times[ticks++] = clock_ns();
	if (usual_hook)
		usual_hook(frame);
}

static void yield_until_tick(void)
{
	unsigned int before = ticks;

	while (ticks == before)
		thread_yield_point();
}

// The second of three ticks has to wait for 3 ms. The third comes when it would have come anyway.
KTEST(late_tick_does_not_move_the_next)
{
	usual_hook = cputime_tick_hook;
	cputime_tick_hook = note_tick;
	ticks = 0;
	yield_until_tick();
	spin(13 * NS_PER_MS);
	yield_until_tick();
	yield_until_tick();
	cputime_tick_hook = usual_hook;
	EXPECT(tick_times[1] - tick_times[0] >= 13 * NS_PER_MS);
	EXPECT(tick_times[2] - tick_times[0] < 22 * NS_PER_MS);
}

static uint64_t kept_ns; // how long keep_cpu kept the CPU

// Run, and yield whenever asked to, until the thread loses the CPU for the first time.
static void keep_cpu(void *arg)
{
	struct thread *thread = thread_current();
	uint32_t preempted = thread->preempted;
	uint64_t start = clock_ns(), last;

	(void)arg;
	do {
		last = clock_ns();
		thread_yield_point();
	} while (thread->preempted == preempted);
	kept_ns = last - start;
}

// Returns how long a thread keeps the CPU that gets it `ns` after a tick, while another waits. It
// loses the CPU at a tick, so for 1, 2, ... slices less `ns`. The host may stop the machine, so the
// shortest of several tries counts.
static uint64_t kept_after_tick(uint64_t ns)
{
	uint64_t shortest = UINT64_MAX;

	usual_hook = cputime_tick_hook;
	cputime_tick_hook = note_tick;
	for (int i = 0; i < 5; i++) {
		ticks = 0;
		yield_until_tick();
		test_spawn(keep_cpu, NULL);
		while (clock_ns() < tick_times[0] + ns)
			;
		thread_yield();
		test_settle();
		shortest = MIN(shortest, kept_ns);
	}
	cputime_tick_hook = usual_hook;
	return shortest;
}

// Else a thread that is woken shortly before a tick would do nothing but switch.
KTEST(thread_that_got_the_cpu_just_before_a_tick_keeps_it)
{
	uint64_t kept = kept_after_tick(5 * NS_PER_MS);

	EXPECT(kept > 4 * NS_PER_MS && kept < 6 * NS_PER_MS);
	kept = kept_after_tick(9800000);
	EXPECT(kept > 9 * NS_PER_MS && kept < 11 * NS_PER_MS);
}

// This thread wants to run all the time, so each sample is at least 1. The clock seems to be ahead here,
// so the next sample of the timer comes later.
KTEST(load_averages_rise_with_each_sample_and_the_short_one_most)
{
	uint32_t before = load_averages[0];

	load_tick(clock_ns() + 60 * NS_PER_SECOND);
	EXPECT(load_averages[0] > before);
	EXPECT(load_averages[0] > load_averages[1] && load_averages[1] > load_averages[2]);
	EXPECT(load_averages[0] > (1u << LOAD_SHIFT) / 2);
}

KTEST(totals_count_threads_and_switches)
{
	struct thread_totals before, after;

	thread_totals(&before);
	test_spawn(keep_cpu, NULL);
	test_settle();
	thread_totals(&after);
	EXPECT(after.created == before.created + 1 && after.threads == before.threads);
	EXPECT(after.switches >= before.switches + 2 && after.runnable >= 1);
}
