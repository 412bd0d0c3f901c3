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

// Prepare a page that has just left the free list, as page_alloc's contract says.
static inline void mark_taken(page_t *pp)
{
	page_check_fill(pp);
	pp->kind = PAGE_ANONYMOUS;
	pp->flags = 0;
	page_pool.free_count--;
}

void page_take(page_t *pp)
{
	assert_spin_held(&page_pool.lock);
	pp->prev->next = pp->next;
	pp->next->prev = pp->prev;
	mark_taken(pp);
}

size_t (*page_drain_hook)(void);

// Take a page when the free list is empty: the spare pages become free first.
// Caller: holds page_pool.lock, which this function releases.
static __noinline int page_alloc_spare(page_t **pp_store)
{
	int error = -ENOMEM;

	assert_spin_held(&page_pool.lock);
	if (page_drain_hook()) {
		*pp_store = page_pool.free.next;
		page_take(*pp_store);
		error = 0;
	}
	spin_unlock(&page_pool.lock);
	return error;
}

// The first page of the list is unlinked here directly: its predecessor is always the head.
inline int page_alloc(page_t **pp_store)
{
	page_t *pp;

	if (mem_should_fail())
		return -ENOMEM;
	spin_lock(&page_pool.lock);
	pp = page_pool.free.next;
	if (unlikely(pp == &page_pool.free))
		return page_alloc_spare(pp_store);
	page_pool.free.next = pp->next;
	pp->next->prev = &page_pool.free;
	mark_taken(pp);
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

// The page may be a spare one; then emptying the caches makes it free.
int page_alloc_specific(page_t **pp_store, size_t ppn)
{
	int error = -ENOMEM;

	if (ppn >= page_total)
		return -EINVAL;
	if (mem_should_fail())
		return -ENOMEM;
	spin_lock(&page_pool.lock);
	if (pages[ppn].kind == PAGE_FREE || (page_drain_hook() && pages[ppn].kind == PAGE_FREE)) {
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
	if (unlikely(!page_may_be_freed(pp)))
		page_refuse_free(pp);
	spin_lock(&page_pool.lock);
	page_put(pp);
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
	return page_pool.usable_count;
}
