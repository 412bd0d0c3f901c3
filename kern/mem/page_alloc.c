// page_alloc.c: the allocator of single physical pages. The free list is a doubly linked ring
// through the page_t of the free pages. A page comes from its front and goes back there: a page
// just freed is still in the processor's cache, and is used next. Runs of pages (page_contig.c)
// come from the top of memory and return to the end of the list, so that single pages break up
// few of them.
#include "mem/mem_internal.h"

page_t *pages;
size_t page_total;
page_t *zero_page;

struct page_pool page_pool = {
	.lock = SPINLOCK_INIT("page", RANK_PAGE),
	.free = { .next = &page_pool.free, .prev = &page_pool.free },
};

// At boot this loop runs for every page of the machine; so each page_t is written once and in full,
// and the pages themselves are not touched.
void page_link_run(page_t *first, page_t *end)
{
	page_t *last = page_pool.free.prev;

	if (first >= end)
		return;
#pragma GCC unroll 8
	for (page_t *pp = first; pp < end; pp++)
		*pp = (page_t){ .next = pp + 1, .prev = pp - 1, .kind = PAGE_FREE };
	first->prev = last;
	last->next = first;
	end[-1].next = &page_pool.free;
	page_pool.free.prev = end - 1;
	page_pool.free_count += (size_t)(end - first);
}

inline void page_take(page_t *pp)
{
	page_t *prev = pp->prev, *next = pp->next;

	assert_spin_held(&page_pool.lock);
	prev->next = next;
	next->prev = prev;
	page_pool.free_count--;
	page_mark_taken(pp);
}

size_t (*page_drain_hook)(void);

int page_alloc_again(page_t **pp_store)
{
	bool drained;

	spin_lock(&page_pool.lock);
	drained = page_pool.free_count == 0 && page_drain_hook && page_drain_hook();
	spin_unlock(&page_pool.lock);
	return drained ? page_alloc(pp_store) : -ENOMEM;
}

inline int page_alloc(page_t **pp_store)
{
	page_t *pp;

	spin_lock(&page_pool.lock);
	pp = page_next_free();
	if (unlikely(!pp)) {
		spin_unlock(&page_pool.lock);
		return page_alloc_again(pp_store);
	}
	page_take(pp);
	spin_unlock(&page_pool.lock);
	*pp_store = pp;
	return 0;
}

int page_alloc_zeroed(page_t **pp_store)
{
	int error = page_alloc(pp_store);

	if (!error)
		page_clear(*pp_store);
	return error;
}

int page_alloc_specific(page_t **pp_store, size_t ppn)
{
	int error = -ENOMEM;

	if (ppn >= page_total)
		return -EINVAL;
	spin_lock(&page_pool.lock);
	if (pages[ppn].kind == PAGE_FREE) {
		page_take(&pages[ppn]);
		*pp_store = &pages[ppn];
		error = 0;
	}
	spin_unlock(&page_pool.lock);
	return error;
}

bool page_is_free(size_t ppn)
{
	return ppn < page_total && pages[ppn].kind == PAGE_FREE;
}

__noinline void page_refuse_free(const page_t *pp)
{
	if (pp->count || pp->pins)
		panic("page_free: page %zu still has %u references and %u pins", page_to_ppn(pp),
		      pp->count, pp->pins);
	panic("page_free: page %zu is %s", page_to_ppn(pp),
	      pp->kind == PAGE_FREE ? "free already" : "reserved");
}

void page_free(page_t *pp)
{
	if (!pp)
		return;
	spin_lock(&page_pool.lock);
	page_free_locked(pp);
	spin_unlock(&page_pool.lock);
}

size_t page_free_count(void)
{
	size_t count;

	spin_lock(&page_pool.lock);
	count = page_pool.free_count + page_pool.cached_count;
	spin_unlock(&page_pool.lock);
	return count;
}

size_t page_usable_count(void)
{
	return boot_map.usable_pages;
}
