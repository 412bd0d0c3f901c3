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

// Set aside `wanted` large pages, or as many as leave enough memory for the machine to run. At
// boot; tests may add some later.
void large_pool_init(size_t wanted);

// Returns the current numbers.
struct large_counts large_pool_counts(void);

// Reserve `n` free large pages. Returns 0, or -ENOMEM with nothing changed.
int large_reserve(size_t n) __must_check;

// Cancel `n` reservations.
void large_unreserve(size_t n);

// Take a page out of the pool: with `reserved` one of those that the caller has reserved, which
// cannot fail; else one that nobody has reserved. Its count is 0, its owner NULL, its contents
// undefined. Its last page_decref or page_unpin returns it to the pool.
// Returns 0 or -ENOMEM.
int large_alloc(page_t **pp_store, bool reserved);

// Return a page without references to the pool; with `reserved` it is reserved again for the
// caller.
void large_return(page_t *pp, bool reserved);

// Returns the page_t that holds the count of the page that `pp` belongs to: the first page_t of a
// large page, or `pp` itself.
static inline page_t *page_head(page_t *pp)
{
	if (likely(pp->kind != PAGE_LARGE))
		return pp;
	return &pages[ROUND_DOWN(page_to_ppn(pp), LARGE_PAGES)];
}
