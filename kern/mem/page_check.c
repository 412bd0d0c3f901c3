// page_check.c: are free list and pages[] what they should be? For tests, debug builds and the
// monitor.
#include "mem/mem_internal.h"

void page_count_kinds(size_t first, size_t end, size_t counts[PAGE_KINDS])
{
	for (size_t i = first; i < MIN(end, page_total); i++)
		counts[pages[i].kind]++;
}

// Returns a description of what is wrong with the free list, or NULL; the number of the page in
// question goes to *where_store. Caller: holds page_pool.lock.
static const char *free_list_fault(size_t *where_store)
{
	const page_t *before = &page_pool.free;
	size_t count = 0;

	assert_spin_held(&page_pool.lock);
	for (const page_t *pp = before->next; pp != &page_pool.free; before = pp, pp = pp->next) {
		*where_store = page_to_ppn(pp);
		if (pp < pages || pp >= &pages[page_total])
			return "the free list leads out of pages[]";
		if (pp->prev != before)
			return "a free page's links do not agree";
		if (pp->kind != PAGE_FREE)
			return "a page on the free list is not free";
		if (pp->count || pp->pins)
			return "a free page has references or pins";
		if (++count > page_pool.free_count)
			return "the free list is longer than its count";
	}
	return count < page_pool.free_count ? "the free list is shorter than its count" : NULL;
}

// Like free_list_fault, for pages[].
static const char *pages_fault(size_t *where_store)
{
	size_t free = 0;

	for (size_t ppn = 0; ppn < page_total; ppn++) {
		*where_store = ppn;
		if (pages[ppn].kind >= PAGE_KINDS)
			return "a page has no such kind";
		free += pages[ppn].kind == PAGE_FREE;
	}
	*where_store = 0;
	if (page_total && pages[0].kind != PAGE_RESERVED)
		return "page 0 is not reserved";
	return free != page_pool.free_count ? "a free page is not on the free list" : NULL;
}

void page_check(void)
{
	const char *fault;
	size_t where = 0;

	spin_lock(&page_pool.lock);
	fault = free_list_fault(&where);
	if (!fault)
		fault = pages_fault(&where);
	if (!fault)
		fault = page_cache_fault(&where);
	spin_unlock(&page_pool.lock);
	if (fault)
		panic("page_check: %s (page %zu)", fault, where);
}
