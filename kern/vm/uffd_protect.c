// uffd_protect.c: write-protection by userfaultfd: a bit of the entry (PTE_UFFD_WP), or a marker
// where no page is yet. A protected entry is never writable, so the next write faults, and the
// handler learns of it.
#include "mem/page.h"
#include "mem/tlb.h"
#include "thread/why.h"
#include "thread/yield.h"
#include "vm/area_edit.h"
#include "vm/object_internal.h"
#include "vm/uffd_internal.h"

#define SPAN_COST 50  // about how many instructions it takes for a page table,
#define ENTRY_COST 20 // and for an entry

// Returns what `entry` becomes with write-protection. `mark`: an empty entry becomes a marker.
static pte_t with_protection(pte_t entry, bool mark)
{
	if (pte_has_page(entry))
		return (entry & ~PTE_W) | PTE_UFFD_WP;
	return entry == 0 && mark ? PTE_MARKER_WP : entry;
}

// Returns what `entry` becomes without write-protection. A private page that the space owns alone
// is writable at once, if the area is: this saves the program a fault. Poison keeps its mark
// (pagemap_scan), as on Linux.
static pte_t without_protection(const struct area *area, pte_t entry)
{
	const page_t *pp = entry_page(entry);

	if (!(entry & PTE_UFFD_WP))
		return entry;
	if (!pp)
		return entry & PTE_MARKER_POISON ? entry : entry & ~PTE_UFFD_WP;
	entry &= ~PTE_UFFD_WP;
	if (pte_present(entry) && page_is_exclusive(pp) && (area->prot & PROT_WRITE) &&
	    !(area->flags & AREA_SHARED))
		entry |= PTE_W | PTE_D;
	return entry;
}

int uffd_protect_small(const struct area *area, uintptr_t start, uintptr_t end, bool protect)
{
	struct aspace *as = area->as;
	bool mark = protect && (area->object || uffd_has(area->uffd, UFFD_FEATURE_WP_UNPOPULATED));
	int error = tables_make_private(as, start, end);
	struct tlb_batch batch;

	assert_read_held(&as->lock);
	spin_lock(&as->pt_lock);
	tlb_batch_begin(&batch, as->pgdir);
	for (uintptr_t va = start; va < end && !error;) {
		pte_t *pte = mark ? pte_to_change(as, va) : pgdir_walk(as->pgdir, va, 0);
		uintptr_t table = va, span_end = table_span_end(va, end);

		if (!pte && mark)
			error = -ENOMEM;
		for (; pte && va < span_end; va += PAGE_SIZE, pte++) {
			pte_t entry = protect ? with_protection(*pte, mark) :
			                        without_protection(area, *pte);

			if (entry != *pte)
				tlb_batch_store(&batch, va, pte, entry);
		}
		pgdir_trim(as->pgdir, PDX(table));
		batch_yield_after(as, &batch, SPAN_COST + (va - table) / PAGE_SIZE * ENTRY_COST);
		va = span_end;
	}
	tlb_batch_finish(&batch);
	spin_unlock(&as->pt_lock);
	return error;
}

// Returns what `pde`, the entry of a slot, becomes with or without write-protection. Poison stays, and
// so does what was lost.
static pde_t large_with_protection(pde_t pde, bool protect)
{
	if (pde_has_large(pde))
		return protect ? (pde & ~PTE_W) | PDE_UFFD_WP : pde & ~PDE_UFFD_WP;
	if (!protect)
		return pde & ~PDE_MARKER_WP;
	return pde & (PDE_LOST | PDE_MARKER_POISON) ? pde : pde | PDE_MARKER_WP;
}

void uffd_large_protect(struct aspace *as, const struct area *area, uintptr_t start, uintptr_t end,
                        bool protect)
{
	assert_read_held(&as->lock);
	object_lock_settled(area->object);
	for (uintptr_t slot = start; slot < end; slot += LARGE_SIZE) {
		pde_t *pde = &as->pgdir[PDX(slot)];

		spin_lock(&as->pt_lock);
		pgdir_trim(as->pgdir, PDX(slot));
		pde_store(as->pgdir, slot, large_with_protection(*pde, protect));
		spin_unlock(&as->pt_lock);
	}
	mutex_unlock(&area->object->lock);
}

// Change the write-protection of the part of `area` that lies in [start, end), the whole range of the
// call. Yields. Returns 0; -ENOENT, -EINVAL or -ENOMEM, as uffd_protect. Caller: holds as->lock.
static int protect_part(struct aspace *as, const struct area *area, uintptr_t start, uintptr_t end,
                        bool protect)
{
	uintptr_t from = MAX(area->start, start), to = MIN(area->end, end);

	assert_read_held(&as->lock);
	if (!(area->flags & AREA_UFFD_WP))
		return WHY(-ENOENT, "%#x is not registered for write-protection", area->start);
	if (likely(!area->ops->uncut))
		return uffd_protect_small(area, from, to, protect);
	if (uncut_at(area->ops, start | end))
		return WHY(-EINVAL, "[%#x, %#x) would cut a large page", start, end);
	uffd_large_protect(as, area, from, to, protect);
	return 0;
}

