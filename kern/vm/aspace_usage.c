// aspace_usage.c: how much memory a space has. No counter is kept up to date for this: faults
// would pay for it. The pages are counted when a program asks (/proc), from the page tables. aspace_held.c counts
// what a space holds when memory is gone.
#include "mem/large_pool.h"
#include "thread/yield.h"
#include "vm/area_edit.h"
#include "vm/pagetree.h"
#include "vm/ptes.h"
#include <abi/mman.h>
#include <abi/pageflags.h>

// About how many instructions it takes to look at a page table; at an entry; at a page (mincore).
#define SPAN_COST 30
#define ENTRY_COST 15
#define RESIDENT_COST 40

// Returns the page that an entry names if it counts as a program's memory: neither device memory
// nor the zero page. Otherwise NULL.
static const page_t *page_counted(pte_t entry)
{
	const page_t *pp = entry_page(entry);

	return pp == zero_page ? NULL : pp;
}

// A table's page_t knows how many of its entries are in use (page_t.index), so the entries need no
// look.
size_t aspace_note_peak(struct aspace *as)
{
	size_t count = 0;

	spin_lock(&as->pt_lock);
	for (size_t pdx = 0; pdx < USER_PDES; pdx++) {
		pde_t pde = as->pgdir[pdx];

		if (pde == 0)
			continue;
		if (pde_has_large(pde))
			count += LARGE_PAGES;
		else if (user_table(as, pdx))
			count += phys_to_page(PTE_ADDR(pde))->index;
	}
	as->peak = MAX(as->peak, count);
	count = as->peak;
	spin_unlock(&as->pt_lock);
	return count;
}

// Count the resident pages of an area into *usage. Yields. pt_lock is held for one table at a
// time: it is a spinlock, and a call must not go 10^6 instructions without a yield.
// Caller: holds as->lock.
static void count_resident(struct aspace *as, const struct area *area, struct aspace_usage *usage)
{
	uintptr_t va, span_end;

	assert_read_held(&as->lock);
	for (va = area->start; va < area->end; va = span_end) {
		const pte_t *table;
		uint32_t cost;

		spin_lock(&as->pt_lock);
		table = user_table(as, PDX(va));
		span_end = table_span_end(va, area->end);
		cost = SPAN_COST + (table ? (span_end - va) / PAGE_SIZE * ENTRY_COST : 0);
		for (; table && va < span_end; va += PAGE_SIZE) {
			const page_t *pp = page_counted(table[PTX(va)]);

			if (pp && pp->kind == PAGE_OBJECT)
				usage->objects++;
			else if (pp)
				usage->anonymous++;
		}
		spin_unlock(&as->pt_lock);
		(void)yield_after(cost);
	}
}

// Add an area to *usage by its size alone, whether its pages are in memory or not.
// Each area counts as one of stack, data, text, or none.
static void count_area(const struct area *area, struct aspace_usage *usage)
{
	size_t pages = (area->end - area->start) / PAGE_SIZE;

	usage->size += pages;
	if (area->flags & AREA_GROWSDOWN)
		usage->stack += pages;
	else if (area_is_data(area->prot, area->flags))
		usage->data += pages;
	else if (area->prot & PROT_EXEC)
		usage->text += pages;
	if (area->flags & AREA_LOCKED)
		usage->locked += pages;
}

// Count the page tables and large pages into *usage. Caller: holds pt_lock.
static void count_tables(const struct aspace *as, struct aspace_usage *usage)
{
	assert_spin_held(&as->pt_lock);
	for (size_t pdx = 0; pdx < USER_PDES; pdx++) {
		usage->tables += user_table(as, pdx) != NULL;
		usage->large += pde_has_large(as->pgdir[pdx]);
	}
}

// The search by address, not by area_next, lets the loop release the lock between two areas.
void aspace_count(struct aspace *as, struct aspace_usage *usage)
{
	struct area *area;
	uintptr_t va = 0;

	assert_no_lock();
	memset(usage, 0, sizeof(*usage));
	rwlock_read_lock(&as->lock);
	while ((area = area_find_from(&as->areas, va))) {
		va = area->end;
		count_area(area, usage);
		count_resident(as, area, usage);
		if (!yield_due(AREA_COST))
			continue;
		rwlock_read_unlock(&as->lock); // a change meanwhile is counted or not
		thread_yield_point();
		rwlock_read_lock(&as->lock);
	}
	spin_lock(&as->pt_lock);
	count_tables(as, usage);
	spin_unlock(&as->pt_lock);
	rwlock_read_unlock(&as->lock);
}

