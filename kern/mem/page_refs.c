// page_refs.c: the end of a page's use: its last reference or pin is gone, and the page goes back
// to the allocator that it came from.
#include "mem/large_pool.h"
#include "mem/mem_internal.h"

// How pages of a kind are freed, where page_free is not the right function.
static void (*free_functions[PAGE_KINDS])(page_t *pp);

void page_register_free(enum page_kind kind, void (*free)(page_t *pp))
{
	free_functions[kind] = free;
}

// Three kinds of pages go back to three places: kinds with an allocator of their own, large pages
// from page_alloc_contig, and small pages.
void page_free_unused(page_t *pp)
{
	if (free_functions[pp->kind])
		free_functions[pp->kind](pp);
	else if (pp->flags & PAGE_FLAG_LARGE)
		page_free_contig(pp, LARGE_PAGES);
	else
		page_free(pp);
}

// One lock for the whole list: a batch of unmapped pages is freed here (tlb.h).
void page_free_list(page_t *first)
{
	page_t *next;

	spin_lock(&page_pool.lock);
	for (page_t *pp = first; pp; pp = next) {
		next = pp->next;
		if (unlikely(pp->flags & PAGE_FLAG_LARGE)) {
			spin_unlock(&page_pool.lock);
			page_free_unused(pp);
			spin_lock(&page_pool.lock);
		} else {
			page_free_locked(pp);
		}
	}
	spin_unlock(&page_pool.lock);
}

void page_unreferenced(page_t *pp)
{
	if (pp->count) {
		pp->count = 0;
		panic("page_decref: page %zu has no reference", page_to_ppn(pp));
	}
	if (pp->pins == 0)
		page_free_unused(pp);
}

int page_pin(page_t *pp)
{
	pp = page_head(pp);
	if (pp->pins == UINT16_MAX)
		return -EAGAIN;
	pp->pins++;
	return 0;
}

void page_unpin(page_t *pp)
{
	pp = page_head(pp);
	if (unlikely(pp->pins == 0))
		panic("page_unpin: page %zu has no pin", page_to_ppn(pp));
	if (--pp->pins == 0 && pp->count == 0)
		page_free_unused(pp);
}
