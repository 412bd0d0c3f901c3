// page_contig.c: runs of physically adjacent pages, for large pages and for large blocks of the
// heap. A run is found by looking at page_t.kind; no list of runs is kept, so freeing a page costs
// nothing extra.
#include "mem/mem_internal.h"

// A search goes down from page `end`, and ends after so many steps.
struct search {
	size_t end;
	size_t steps;
};

#define STEPS_CANDIDATE 4 // what a candidate costs, besides a step for each page looked at
#define STEPS_MAX ((STEPS_CANDIDATE + 1) * PAGE_SEARCH_MIN)

// Returns the first page number of the highest run of `n` free pages in [low, search->end), or 0 (page
// 0 is never free); 0 too when the steps are used up, with search->end where it stopped. The search
// looks at a candidate from its first page to its last. If a page is not free, no run contains it; the
// next candidate ends just below. So no page is looked at more than twice, and in full memory only
// every n-th.
static size_t find_run(struct search *search, size_t low, size_t n)
{
	size_t align = n == LARGE_PAGES ? LARGE_PAGES : 1;
	size_t start, ppn;

	while (search->end >= low + n && search->steps) {
		start = ROUND_DOWN(search->end - n, align);
		ppn = start;
		while (ppn < start + n && pages[ppn].kind == PAGE_FREE)
			ppn++;
		if (ppn == start + n)
			return start;
		search->end = ppn;
		search->steps -= MIN(search->steps, ppn - start + 1 + STEPS_CANDIDATE);
	}
	return 0;
}

// Search below the run allocated last; then above; then once more after freeing the spare pages. The
// next search goes on below this run, or where this one used up its steps: so a series of allocations
// does not look at the pages in use again and again. Returns as find_run. Caller: holds page_pool.lock.
static size_t find_run_anywhere(size_t n)
{
	struct search search = { page_pool.contig_end, STEPS_MAX };
	size_t low = page_pool.contig_end > n ? page_pool.contig_end - n : 0, start = 0;

	assert_spin_held(&page_pool.lock);
	if (n <= page_pool.free_count)
		start = find_run(&search, 0, n);
	if (!start && n <= page_pool.free_count && search.steps) {
		search.end = page_total;
		start = find_run(&search, low, n);
	}
	if (!start && search.steps && page_drain_hook && page_drain_hook()) {
		search.end = page_total;
		start = find_run(&search, 0, n);
	}
	if (start)
		page_pool.contig_end = start;
	else
		page_pool.contig_end = search.steps ? page_total : search.end;
	return start;
}

// No allocation yields, so the length of a run is limited, and the search for it.
int page_alloc_contig(page_t **pp_store, size_t n)
{
	size_t start;

	if (n == 0)
		return -EINVAL;
	if (mem_should_fail())
		return -ENOMEM;
	spin_lock(&page_pool.lock);
	start = n <= PAGE_RUN_MAX ? find_run_anywhere(n) : 0;
	for (size_t ppn = start; start && ppn < start + n; ppn++)
		page_take(&pages[ppn]);
	spin_unlock(&page_pool.lock);
	if (!start)
		return -ENOMEM;
	if (n == LARGE_PAGES)
		pages[start].flags = PAGE_FLAG_LARGE;
	*pp_store = &pages[start];
	return 0;
}

int page_alloc_run(page_t **pp_store, size_t n)
{
	int error = page_alloc_contig(pp_store, n);

	if (!error)
		(*pp_store)->flags = 0;
	return error;
}

// All pages are checked before the first is freed. If the run lies above the place where the next
// search begins, that search begins at the end of the run.
void page_free_contig(page_t *pp, size_t n)
{
	page_t *end = pp + n;

	for (page_t *each = pp; each < end; each++)
		if (unlikely(!page_may_be_freed(each)))
			page_refuse_free(each);
	spin_lock(&page_pool.lock);
	page_link_run(pp, end);
	for (page_t *each = pp; each < end; each++)
		page_fill(each);
	if (page_to_ppn(end) > page_pool.contig_end)
		page_pool.contig_end = page_to_ppn(end);
	spin_unlock(&page_pool.lock);
}
