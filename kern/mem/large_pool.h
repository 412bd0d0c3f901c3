// large_pool.h: large pages put aside at boot (the kernel option hugepages=N), for programs that ask for
// them. After boot such pages are rare, so they never go back to the free list.
//
// Whoever will need pages can have some reserved: as many free ones then wait for him. A page counts
// on its first page_t, as all large pages do; all of its page_t are of kind PAGE_LARGE.
#pragma once

#include "mem/page.h"

struct large_counts {
	size_t total;
	size_t free;     // in the pool, reserved ones included
	size_t reserved; // of those, to somebody in particular
};

// Have `wanted` large pages put aside, or as many as leave the machine enough to run. At boot; tests
// may want more later.
void large_pool_init(size_t wanted);

struct large_counts large_pool_counts(void);

// Promise `n` free pages. 0, or -ENOMEM and nothing has changed.
int large_reserve(size_t n) __must_check;

// Take back `n` reservations.
void large_unreserve(size_t n);

// Take a page out of the pool: with `reserved` one of those reserved before, which cannot fail, else
// one that is nobody's. Its count is 0, its owner NULL, its contents undefined; its last
// page_decref or page_unpin gives it back. 0 or -ENOMEM.
int large_alloc(page_t **pp_store, bool reserved);

// Give back a page without references, and reservation it again if it was.
void large_return(page_t *pp, bool reserved);

// The page_t on which the page counts whose memory `pp` is.
static inline page_t *page_head(page_t *pp)
{
	if (likely(pp->kind != PAGE_LARGE))
		return pp;
	return &pages[ROUND_DOWN(page_to_ppn(pp), LARGE_PAGES)];
}
