// page_contig.c: runs of physically adjacent pages, for large pages and for large blocks of the
// heap. A run is found by looking at page_t.kind; no list of runs is kept, so freeing a page costs
// nothing extra.
#include "mem/mem_internal.h"

// Returns the first page number of the highest run of `n` free pages that ends at or below page
// `end`, or 0 (page 0 is never free). The search goes down, and looks at a candidate from its last
// page to its first. If a page is not free, no run contains it; the next candidate ends just
// below. So no page is looked at twice, and in full memory only every n-th.
static size_t find_run(size_t end, size_t n)
{
	size_t align = n == LARGE_PAGES ? LARGE_PAGES : 1;
	size_t start, ppn;

	while (end >= n) {
		start = ROUND_DOWN(end - n, align);
		ppn = start + n;
		while (ppn > start && pages[ppn - 1].kind == PAGE_FREE)
			ppn--;
		if (ppn == start)
			return start;
		end = ppn - 1;
	}
	return 0;
}

// Search below the run allocated last; then everywhere; then once more after freeing the spare
// pages. Returns as find_run. Caller: holds page_pool.lock.
static size_t find_run_anywhere(size_t n)
{
	size_t start = 0;

	assert_spin_held(&page_pool.lock);
	if (n <= page_pool.free_count)
		start = find_run(page_pool.contig_end, n);
	if (!start && n <= page_pool.free_count)
		start = find_run(page_total, n);
	if (!start && page_drain_hook && page_drain_hook())
		start = find_run(page_total, n);
	return start;
}

// The next search goes on below this run, so that a series of allocations does not look at the
// pages in use again and again.
int page_alloc_contig(page_t **pp_store, size_t n)
{
	size_t start;

	if (n == 0)
		return -EINVAL;
	if (mem_should_fail())
		return -ENOMEM;
	spin_lock(&page_pool.lock);
	start = find_run_anywhere(n);
	if (start) {
		for (size_t ppn = start; ppn < start + n; ppn++)
			page_take(&pages[ppn]);
		page_pool.contig_end = start;
	}
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
