// page_init.c: pages[] and the free list, made once at boot from the map of memory.
#include "dev/exitport.h"
#include "mem/mem_internal.h"

// Mark pages [first, end) as never free.
static void reserve_run(page_t *first, page_t *end)
{
	for (page_t *pp = first; pp < end; pp++)
		*pp = (page_t){ .kind = PAGE_RESERVED };
}

// Walks the free gaps of memory from low to high: memory in no gap is reserved, the rest is free.
// In the gap that boot_alloc uses, free memory begins where the last allocation ends.
void page_init(void)
{
	const struct mem_range *last_usable = &boot_map.usable[boot_map.usable_count - 1];
	struct mem_range gap;
	page_t *done;

	page_total = MIN(last_usable->end, LINEAR_SIZE) >> PAGE_SHIFT;
	pages = boot_alloc(page_total * sizeof(page_t), sizeof(page_t));
	boot_map.closed = true;

	// Page 0 is the first of those that are not in a gap.
	done = pages;
	for (physaddr_t from = PAGE_SIZE; boot_next_gap(from, &gap); from = gap.end) {
		physaddr_t start = gap.start;

		if (start == boot_map.start)
			start = ROUND_UP(boot_map.next, PAGE_SIZE);
		reserve_run(done, &pages[start >> PAGE_SHIFT]);
		done = &pages[gap.end >> PAGE_SHIFT];
		page_link_run(&pages[start >> PAGE_SHIFT], done);
	}
	reserve_run(done, &pages[page_total]);
}

void page_init_rest(void)
{
	if (page_alloc_zeroed(&zero_page))
		panic("page_init_rest: no memory for the zero page");
	zero_page->pins = 1;
	page_drain_hook = page_cache_drain;
	machine_end_hook = page_check_patterns;
}
