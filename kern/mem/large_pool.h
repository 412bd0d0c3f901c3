// large_pool.h: the pool of large pages, set aside at boot (kernel option hugepages=N) for
// programs that ask for them. After boot, 4 MiB of adjacent free memory are rare, so the pool's
// pages never go back to the free list.
//
// A caller that will need large pages reserves them: the pool then keeps as many free pages for
// it. A large page is counted on its first page_t; all of its page_t are of kind PAGE_LARGE.
#pragma once

#include "mem/page.h"

// The numbers of large pages in the pool.
struct large_counts {
	size_t total;
	size_t free;     // not in use, reserved pages included
	size_t reserved; // free pages that are reserved
};

// Enlarge the pool to `wanted` large pages in all, or to as many as leave 12 MiB of free memory for
// everything else. Does nothing if it has so many. At boot; tests may add some later.
void large_pool_init(size_t wanted);

// Returns the pool's current numbers. Takes large_pool.lock.
struct large_counts large_pool_counts(void);

// Reserve `n` more of the pool's free large pages for the caller, who ends each reservation by
// large_unreserve or large_alloc. Takes large_pool.lock.
// Returns 0, also for n = 0; -ENOMEM, with nothing changed, if fewer pages are free and not
// reserved.
int large_reserve(size_t n) __must_check;

// Cancel `n` of the caller's reservations: the pages stay in the pool, for anybody. Takes
// large_pool.lock. Panics if fewer pages are reserved.
void large_unreserve(size_t n);

// Take a large page out of the pool, and store its first page_t in *pp_store: with `reserved` it
// uses up one of the caller's reservations, and cannot fail; else it is a page that nobody has
// reserved. Its count is 0, its owner NULL, its contents undefined. Its last page_decref or
// page_unpin returns it to the pool, not reserved. Takes large_pool.lock.
// Returns 0; -ENOMEM, with *pp_store unchanged, if every free page is reserved.
int large_alloc(page_t **pp_store, bool reserved);

// Return the large page whose first page_t is `pp` to the pool; with `reserved` the caller gets a
// reservation for it. Panics if it has references or pins, or is not of the pool. Takes
// large_pool.lock.
void large_return(page_t *pp, bool reserved);

// Returns the page_t that holds the count of the page that `pp` belongs to: the first page_t of a
// large page, or `pp` itself.
static inline page_t *page_head(page_t *pp)
{
	if (likely(pp->kind != PAGE_LARGE))
		return pp;
	return &pages[ROUND_DOWN(page_to_ppn(pp), LARGE_PAGES)];
}
