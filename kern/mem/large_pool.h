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

// Enlarge the pool to `wanted` large pages in all. Ends earlier where less than 12 MiB of free
// memory would remain, or where no 4 MiB of adjacent free pages are found. Never makes the pool
// smaller. Prints how many pages the pool has if more were wanted than it had. At boot, also with
// 0, since it registers how PAGE_LARGE is freed; tests may add some later.
void large_pool_init(size_t wanted);

// Returns the pool's numbers, which may change at once. Takes large_pool.lock.
struct large_counts large_pool_counts(void);

// Reserve `n` more of the pool's free large pages for the caller, who ends each reservation by
// large_unreserve or by large_alloc with `reserved`. A reservation is a number: no page is chosen,
// and nobody checks whose it is. Takes large_pool.lock.
// Returns 0, also for n = 0; -ENOMEM, with nothing changed, if fewer than `n` pages are free and
// not reserved.
int large_reserve(size_t n) __must_check;

// Cancel `n` of the caller's reservations: the pages stay in the pool, for anybody. Takes
// large_pool.lock. Panics if fewer than `n` pages are reserved in all.
void large_unreserve(size_t n);

// Take a large page out of the pool, and store its first page_t in *pp_store: with `reserved` it
// uses up one of the caller's reservations, and cannot fail; else it is a page that nobody has
// reserved. Its count, pins and index are 0, its owner NULL, its contents undefined. The caller
// takes the first reference (page_incref) or returns the page by large_return; the last page_decref
// or page_unpin returns it to the pool, not reserved. Takes large_pool.lock.
// Returns 0; -ENOMEM, with *pp_store unchanged, if every free page is reserved or none is free.
// Panics with `reserved` if no page at all is reserved.
int large_alloc(page_t **pp_store, bool reserved);

// Return the large page whose first page_t is `pp` to the pool, where it is free at once; with
// `reserved` the caller gets a reservation again, as before large_alloc. Takes large_pool.lock.
// Panics if it has references or pins, or is not of the pool.
void large_return(page_t *pp, bool reserved);

// Returns the page_t that has the count and the pins of the page that `pp` belongs to: the first
// page_t of a large page of the pool, or `pp` itself for every other page. A large page that
// page_alloc_contig returned to others than the pool is not recognized: `pp` itself then too.
static inline page_t *page_head(page_t *pp)
{
	if (likely(pp->kind != PAGE_LARGE))
		return pp;
	return &pages[ROUND_DOWN(page_to_ppn(pp), LARGE_PAGES)];
}