// Returns the word of /proc/PID/pagemap for `entry`. A page of a PROT_NONE entry counts as
// present: it is in memory. Device memory has no page number to show. A page of an object is
// exclusive with a count of 2: one reference is the object's own. Markers count as swapped, as on
// Linux, but not those of large pages.
static uint64_t pagemap_word(pte_t entry, bool large)
{
	const page_t *pp = entry_page(entry);
	const page_t *head = pp ? page_head((page_t *)pp) : NULL; // has the count of a large page
	bool object = pp && (pp->kind == PAGE_OBJECT || (pp->kind == PAGE_LARGE && head->owner));

	if (!pp && pte_marker(entry))
		return (large ? 0 : PM_SWAP) | (entry & PTE_MARKER_WP ? PM_UFFD_WP : 0);
	if (!pp)
		return pte_present(entry) ? PM_PRESENT | PM_FILE : 0;
	return PM_PRESENT | (entry & PTE_UFFD_WP ? PM_UFFD_WP : 0) | page_to_ppn(pp) |
	       (object ? PM_FILE : 0) | (head->count == (object ? 2 : 1) ? PM_MMAP_EXCLUSIVE : 0);
}

// Returns PM_SOFT_DIRTY if the page at `va`, which has the entry `entry`, counts as written since the
// last clearing: all pages of an area that was made or moved since, and pages with PTE_D. `area` is the
// first that ends above `va`, or NULL.
static uint64_t soft_dirty(const struct area *area, uintptr_t va, pte_t entry, bool large)
{
	if (!area || va < area->start)
		return 0;
	if (!(area->flags & AREA_SOFT_CLEAN))
		return PM_SOFT_DIRTY;
	return !large && pte_has_page(entry) && (entry & PTE_D) ? PM_SOFT_DIRTY : 0;
}

void aspace_pagemap(struct aspace *as, uintptr_t va, size_t n, uint64_t *words)
{
	const struct area *area;

	assert_no_lock();
	rwlock_read_lock(&as->lock);
	area = area_find_from(&as->areas, va);
	spin_lock(&as->pt_lock);
	for (size_t i = 0; i < n; i++, va += PAGE_SIZE) {
		pte_t entry = small_entry(as, va);
		bool large = !user_table(as, PDX(va));

		if (area && area->end <= va)
			area = area_next(&as->areas, area);
		words[i] = pagemap_word(entry, large) | soft_dirty(area, va, entry, large);
	}
	spin_unlock(&as->pt_lock);
	rwlock_read_unlock(&as->lock);
}

// Returns true if the page at `va` is mapped here, or the object has it and it has been used.
// Caller: holds as->lock.
static bool page_resident(struct aspace *as, const struct area *area, uintptr_t va)
{
	uint64_t offset = area->offset + (va - area->start);
	const page_t *pp;

	assert_read_held(&as->lock);
	if (area->ops->plain == &large_ops) // counts only if mapped, as on Linux
		return pde_has_large(as->pgdir[PDX(va)]);
	if (pte_has_page(pte_peek(as, va)) || area_is_device(area))
		return true;
	if (!area->object || offset >= OBJECT_MAX) // beyond, the index would be cut off
		return false;
	pp = pagetree_get(&area->object->pages, (uint32_t)(offset >> PAGE_SHIFT));
	return pp && !page_is_untouched(pp);
}

ssize_t aspace_resident(struct aspace *as, uintptr_t va, size_t max, uint8_t *vec)
{
	ssize_t count = -ENOMEM;
	struct area *area;

	assert_no_lock();
	rwlock_read_lock(&as->lock);
	area = area_find(&as->areas, va);
	if (area) {
		count = (ssize_t)MIN(max, (area->end - va) / PAGE_SIZE);
		for (ssize_t i = 0; i < count; i++)
			vec[i] = page_resident(as, area, va + (uintptr_t)i * PAGE_SIZE);
		(void)yield_due((uint32_t)count * RESIDENT_COST);
	}
	rwlock_read_unlock(&as->lock);
	return count;
}
