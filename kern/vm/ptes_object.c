// ptes_object.c: removing from page tables what an object loses: its pages beyond a new end, or those of
// a hole. The change of the object (object_shrink.c) visits every area that maps the object.
//
// An area's table may be shared after a fork (shared_tables.c). All others who change an entry make its
// table private before, which may fail; a truncation must not fail. But all spaces that share a table
// map the same part of the same object there: a space that unmaps it or changes it has a table of its
// own. So the entry goes for all of them at once. When the change visits the areas of the other
// spaces, it finds no entry any more.
#include "mem/tlb.h"
#include "thread/yield.h"
#include "vm/ptes.h"

// About how many instructions it takes to look at a table, and at an entry.
#define SPAN_COST 20
#define ENTRY_COST 10

// Returns true if `entry` must go. `obj`: as for ptes_unmap_strangers.
typedef bool (*filter_fn)(pte_t entry, const struct object *obj);

static bool any_entry(pte_t entry, const struct object *obj)
{
	(void)obj;
	return entry != 0;
}

// The kind of the page decides: a private copy has kind PAGE_ANONYMOUS, unless it is the zero page
// (UFFDIO_ZEROPAGE).
static bool no_private_copy(pte_t entry, const struct object *obj)
{
	const page_t *pp = entry_page(entry);

	(void)obj;
	return pp && (pp->kind == PAGE_OBJECT || pp == zero_page);
}

// A page that was removed from its object has no owner any more, so comparing owners finds it.
static bool stranger(pte_t entry, const struct object *obj)
{
	const page_t *pp = entry_page(entry);

	return pp && pp->kind == PAGE_OBJECT && pp->owner != obj;
}

// Remove the entries of [va, end), which one page table covers, that the filter chooses; `pte` is the
// entry for `va`. Stops when the table has no entry in use any more.
// Caller: holds pt_lock, and the lock of shared tables if the table is shared.
static void unmap_in_table(struct tlb_batch *batch, uintptr_t va, uintptr_t end, pte_t *pte,
                           filter_fn filter, const struct object *obj)
{
	const page_t *table = virt_to_page(pte);

	assert_pgdir_locked(batch->pgdir);
	for (; va < end && table->index; va += PAGE_SIZE, pte++)
		if (filter(*pte, obj))
			tlb_batch_unmap(batch, va, pte);
}

// Remove the entries of [start, end) that the filter chooses, table by table, until it is time to
// yield. Returns the address where it stopped.
// Caller: as for ptes_truncate_some.
static uintptr_t unmap_some(struct aspace *as, uintptr_t start, uintptr_t end, filter_fn filter,
                            const struct object *obj)
{
	struct tlb_batch batch;
	uintptr_t va, span_end;
	bool due = false;

	assert_may_unmap(as);
	spin_lock(&as->pt_lock);
	tlb_batch_begin(&batch, as->pgdir);
	for (va = start; va < end && !due; va = span_end) {
		pte_t *pte = pgdir_walk(as->pgdir, va, 0);
		bool shared = shared_table_lock(as, va);

		span_end = table_span_end(va, end);
		due = yield_due(SPAN_COST + (pte ? (span_end - va) / PAGE_SIZE * ENTRY_COST : 0));
		if (pte)
			unmap_in_table(&batch, va, span_end, pte, filter, obj);
		if (unlikely(shared))
			shared_table_unlock_changed(as, va);
		pgdir_trim(as->pgdir, PDX(va));
	}
	tlb_batch_finish(&batch);
	spin_unlock(&as->pt_lock);
	return va;
}

// unmap_some for the whole range. Yields. Caller: as for ptes_truncate.
static void unmap_all(struct aspace *as, uintptr_t start, uintptr_t end, filter_fn filter,
                      const struct object *obj)
{
	assert_areas_still(as);
	while (start < end) {
		start = unmap_some(as, start, end, filter, obj);
		if (yield_due(0)) // also at the end: many areas of one table each must not add up
			thread_yield_point();
	}
}

uintptr_t ptes_truncate_some(struct aspace *as, uintptr_t start, uintptr_t end)
{
	assert_may_unmap(as);
	return unmap_some(as, start, end, any_entry, NULL);
}

uintptr_t ptes_punch_some(struct aspace *as, uintptr_t start, uintptr_t end)
{
	assert_may_unmap(as);
	return unmap_some(as, start, end, no_private_copy, NULL);
}

void ptes_truncate(struct aspace *as, uintptr_t start, uintptr_t end)
{
	assert_areas_still(as);
	unmap_all(as, start, end, any_entry, NULL);
}

void ptes_unmap_strangers(struct aspace *as, uintptr_t start, uintptr_t end,
                          const struct object *obj)
{
	assert_areas_still(as);
	unmap_all(as, start, end, stranger, obj);
}
