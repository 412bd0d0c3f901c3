// shared_tables.c: page tables shared after a fork. Copying the entries of a large space costs a
// fork more than anything else, and most children exec or exit before they have written to much.
// So if a whole page table can be inherited as it is, parent and child name one table, and both
// directory entries are read-only: the processor refuses every write below such an entry, whatever
// the table says. Whoever must change an entry first makes the table private: a copy of its own.
//
//	after fork                            after the child has written
//	parent  PDE r/o --\                   parent  PDE r/o ---> table, count 1
//	                   +-> table, count 2
//	child   PDE r/o --/                   child   PDE r/w ---> copy,  count 1
//
// The count of a shared table is the number of directories that name it; its entries count once,
// however many spaces see them. So a page's count of 1 means "exclusively owned" only after the
// table is private. Leaving a shared table (exit, unmapping its whole span) only drops a
// reference.
//
// One kind of change reaches a table while it is shared: an object loses pages. That removes them from
// every space, so it removes the entries from the shared table (ptes_object.c).
//
// This is an optimization: if table_share returned false always, forks would be slower, and
// nothing else would change.
#include "thread/yield.h"
#include "vm/ptes.h"

// About how many instructions it takes to look at an area, and to copy a table.
#define LOOK_COST 10
#define COPY_COST 15000

// Guards the counts of shared tables, and the entries of tables that more than one directory
// names: the pt_lock of one space cannot guard what another space sees.
static struct spinlock share_lock = SPINLOCK_INIT("shared tables", RANK_SHARED_TABLE);

// Returns the page of the table that a directory's entry names.
static page_t *table_of(pde_t pde)
{
	return phys_to_page(PTE_ADDR(pde));
}

// An area with one of these flags is not inherited as it is; or, AREA_NAMED, its entries may change in a
// step that cannot fail (named_protect_pieces).
#define NOT_SHAREABLE (AREA_GROWSDOWN | AREA_DONTFORK | AREA_WIPEONFORK | AREA_SHARED | AREA_NAMED)

// Returns true if a fork inherits the area's entries as they are, and only the area's own space changes
// them, or its object when it loses pages.
static bool shareable(const struct area *area)
{
	return (area->ops == &anon_ops || area->ops == &object_ops) &&
	       !(area->flags & NOT_SHAREABLE);
}

// Returns true if all areas that overlap [start, end) are shareable. `area` is one of them.
static bool all_shareable(struct aspace *as, const struct area *area, uintptr_t start, uintptr_t end)
{
	const struct area *prev = area_prev(&as->areas, area);

	while (prev && prev->end > start) {
		(void)yield_due(LOOK_COST); // only counts; the caller yields
		area = prev;
		prev = area_prev(&as->areas, area);
	}
	for (; area && area->start < end; area = area_next(&as->areas, area)) {
		(void)yield_due(LOOK_COST);
		if (!shareable(area))
			return false;
	}
	return true;
}

// Both entries become read-only, and the parent's translations of the whole span are flushed: the
// TLB may still allow writes.
bool table_share(struct tlb_batch *from, struct tlb_batch *to, const struct area *area, uintptr_t va)
{
	uintptr_t start = ROUND_DOWN(va, LARGE_SIZE), end = start + LARGE_SIZE;
	pde_t pde = from->pgdir[PDX(va)];
	page_t *table = table_of(pde);

	assert_spin_held(&area->as->pt_lock);
	if (to->pgdir[PDX(va)] || !all_shareable(area->as, area, start, end))
		return false;
	spin_lock(&share_lock);
	table->count++;
	spin_unlock(&share_lock);
	pde_store(from->pgdir, va, pde & ~PTE_W);
	pde_store(to->pgdir, va, pde & ~PTE_W);
	from->start = MIN(from->start, start); // flush the whole span
	from->end = MAX(from->end, end);
	return true;
}

// Fill the new table `copy` with the entries of `table`, and count each page once more. Private
// pages become read-only in both tables: from now on two entries name each of them.
static void copy_entries(page_t *table, page_t *copy)
{
	pte_t *from = page_to_virt(table), *to = page_to_virt(copy);
	size_t left = table->index, i;

	for (i = 0; left > 0; i++) {
		pte_t entry = from[i];

		if (likely((entry & (PTE_P | PTE_NOPAGE)) == PTE_P)) { // nearly all
			from[i] = entry &= ~PTE_W;
			page_incref(phys_to_page(PTE_ADDR(entry)));
			left--;
		} else if (entry) {
			page_t *pp = entry_page(entry);

			if (pp)
				page_incref(pp);
			if (pte_present(entry))
				from[i] = entry &= ~PTE_W;
			left--;
		}
		to[i] = entry;
	}
	stosl(&to[i], 0, PTRS_PER_TABLE - i);
	copy->index = table->index;
}

