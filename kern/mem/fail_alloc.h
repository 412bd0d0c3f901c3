// fail_alloc.h: let allocations fail on purpose, in debug builds. This is how tests reach the
// error paths of the kernel.
#pragma once

#include "kern.h"

#ifdef DEBUG

// Let the allocation with number `n` from now on fail, once: with 1 the next one; with 0 none. All
// threads' count, and all calls of mem_should_fail: for heap blocks, pages, runs of pages, page
// tables, directories, reservations of large pages, and large pages without a reservation. One call
// may count twice: a table or a heap block may also need a page, and page_alloc asks once more
// after it has freed the spare pages. Ends what mem_fail_elsewhere has asked for.
// Returns the number that the previous call, also of mem_fail_elsewhere, had left: 1 if the next
// allocation would have failed; 0 if the failure has happened, or none was asked for.
uint32_t mem_fail_after(uint32_t n);

// Which allocations fail.
struct mem_failures {
	uint32_t after;      // the allocation with this number from now on fails first; 0: none
	bool lasting;        // every later allocation fails too
	uint32_t odds, seed; // odds > 0: instead, one in `odds` fails at random; `seed` chooses
};

// Let allocations fail as `failures` says, except those of the calling thread, which neither count
// nor fail: it can watch what the failures do to others. *failures is copied. With odds 1 every
// allocation fails; with odds > 0 `after` must be 0, and `lasting` means nothing; with odds 0 and
// after 0 none fails. Replaces what an earlier call, or mem_fail_after, has asked for;
// mem_fail_after ends it.
void mem_fail_elsewhere(const struct mem_failures *failures);

// Returns the number, from now on, of the allocation that fails: 1 for the next one. Returns 0 if
// the failure has happened, also if all later ones fail too (mem_failures.lasting); if none is
// wanted; or if they come at random (mem_failures.odds).
uint32_t mem_fail_distance(void);

#endif
