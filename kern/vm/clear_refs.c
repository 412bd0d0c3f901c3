// clear_refs.c: what a program writes to /proc/PID/clear_refs: which pages are used, or written, from now
// on? Clearing an accessed bit flushes the translation, and the processor sets the bit at the next
// access. A soft-dirty bit is PTE_D, which the kernel sets with PTE_W: without both, the next write
// faults, and sets them again. Areas that are made later count as written as a whole.
// (Linux: Documentation/admin-guide/mm/soft-dirty.rst)
#include "mem/tlb.h"
#include "vm/area_edit.h"
#include "vm/ptes.h"

// About how many instructions it takes for a page table, and for an entry.
#define SPAN_COST 50
#define ENTRY_COST 15

// Clear `bits` in the entries of [start, end) that name a page. The tables are private. Yields.
// Caller: holds as->lock for writing.
static void clear_entries(struct aspace *as, uintptr_t start, uintptr_t end, pte_t bits)
{
	struct tlb_batch batch;

	assert_write_held(&as->lock);
	spin_lock(&as->pt_lock);
	tlb_batch_begin(&batch, as->pgdir);
	for (uintptr_t va = start; va < end;) {
		pte_t *pte = pgdir_walk(as->pgdir, va, 0);
		uintptr_t table = va, span_end = table_span_end(va, end);

		for (; pte && va < span_end; va += PAGE_SIZE, pte++)
			if (pte_has_page(*pte) && (*pte & bits))
				tlb_batch_store(&batch, va, pte, *pte & ~bits);
		va = span_end;
		batch_yield_after(as, &batch,
		                  SPAN_COST + (pte ? (va - table) / PAGE_SIZE * ENTRY_COST : 0));
	}
	tlb_batch_finish(&batch);
	spin_unlock(&as->pt_lock);
}

// Clear the bits of one area. Returns 0 or -ENOMEM. Caller: holds as->lock for writing.
static int clear_area(struct aspace *as, struct area *area, enum clear_refs what)
{
	int error;

	assert_write_held(&as->lock);
	if (what == CLEAR_REFS_SOFT_DIRTY)
		area->flags |= AREA_SOFT_CLEAN;
	if (area_is_device(area) || area->ops->uncut ||
	    (what == CLEAR_REFS_ANONYMOUS && area->object) ||
	    (what == CLEAR_REFS_MAPPED && !area->object))
		return 0;
	error = tables_make_private(as, area->start, area->end);
	if (!error)
		clear_entries(as, area->start, area->end,
		              what == CLEAR_REFS_SOFT_DIRTY ? PTE_W | PTE_D : PTE_A);
	return error;
}

int aspace_clear_refs(struct aspace *as, enum clear_refs what)
{
	struct area *area;
	uintptr_t va = 0;
	int error = 0;

	assert_no_lock();
	rwlock_write_lock(&as->lock);
	if (what == CLEAR_REFS_PEAK) {
		spin_lock(&as->pt_lock);
		as->peak = 0;
		spin_unlock(&as->pt_lock);
	}
	while (what != CLEAR_REFS_PEAK && !error && (area = area_find_from(&as->areas, va))) {
		va = area->end;
		error = clear_area(as, area, what);
		if (!error)
			error = yield_after(AREA_COST);
	}
	rwlock_write_unlock(&as->lock);
	return error;
}
