// large_pool.h: jumbo pages put aside at boot (the kernel option hugepages=N), for programs that ask for
// them. After boot such pages are rare, so they never go back to the free list.
//
// Whoever will need pages can have some promised: as many free ones then wait for him. A page counts
// on its first page_t, as all jumbo pages do; all of its page_t are of kind PAGE_JUMBO.
#pragma once

#include "mem/page.h"

struct jumbo_counts {
	size_t total;
	size_t free;     // in the pool, promised ones included
	size_t promised; // of those, to somebody in particular
};

// Have `wanted` jumbo pages put aside, or as many as leave the machine enough to run. At boot; tests
// may want more later.
void jumbo_pool_init(size_t wanted);

struct jumbo_counts jumbo_pool_counts(void);

// Promise `n` free pages. 0, or -ENOMEM and nothing has changed.
int jumbo_promise(size_t n) __must_check;

// Take back `n` promises.
void jumbo_unpromise(size_t n);

// Take a page out of the pool: with `promised` one of those promised before, which cannot fail, else
// one that is nobody's. Its count is 0, its owner NULL, its contents undefined; its last
// page_decref or page_unpin gives it back. 0 or -ENOMEM.
int jumbo_alloc(page_t **pp_store, bool promised);

// Give back a page without references, and promise it again if it was.
void jumbo_return(page_t *pp, bool promised);

// The page_t on which the page counts whose memory `pp` is.
static inline page_t *page_head(page_t *pp)
{
	if (likely(pp->kind != PAGE_JUMBO))
		return pp;
	return &pages[ROUND_DOWN(page_to_ppn(pp), JUMBO_PAGES)];
}
