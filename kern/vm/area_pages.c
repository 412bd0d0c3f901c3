// area_pages.c: counting the pages of an area. No counter is kept up to date for this (aspace_usage.c).
#include "vm/area_pages.h"

#include "mem/large_pool.h"
#include "thread/yield.h"
#include "vm/area_edit.h"
#include "vm/ptes.h"

// About how many instructions it takes to look at a page table, and at an entry.
#define SPAN_COST 40
#define ENTRY_COST 60

// Returns how many spaces map a page, of which one entry was found in the table `table`: each entry has a
// reference, and so has the object that the page belongs to. An entry in a table that spaces share
// counts for each of them.
static uint32_t mappers(const page_t *pp, bool object, const page_t *table)
{
	return pp->count - object + table->count - 1;
}

// Count the page of an entry in the table `table`.
static void count_entry(pte_t entry, const page_t *table, struct area_pages *sum)
{
	const page_t *pp = entry_page(entry);
	bool object = pp && pp->kind == PAGE_OBJECT, dirty = (entry & PTE_D) || !object;
	uint32_t count, share;

	if (!pp || pp == zero_page)
		return;
	count = MAX(mappers(pp, object, table), 1u);
	share = PAGE_SIZE / count;
	if (count > 1)
		*(dirty ? &sum->shared_dirty : &sum->shared_clean) += 1;
	else
		*(dirty ? &sum->private_dirty : &sum->private_clean) += 1;
	sum->referenced += (entry & PTE_A) != 0;
	sum->anonymous += !object;
	*(object ? &sum->object_share : &sum->anonymous_share) += share;
	sum->dirty_share += dirty ? share : 0;
}

// Count a large page. A mapping that nobody else has is private.
static void count_large(pde_t pde, struct area_pages *sum)
{
	const page_t *head = page_head(phys_to_page(PTE_ADDR(pde)));

	if (head->count > (head->owner ? 2u : 1u))
		sum->shared_large++;
	else
		sum->private_large++;
}

// pt_lock is held for one table at a time: it is a spinlock, and a call must not go 10^6 instructions
// without a yield.
void area_count_pages(struct aspace *as, const struct area *area, struct area_pages *sum)
{
	uintptr_t va, span_end;

	assert_read_held(&as->lock);
	for (va = area->start; va < area->end; va = span_end) {
		uint32_t cost = SPAN_COST;
		pde_t pde;

		span_end = table_span_end(va, area->end);
		spin_lock(&as->pt_lock);
		pde = as->pgdir[PDX(va)];
		if (pde_has_large(pde)) {
			count_large(pde, sum);
		} else if (pde & PTE_P) {
			const pte_t *table = phys_to_virt(PTE_ADDR(pde));
			const page_t *page = phys_to_page(PTE_ADDR(pde));

			cost += (span_end - va) / PAGE_SIZE * ENTRY_COST;
			for (; va < span_end; va += PAGE_SIZE)
				count_entry(table[PTX(va)], page, sum);
		}
		spin_unlock(&as->pt_lock);
		(void)yield_after(cost);
	}
}
