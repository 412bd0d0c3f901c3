// cost.c: which calls take the machine's time (-c). The time is the caller's own processor time; calls
// that do not return, and descendants' calls, are not in it.

#include "fuzz.h"

#include <stdio.h>
#include <sys/mman.h>
#include <time.h>

#define SHOWN 40

bool costed;

static struct cost {
	uint64_t spent; // nanoseconds
	uint32_t calls;
	uint32_t deaths; // workers that ended in it
} * costs;               // one for each line of the grammar, and one for making the world

void cost_start(void)
{
	costed = true;
	costs = mmap((void *)(SHARED + PAGE), 4 * PAGE, PROT_READ | PROT_WRITE,
	             MAP_SHARED | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
}

uint64_t cost_clock(void)
{
	struct timespec now = { 0, 0 };

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

void cost_add(size_t call, uint64_t from)
{
	__sync_fetch_and_add(&costs[call].spent, cost_clock() - from);
	__sync_fetch_and_add(&costs[call].calls, 1);
}

// A worker has ended in this call, or in one of its handlers after it.
void cost_death(uint32_t worker, uint32_t index)
{
	struct op op;

	if (op_at(worker, index, &op))
		costs[op.call].deaths++;
}

// Print the calls that have taken most.
void cost_print(void)
{
	for (int shown = 0; shown < SHOWN; shown++) {
		size_t most = 0;

		for (size_t i = 1; i <= call_count(); i++)
			if (costs[i].spent > costs[most].spent)
				most = i;
		dprintf(1, "cost: %s %u times, %u thousand instructions each, %u million in all\n",
		        most == call_count() ? "world" : call_at(most)->name, costs[most].calls,
		        costs[most].calls ?
		                (uint32_t)(costs[most].spent / costs[most].calls / 1000) :
		                0,
		        (uint32_t)(costs[most].spent / 1000000));
		costs[most].spent = 0;
	}
	for (int shown = 0; shown < SHOWN; shown++) {
		size_t most = 0;

		for (size_t i = 1; i < call_count(); i++)
			if (costs[i].deaths > costs[most].deaths)
				most = i;
		dprintf(1, "deaths: %s %u\n", call_at(most)->name, costs[most].deaths);
		costs[most].deaths = 0;
	}
}
