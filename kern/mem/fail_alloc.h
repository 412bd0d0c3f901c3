// fail_alloc.h: let allocations fail on purpose, in debug builds. This is how tests reach the
// error paths of the kernel.
#pragma once

#include "kern.h"

#ifdef DEBUG

// Let the `n`-th allocation from now fail, once (1: the next one), of pages, page tables or heap
// memory; 0: let none fail.
// Returns how many allocations were left until the failure that the previous call asked for; 0 if
// it has happened, or none was asked for.
uint32_t mem_fail_after(uint32_t n);

// Which allocations fail.
struct mem_failures {
	uint32_t after;      // the allocation with this number fails first; 0: none
	bool lasting;        // every later allocation fails too
	uint32_t odds, seed; // odds > 0: instead, one in `odds` fails at random; `seed` chooses
};

// Let allocations fail as `failures` says, except those of the calling thread, which neither count
// nor fail: it can watch what the failures do to others. mem_fail_after ends this.
void mem_fail_elsewhere(const struct mem_failures *failures);

// Returns how many allocations are left until the failure; 0 if it has happened, or none is
// wanted.
uint32_t mem_fail_distance(void);

#endif
