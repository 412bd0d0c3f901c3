// ptes.c: operations on ranges of page-table entries: unmap, protect, copy; ptes_move.c moves them, and
// ptes_object.c removes what an object loses.
// (pte_install installs single entries; the backends of devices and large pages install theirs.)
//
// All of them have one form: take pt_lock, begin a batch, go from page table to page table, finish
// the batch, which flushes the TLB once and then frees the removed pages. A missing table costs
// one step for 4 MiB. A long range yields at the borders of tables, with the lock released.
#include "mem/tlb.h"
#include "thread/yield.h"
#include "vm/ptes.h"
#include <abi/mman.h>

// About how many instructions it takes: for each table or directory entry; to look at an entry; to
// remove an entry and free its page; to copy an entry.
#define SPAN_COST 20
#define ENTRY_COST 10
#define LOOK_COST 4
#define UNMAP_COST 50
#define INHERIT_COST 25

// Unmap [va, end), which one page table covers; `pte` is the entry for `va`. Like tlb_batch_unmap for
// each entry, but the table's count of entries in use and the batch's range change once. Stops when
// the table has no entry in use any more: most tables are nearly empty. A shared table has no entry
// in the range, and does not change. Returns the cost in instructions.
static uint32_t unmap_in_table(struct tlb_batch *batch, uintptr_t va, uintptr_t end, pte_t *pte)
{
	page_t *table = virt_to_page(pte);
	uint32_t left = table->index;
	pte_t *start = pte, *last = pte + (end - va) / PAGE_SIZE, *first, seen = 0;

	assert_pgdir_locked(batch->pgdir);
	if (!left)
		return 0;
	while (pte < last && !*pte)
		pte++, va += PAGE_SIZE;
	if (pte == last)
		return (uint32_t)(pte - start) * LOOK_COST;
	for (first = pte; pte < last && left; pte++) {
		pte_t old = *pte;

		if (!old)
			continue;
		debug_assert(table->count == 1);
		*pte = 0;
		seen |= old;
		left--;
		if (likely(pte_has_page(old)))
			tlb_batch_decref(batch, phys_to_page(PTE_ADDR(old)));
	}
	uint32_t removed = table->index - left;

	table->index = left;
	if (entry_cacheable(seen))
		tlb_batch_cover(batch, va, va + (uintptr_t)(pte - first) * PAGE_SIZE);
	return (uint32_t)(pte - start) * LOOK_COST + removed * UNMAP_COST;
}

// Three cases for each table's span: no table (perhaps a large page); a shared table of which the
// whole span goes, so that only a reference is dropped; else entry by entry. When a space ends
// (refs == 0) its part of a shared table always goes as a whole.
uintptr_t ptes_unmap_some(struct aspace *as, uintptr_t start, uintptr_t end)
{
	struct tlb_batch batch;
	uintptr_t va, span_end;
	bool due = false;

	assert_areas_still(as);
	spin_lock(&as->pt_lock);
	tlb_batch_begin(&batch, as->pgdir);
	for (va = start; va < end && !due; va = span_end) {
		pte_t *pte = pgdir_walk(as->pgdir, va, 0);
		uint32_t cost;

		span_end = table_span_end(va, end);
		if (!pte) {
			if (as->pgdir[PDX(va)])
				large_unmap(&batch, va);
			due = yield_due(SPAN_COST);
			continue;
		}
		if ((as->refs == 0 || span_end - va == LARGE_SIZE) && table_drop(as, va)) {
			due = yield_due(SPAN_COST);
			continue;
		}
		cost = unmap_in_table(&batch, va, span_end, pte);
		due = yield_due(SPAN_COST + cost);
		pgdir_trim(as->pgdir, PDX(va));
	}
	tlb_batch_finish(&batch);
	spin_unlock(&as->pt_lock);
	return va;
}

// Returns what `entry` becomes under the protection `prot`.
// PTE_W is removed even if `prot` has PROT_WRITE: the next write fault knows whether the page is
// shared, and grants it. Setting it here would let a program write to a page of others.
static pte_t entry_protected(pte_t entry, int prot)
{
	if (!pte_has_page(entry))
		return entry;
	if (prot == 0)
		return (entry & ~PTE_P) | PTE_PROT_NONE;
	if (pte_prot_none(entry))
		return ((entry & ~PTE_PROT_NONE) | PTE_P) & ~PTE_W;
	return entry & ~PTE_W;
}

