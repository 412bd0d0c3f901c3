// ptes.c: ranges of page-table entries: taken out, given other rights, copied, moved. One by one they
// are put in by pte_install, and by the backends of devices and jumbo pages.
#include "vm/internal.h"

// Unmap [va, end), which one page table covers: `pte` is the entry for `va`. Stops when the table has
// no entry in use any more.
static void unmap_in_table(struct tlb_batch *batch, uintptr_t va, uintptr_t end, pte_t *pte)
{
	const page_t *table = virt_to_page(pte);

	for (; va < end && table->index; va += PAGE_SIZE, pte++) {
		pte_t entry = *pte;

		if (entry == 0)
			continue;
		debug_assert(table->count == 1);
		tlb_batch_store(batch, va, pte, 0);
		if (likely(pte_has_page(entry)))
			tlb_batch_decref(batch, phys_to_page(PTE_ADDR(entry)));
	}
}

void ptes_unmap(struct aspace *as, uintptr_t start, uintptr_t end)
{
	struct tlb_batch batch;
	uintptr_t va, span_end;

	spin_lock(&as->pt_lock);
	tlb_batch_begin(&batch, as->pgdir);
	for (va = start; va < end; va = span_end) {
		pte_t *pte = entry_at(as->pgdir, va);

		span_end = table_span_end(va, end);
		if (!pte) {
			if (as->pgdir[PDX(va)])
				jumbo_unmap(&batch, va);
			continue;
		}
		if ((as->refs == 0 || span_end - va == JUMBO_SIZE) && table_drop(as, va))
			continue;
		unmap_in_table(&batch, va, span_end, pte);
		pgdir_trim(as->pgdir, PDX(va));
	}
	tlb_batch_finish(&batch);
	spin_unlock(&as->pt_lock);
}

// Give back the tables of [start, end) that have no entry in use. Caller: holds pt_lock.
static void trim_tables(struct aspace *as, uintptr_t start, uintptr_t end)
{
	for (uintptr_t va = start; va < end; va = table_span_end(va, end))
		pgdir_trim(as->pgdir, PDX(va));
}

void ptes_unmap_object(struct aspace *as, uintptr_t start, uintptr_t end)
{
	struct tlb_batch batch;

	spin_lock(&as->pt_lock);
	tlb_batch_begin(&batch, as->pgdir);
	for (uintptr_t va = start; va < end; va += PAGE_SIZE) {
		pte_t *pte = entry_at(as->pgdir, va);
		page_t *pp = pte ? entry_page(*pte) : NULL;

		if (pp && pp->kind == PAGE_OBJECT) {
			tlb_batch_store(&batch, va, pte, 0);
			tlb_batch_decref(&batch, pp);
		}
	}
	trim_tables(as, start, end);
	tlb_batch_finish(&batch);
	spin_unlock(&as->pt_lock);
}

// What an entry becomes under rights `prot`. A right to write comes back with the next write fault,
// which knows whether the page is shared.
pte_t entry_protected(pte_t entry, int prot)
{
	if (!pte_has_page(entry))
		return entry;
	if (prot == 0)
		return (entry & ~PTE_P) | PTE_HELD;
	if (pte_held(entry))
		return ((entry & ~PTE_HELD) | PTE_P) & ~PTE_W;
	return entry & ~PTE_W;
}

void ptes_protect(struct aspace *as, uintptr_t start, uintptr_t end, int prot)
{
	struct tlb_batch batch;
	uintptr_t va, span_end;

	spin_lock(&as->pt_lock);
	tlb_batch_begin(&batch, as->pgdir);
	for (va = start; va < end; va = span_end) {
		pte_t *pte = entry_at(as->pgdir, va);

		span_end = table_span_end(va, end);
		if (!pte)
			jumbo_protect(&batch, va, prot);
		for (; pte && va < span_end; va += PAGE_SIZE, pte++) {
			pte_t entry = entry_protected(*pte, prot);

			if (entry != *pte)
				tlb_batch_store(&batch, va, pte, entry);
		}
	}
	tlb_batch_finish(&batch);
	spin_unlock(&as->pt_lock);
}

int ptes_clone(struct tlb_batch *from, struct tlb_batch *to, const struct area *area)
{
	bool shared = area->flags & AREA_SHARED;
	uintptr_t va, span_end;

	for (va = area->start; va < area->end; va = span_end) {
		pte_t *pte = entry_at(from->pgdir, va), *copy;

		span_end = table_span_end(va, area->end);
		if (!pte)
			jumbo_clone(from, to, va, shared);
		if (!pte || table_share(from, to, area, va))
			continue;
		copy = pgdir_walk(to->pgdir, va, 1);
		if (!copy)
			return -ENOMEM;
		for (; va < span_end; va += PAGE_SIZE, pte++, copy++) {
			if (*pte)
				entry_inherit(from, va, pte, copy, shared);
		}
	}
	return 0;
}

// Give the space a table of its own for `va`. Returns whether it has one.
static bool ready_table(struct aspace *as, uintptr_t va)
{
	return entry_to_change(as->pgdir, va) || table_to_change(as, va);
}

// The last page of [at, len), counted from `from`, that is in the same directory entry's span as `at`.
static size_t last_of_span(uintptr_t from, size_t at, size_t len)
{
	return table_span_end(from + at, from + len) - from - PAGE_SIZE;
}

int ptes_move_prepare(struct aspace *as, uintptr_t from, uintptr_t to, size_t len)
{
	int error = 0;

	spin_lock(&as->pt_lock);
	for (size_t at = 0; at < len && !error; at += PAGE_SIZE) {
		if (!entry_at(as->pgdir, from + at))
			at = last_of_span(from, at, len);
		else if (pte_peek(as, from + at) &&
		         (!ready_table(as, from + at) || !ready_table(as, to + at)))
			error = -ENOMEM;
	}
	if (error)
		trim_tables(as, to, to + len);
	spin_unlock(&as->pt_lock);
	return error;
}

void ptes_move_cancel(struct aspace *as, uintptr_t to, size_t len)
{
	spin_lock(&as->pt_lock);
	trim_tables(as, to, to + len);
	spin_unlock(&as->pt_lock);
}

void ptes_move(struct aspace *as, uintptr_t from, uintptr_t to, size_t len)
{
	struct tlb_batch batch;

	spin_lock(&as->pt_lock);
	tlb_batch_begin(&batch, as->pgdir);
	for (size_t at = 0; at < len; at += PAGE_SIZE) {
		pte_t *pte = entry_at(as->pgdir, from + at);

		if (!pte) {
			jumbo_move(&batch, from + at, to + at);
			at = last_of_span(from, at, len);
		} else if (*pte) {
			tlb_batch_store(&batch, to + at, entry_at(as->pgdir, to + at), *pte);
			tlb_batch_store(&batch, from + at, pte, 0);
		}
	}
	trim_tables(as, from, from + len);
	tlb_batch_finish(&batch);
	spin_unlock(&as->pt_lock);
}