int uffd_protect(struct uffd *uffd, struct aspace *as, uintptr_t start, size_t len, bool protect)
{
	int error = WHY(-ENOENT, "nothing is mapped from %#x on", start);
	uintptr_t end = start + len;
	struct area *area;

	assert_no_lock();
	rwlock_read_lock(&as->lock);
	area = area_of_fault(as, start); // mostly a fault is to be continued
	if (unlikely(!area))
		area = area_find_from(&as->areas, start);
	if (uffd->changing)
		error = WHY(-EAGAIN, "mappings change, and the message is not read yet");
	while (error != -EAGAIN && area && area->start < end) {
		error = protect_part(as, area, start, end, protect);
		if (error || area->end >= end)
			break;
		area = area_next(&as->areas, area);
	}
	rwlock_read_unlock(&as->lock);
	return error;
}

// End the write-protection that the directory's entry for `slot`, which names no table, may have.
// Caller: holds pt_lock.
static void clear_large(struct tlb_batch *batch, uintptr_t slot)
{
	pde_t *pde = &batch->pgdir[PDX(slot)], entry = large_with_protection(*pde, false);

	assert_pgdir_locked(batch->pgdir);
	if (entry != *pde)
		tlb_batch_store(batch, slot, pde, entry);
}

void uffd_clear_entries(struct aspace *as, uintptr_t start, uintptr_t end)
{
	struct tlb_batch batch;

	assert_areas_still(as);
	spin_lock(&as->pt_lock);
	tlb_batch_begin(&batch, as->pgdir);
	for (uintptr_t va = start; va < end;) {
		pte_t *pte = pgdir_walk(as->pgdir, va, 0);
		uintptr_t table = va, span_end = table_span_end(va, end);

		if (!pte)
			clear_large(&batch, va);
		for (; pte && va < span_end; va += PAGE_SIZE, pte++)
			if ((pte_has_page(*pte) || pte_marker(*pte)) && (*pte & PTE_UFFD_WP))
				tlb_batch_store(&batch, va, pte, *pte & ~PTE_UFFD_WP);
		table_trim(as, table);
		batch_yield_after(as, &batch, SPAN_COST + (va - table) / PAGE_SIZE * ENTRY_COST);
		va = span_end;
	}
	tlb_batch_finish(&batch);
	spin_unlock(&as->pt_lock);
}

// Remove the page of `*pte`, the entry for `va`. A write-protected one leaves a marker, with `mark`.
static void unmap_entry(struct tlb_batch *batch, uintptr_t va, pte_t *pte, bool mark)
{
	bool protected = mark && (*pte & PTE_UFFD_WP);

	tlb_batch_unmap(batch, va, pte);
	if (protected)
		tlb_batch_store(batch, va, pte, PTE_MARKER_WP);
}

// Unmap the pages of [start, end), or only those of objects, until it is time to yield. Returns the
// address where it stopped. Caller: as for ptes_unmap_some.
static uintptr_t unmap_some(const struct area *area, uintptr_t start, uintptr_t end,
                            bool objects_only)
{
	bool mark = area->flags & AREA_UFFD_WP;
	struct aspace *as = area->as;
	struct tlb_batch batch;
	bool due = false;
	uintptr_t va;

	assert_may_unmap(as);
	spin_lock(&as->pt_lock);
	tlb_batch_begin(&batch, as->pgdir);
	for (va = start; va < end && !due;) {
		pte_t *pte = pgdir_walk(as->pgdir, va, 0);
		uintptr_t table = va, span_end = table_span_end(va, end);

		for (; pte && va < span_end; va += PAGE_SIZE, pte++) {
			const page_t *pp = entry_page(*pte);

			if (pp && (!objects_only || pp->kind == PAGE_OBJECT || pp == zero_page))
				unmap_entry(&batch, va, pte, mark);
			else if (!objects_only && pte_marker(*pte) && (*pte & PTE_MARKER_POISON))
				tlb_batch_store(&batch, va, pte, 0);
		}
		pgdir_trim(as->pgdir, PDX(table));
		due = yield_due(SPAN_COST + (va - table) / PAGE_SIZE * ENTRY_COST * 3);
		va = span_end;
	}
	tlb_batch_finish(&batch);
	spin_unlock(&as->pt_lock);
	return va;
}

void uffd_unmap(const struct area *area, uintptr_t start, uintptr_t end)
{
	assert_areas_still(area->as);
	while (start < end) {
		start = unmap_some(area, start, end, false);
		if (yield_due(0))
			thread_yield_point();
	}
}

uintptr_t uffd_unmap_some(const struct area *area, uintptr_t start, uintptr_t end)
{
	assert_may_unmap(area->as);
	return unmap_some(area, start, end, false);
}

uintptr_t uffd_unmap_object(const struct area *area, uintptr_t start, uintptr_t end)
{
	assert_may_unmap(area->as);
	return unmap_some(area, start, end, true);
}
