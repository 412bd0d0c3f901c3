// inject.c: the count-down behind mem_fail_after. A call that allocates several times is tested by
// failing each of its allocations in turn, until it succeeds because the failure lies beyond its
// last one.
#include "mem/inject.h"

#include "mem/internal.h"

#ifdef DEBUG

static uint32_t fail_after;

uint32_t mem_fail_after(uint32_t n)
{
	return __atomic_exchange_n(&fail_after, n, __ATOMIC_RELAXED);
}

bool mem_should_fail(void)
{
	return unlikely(fail_after) && --fail_after == 0;
}

#endif
