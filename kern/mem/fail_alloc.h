// fail_alloc.h: making an allocation fail on purpose, in debug builds.
#pragma once

#include "kern.h"

#ifdef DEBUG

// Make the `n`-th allocation from now fail once (1: the next), whether of pages, page tables or
// heap memory; 0: none.
// Returns how many allocations the previous call still had to see: 0 when its failure has happened,
// or none was wanted.
uint32_t mem_fail_after(uint32_t n);

// Which allocations fail.
struct mem_failures {
	uint32_t after; // the first failure is that of the allocation with this number; 0: none
	bool lasting;   // every later one fails too
	uint32_t odds, seed; // odds > 0, instead: one in `odds` fails, by chance, as `seed` decides
};

// Make allocations fail as `failures` says, but the calling thread's own neither count nor fail: it can
// watch what a failure makes of others. mem_fail_after ends that.
void mem_fail_elsewhere(const struct mem_failures *failures);

// How many allocations the failure is still away; 0: it has happened, or none is wanted.
uint32_t mem_fail_distance(void);

#endif