// An entry of the directory has the bits of a table's entry, so entry_protected serves both.
static void large_protect(struct tlb_batch *batch, uintptr_t va, int prot)
{
	pde_t *pde = &batch->pgdir[PDX(va)], entry = entry_protected(*pde, prot);

	assert_pgdir_locked(batch->pgdir);
	if (entry != *pde)
		tlb_batch_store(batch, va, pde, entry);
}

// Protect [va, end), which one page table covers; `pte` is the entry for `va`. No entry becomes 0, or
// was: so the table's count of entries in use stays, and the batch's range changes once.
static void protect_in_table(struct tlb_batch *batch, uintptr_t va, uintptr_t end, pte_t *pte,
                             int prot)
{
	const pte_t *last = pte + (end - va) / PAGE_SIZE;
	pte_t changed = 0;

	assert_pgdir_locked(batch->pgdir);
	for (; pte < last; pte++) {
		pte_t old = *pte, entry = old & ~PTE_W;

		if (unlikely(prot == 0 || (old & (PTE_P | PTE_NOPAGE)) != PTE_P))
			entry = entry_protected(old, prot);
		*pte = entry;
		changed |= old ^ entry;
	}
	if (changed)
		tlb_batch_cover(batch, va, end);
}

// No page is freed: a PROT_NONE entry keeps its page and its reference.
void ptes_protect(struct aspace *as, uintptr_t start, uintptr_t end, int prot)
{
	struct tlb_batch batch;
	uintptr_t va, span_end;

	assert_write_held(&as->lock);
	spin_lock(&as->pt_lock);
	tlb_batch_begin(&batch, as->pgdir);
	for (va = start; va < end; va = span_end) {
		pte_t *pte = pgdir_walk(as->pgdir, va, 0);

		span_end = table_span_end(va, end);
		batch_yield_after(as, &batch,
		                  SPAN_COST + (pte ? (span_end - va) / PAGE_SIZE * ENTRY_COST : 0));
		pte = pgdir_walk(as->pgdir, va, 0); // an empty table may have gone meanwhile
		if (!pte)
			large_protect(&batch, va, prot);
		else
			protect_in_table(&batch, va, span_end, pte, prot);
	}
	tlb_batch_finish(&batch);
	spin_unlock(&as->pt_lock);
}

// Count `cost` instructions of a fork's work. If it is time, yield, with both batches finished and
// pt_lock released. Returns 0, or -EINTR if the thread is killed.
static int clone_yield_after(struct tlb_batch *from, struct tlb_batch *to, struct aspace *as,
                             uint32_t cost)
{
	int error;

	if (!yield_due(cost))
		return 0;
	tlb_batch_finish(to);
	tlb_batch_finish(from);
	spin_unlock(&as->pt_lock);
	error = thread_yield_point_killable();
	spin_lock(&as->pt_lock);
	return error;
}

// Table by table: share the table if that is possible, or was for an area before this one; else copy its
// entries. A table that is shared may lose entries at a yield, but stays shared. No yield within an area
// of large pages, because object_catch_up does not handle these.
int ptes_clone(struct tlb_batch *from, struct tlb_batch *to, const struct area *area)
{
	bool shared = area->flags & AREA_SHARED;
	uint32_t used = 0; // entries of the last table
	uintptr_t va, span_end;

	assert_spin_held(&area->as->pt_lock);
	assert_write_held(&area->as->lock);
	for (va = area->start; va < area->end; va = span_end) {
		uint32_t cost = SPAN_COST + used * INHERIT_COST;
		int error = area->ops->uncut ? 0 : clone_yield_after(from, to, area->as, cost);
		pte_t *pte = pgdir_walk(from->pgdir, va, 0), *copy;

		if (error)
			return error;
		used = 0;
		span_end = table_span_end(va, area->end);
		if (!pte)
			large_clone(from, to, va, shared);
		if (!pte || pde_has_shared_table(to->pgdir[PDX(va)]) ||
		    (virt_to_page(pte)->index > SHARE_MIN_ENTRIES &&
		     table_share(from, to, area, va)))
			continue;
		copy = pgdir_walk(to->pgdir, va, 1);
		if (!copy)
			return -ENOMEM;
		used = (span_end - va) / PAGE_SIZE;
		for (; va < span_end; va += PAGE_SIZE, pte++, copy++) {
			if (*pte && !*copy)
				entry_inherit(from, va, pte, copy, shared);
		}
	}
	(void)yield_due(used * INHERIT_COST); // the last table's, for the next area
	return 0;
}
