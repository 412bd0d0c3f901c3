// fail_alloc.c: the countdown of mem_fail_after. To test a call that allocates several times, let
// each of its allocations fail in turn, until the call succeeds because the failure lies beyond
// its last allocation. Each failed call must leave nothing behind.
#include "mem/fail_alloc.h"

#include "cpu/percpu.h"
#include "mem/mem_internal.h"

#ifdef DEBUG

static uint32_t fail_after;         // allocations up to the next failure; 0: no failure to come
static bool lasting;                // after that failure all allocations fail
static uint32_t odds;               // not 0: one in so many fails, at random
static uint32_t chance;             // state of the pseudo-random numbers
static const struct thread *spared; // its allocations do not count; NULL: all threads' do

uint32_t mem_fail_after(uint32_t n)
{
	uint32_t before = fail_after;

	spared = NULL;
	lasting = false;
	odds = 0;
	fail_after = n;
	return before;
}

void mem_fail_elsewhere(const struct mem_failures *failures)
{
	spared = this_cpu()->current;
	fail_after = failures->after;
	lasting = failures->lasting;
	odds = failures->odds;
	chance = failures->seed * 2 + 1; // never 0
}

uint32_t mem_fail_distance(void)
{
	return fail_after;
}

// Called at the start of every allocation. The thread that called mem_fail_elsewhere is spared.
bool mem_should_fail(void)
{
	if (likely(!fail_after && !odds) || this_cpu()->current == spared)
		return false;
	if (odds) {
		chance ^= chance << 13; // Marsaglia, "Xorshift RNGs", 2003
		chance ^= chance >> 17;
		chance ^= chance << 5;
		return chance % odds == 0;
	}
	if (--fail_after)
		return false;
	odds = lasting; // 1: every one fails
	return true;
}

#endif
