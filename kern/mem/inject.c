// inject.c: the count-down behind mem_fail_after. A call that allocates several times is tested by
// failing each of its allocations in turn, until it succeeds because the failure lies beyond its
// last one.
#include "mem/inject.h"

#include "cpu/percpu.h"
#include "mem/internal.h"

#ifdef DEBUG

static uint32_t fail_after;
static const struct thread *spared; // its allocations do not count; NULL: everybody's do

uint32_t mem_fail_after(uint32_t n)
{
	uint32_t before = fail_after;

	spared = NULL;
	fail_after = n;
	return before;
}

void mem_fail_after_elsewhere(uint32_t n)
{
	spared = this_cpu()->current;
	fail_after = n;
}

uint32_t mem_fail_distance(void)
{
	return fail_after;
}

bool mem_should_fail(void)
{
	if (likely(!fail_after) || this_cpu()->current == spared)
		return false;
	return --fail_after == 0;
}

#endif
