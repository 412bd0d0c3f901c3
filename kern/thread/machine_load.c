// machine_load.c: sums over all threads, and the load averages.
#include "thread/machine_load.h"

#include "thread/sched.h"
#include "thread/timer.h"
#include "thread/yield.h"

#define LOOK_COST 12 // about how many instructions it takes to look at a thread
#define SAMPLE_NS (5 * NS_PER_SECOND)
#define SAMPLES_MAX 1000 // after a longer pause an old average counts for nothing
#define LOAD_ONE (1u << LOAD_SHIFT)

uint32_t load_averages[3];

// Of threads that have ended. Guarded by sched_lock.
static uint64_t ended_switches, ended_faults;
static uint32_t created; // guarded by sched_lock

void totals_thread_starts(void)
{
	assert_spin_held(&sched_lock);
	created++;
}

void totals_thread_ends(const struct thread *thread)
{
	assert_spin_held(&sched_lock);
	ended_switches += thread->switches;
	ended_faults += thread->faults;
}

void thread_totals(struct thread_totals *totals)
{
	const struct thread *thread;

	memset(totals, 0, sizeof(*totals));
	spin_lock(&sched_lock);
	totals->switches = ended_switches;
	totals->faults = ended_faults;
	totals->created = created;
	list_for_each(thread, &all_threads, all_link) {
		totals->threads++;
		totals->switches += thread->switches;
		totals->faults += thread->faults;
		if (thread->state == THREAD_SLEEPING)
			totals->blocked += thread->aspace &&
			                   thread->wait_mode != WAIT_INTERRUPTIBLE;
		else
			totals->runnable += thread != this_cpu()->idle;
	}
	spin_unlock(&sched_lock);
	(void)yield_due(totals->threads * LOOK_COST);
}

// Returns an average after one more sample. `decay` is the weight of the old average. Rounds upwards
// while the load rises, or it would never be reached.
static uint32_t next_average(uint32_t average, uint32_t decay, uint32_t sample)
{
	uint64_t sum = (uint64_t)average * decay + (uint64_t)sample * (LOAD_ONE - decay);

	return (uint32_t)((sum + (sample >= average ? LOAD_ONE - 1 : 0)) >> LOAD_SHIFT);
}

// The weights are e to the power of -5/60, -5/300 and -5/900, times LOAD_ONE.
void load_tick(uint64_t now)
{
	static const uint32_t decays[3] = { 1884, 2014, 2037 };
	static uint64_t next = SAMPLE_NS;
	struct thread_totals totals;
	uint32_t sample;

	assert_only_spinlock(NULL);
	if (likely(now < next))
		return;
	thread_totals(&totals);
	sample = (totals.runnable + totals.blocked) * LOAD_ONE;
	for (unsigned int n = 0; next <= now && n < SAMPLES_MAX; n++, next += SAMPLE_NS)
		for (size_t i = 0; i < ARRAY_SIZE(decays); i++)
			load_averages[i] = next_average(load_averages[i], decays[i], sample);
	if (next <= now)
		next = now + SAMPLE_NS;
}