// Let the directory name `copy`, a private copy, instead of the shared table.
static void replace_table(struct aspace *as, uintptr_t va, page_t *table, page_t *copy)
{
	pde_t bits = as->pgdir[PDX(va)] & (PAGE_SIZE - 1);

	copy_entries(table, copy);
	copy->kind = PAGE_TABLE;
	copy->count = 1;
	table->count--;
	pde_store(as->pgdir, va, page_to_phys(copy) | bits | PTE_W);
}

// If all other spaces have left the table, it is taken as it is; else it is copied. The TLB is
// flushed in both cases: it may hold translations into the old table, or read-only ones.
int shared_table_make_private(struct aspace *as, uintptr_t va)
{
	pde_t pde = as->pgdir[PDX(va)];
	page_t *table = table_of(pde), *copy;
	int error = 0;

	assert_spin_held(&as->pt_lock);
	assert(pde_has_shared_table(pde));
	spin_lock(&share_lock);
	if (table->count == 1) {
		pde_store(as->pgdir, va, pde | PTE_W); // the other spaces have left it
	} else {
		error = page_alloc(&copy);
		if (!error)
			replace_table(as, va, table, copy);
	}
	spin_unlock(&share_lock);
	if (!error)
		tlb_flush(as->pgdir);
	return error;
}

pte_t *table_unshare_and_walk(struct aspace *as, uintptr_t va)
{
	assert_spin_held(&as->pt_lock);
	if (table_make_private(as, va))
		return NULL;
	return pgdir_walk(as->pgdir, va, 0); // NULL: no memory for a table
}

// Yields only in a range of several tables: a fault, which needs one table, must not.
int tables_make_private(struct aspace *as, uintptr_t start, uintptr_t end)
{
	int error = 0;

	assert_read_held(&as->lock);
	spin_lock(&as->pt_lock);
	for (uintptr_t va = start; va < end && !error; va = table_span_end(va, end)) {
		error = table_make_private(as, va);
		if (unlikely(end - va > LARGE_SIZE) && yield_due(COPY_COST)) {
			spin_unlock(&as->pt_lock);
			thread_yield_point();
			spin_lock(&as->pt_lock);
		}
	}
	spin_unlock(&as->pt_lock);
	return error;
}

// Only a table that the range covers in part must survive the unmapping, with its other entries.
int tables_make_private_at_ends(struct aspace *as, uintptr_t start, uintptr_t end)
{
	int error = 0;

	assert_read_held(&as->lock);
	spin_lock(&as->pt_lock);
	if (start % LARGE_SIZE || end - start < LARGE_SIZE)
		error = table_make_private(as, start);
	if (!error && end % LARGE_SIZE)
		error = table_make_private(as, end - 1);
	spin_unlock(&as->pt_lock);
	return error;
}

bool shared_table_lock(struct aspace *as, uintptr_t va)
{
	assert_spin_held(&as->pt_lock);
	if (likely(!pde_has_shared_table(as->pgdir[PDX(va)])))
		return false;
	spin_lock(&share_lock);
	return true;
}

void shared_tables_unlock(void)
{
	spin_unlock(&share_lock);
}

// The flush comes before the caller's batch frees the pages. An empty table must go, as everywhere: each
// space that shares it leaves it when the change visits it.
void shared_table_unlock_changed(struct aspace *as, uintptr_t va)
{
	page_t *table = table_of(as->pgdir[PDX(va)]);
	bool leave = table->index == 0 && table->count > 1;

	assert_spin_held(&as->pt_lock);
	assert_spin_held(&share_lock);
	tlb_flush(pgdir_current());
	if (leave) {
		pde_store(as->pgdir, va, 0);
		table->count--;
	}
	spin_unlock(&share_lock);
}

// If this space is the last one that names the table, the table is no longer shared: the caller
// then unmaps its entries one by one.
bool table_drop(struct aspace *as, uintptr_t va)
{
	pde_t pde = as->pgdir[PDX(va)];
	page_t *table = table_of(pde);
	bool shared;

	assert_spin_held(&as->pt_lock);
	if (pde & PTE_W)
		return false;
	spin_lock(&share_lock);
	shared = table->count > 1;
	if (shared)
		table->count--;
	spin_unlock(&share_lock);
	if (shared) {
		pde_store(as->pgdir, va, 0);
		tlb_flush(as->pgdir);
	}
	return shared;
}
