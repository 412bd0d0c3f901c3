// shared_tables.c: page tables shared after a fork. Copying a large space entry by entry costs a fork more than
// anything else, and most children exec or exit before they have written to much. So where a whole
// table can be inherited as it is, parent and child name the same one, and neither may write through it:
// the directories' entries are read-only, which the processor obeys above whatever the table says. Who
// must change something there makes the table private first.
//
// A shared table's count says how many directories name it; its entries count once. So "this page is
// mapped once" means "it is this space's alone" only after the table is private.
//
// The rest of vm calls this file for three things: a fork offers each table to table_share, a change of
// entries first makes their table private (table_make_private and its relatives), and an unmapping may
// drop a whole table (table_drop). Without this file each fork would copy all entries.
#include "vm/internal.h"

// Below this many entries, copying them costs less than the fault that undoes the sharing.
#define SHARE_MIN_ENTRIES 64

// What work costs, in instructions or so: to look at an area, to copy a table.
#define LOOK_COST 10
#define COPY_COST 15000

// Guards the counts of shared tables, and entries of tables that more than one directory names.
static struct spinlock share_lock = SPINLOCK_INIT("shared tables", RANK_SHARED_TABLE);

static page_t *table_of(pde_t pde)
{
	return phys_to_page(PTE_ADDR(pde));
}

// Is an area such that a fork inherits its entries as they are, and nobody but its own space ever
// takes them away?
static bool shareable(const struct area *area)
{
	return area->ops == &anon_ops &&
	       !(area->flags & (AREA_GROWSDOWN | AREA_DONTFORK | AREA_WIPEONFORK | AREA_SHARED));
}

// Are all areas that [start, end) touches shareable? `area` is one of them.
static bool all_shareable(struct aspace *as, const struct area *area, uintptr_t start, uintptr_t end)
{
	const struct area *prev = area_prev(&as->areas, area);

	while (prev && prev->end > start) {
		(void)yield_due(LOOK_COST); // counted here; the caller yields
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

bool table_share(struct tlb_batch *from, struct tlb_batch *to, const struct area *area, uintptr_t va)
{
	uintptr_t start = ROUND_DOWN(va, LARGE_SIZE), end = start + LARGE_SIZE;
	pde_t pde = from->pgdir[PDX(va)], theirs = to->pgdir[PDX(va)];
	page_t *table = table_of(pde);

	if (theirs)
		return PTE_ADDR(theirs) ==
		       PTE_ADDR(pde); // shared already, for an area before this one
	if (table->index <= SHARE_MIN_ENTRIES || !all_shareable(area->as, area, start, end))
		return false;
	spin_lock(&share_lock);
	table->count++;
	spin_unlock(&share_lock);
	pde_store(from->pgdir, va, pde & ~PTE_W);
	pde_store(to->pgdir, va, pde & ~PTE_W);
	from->start = MIN(from->start, start); // what the processor cached of the whole span goes
	from->end = MAX(from->end, end);
	return true;
}

// Fill the table `copy` with the entries of `table`. In both, private pages become read-only.
static void copy_entries(page_t *table, page_t *copy)
{
	pte_t *from = page_to_virt(table), *to = page_to_virt(copy);
	size_t left = table->index, i;

	for (i = 0; left > 0; i++) {
		pte_t entry = from[i];

		if (entry) {
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

// Let the directory name `copy`, a copy of its own, in the place of the shared table.
static void replace_table(struct aspace *as, uintptr_t va, page_t *table, page_t *copy)
{
	pde_t bits = as->pgdir[PDX(va)] & (PAGE_SIZE - 1);

	copy_entries(table, copy);
	copy->kind = PAGE_TABLE;
	copy->count = 1;
	table->count--;
	pde_store(as->pgdir, va, page_to_phys(copy) | bits | PTE_W);
}

int table_make_private(struct aspace *as, uintptr_t va)
{
	pde_t pde = as->pgdir[PDX(va)];
	page_t *table, *copy;
	int error = 0;

	if ((pde & (PTE_P | PTE_W | PTE_PS)) != PTE_P)
		return 0;
	table = table_of(pde);
	spin_lock(&share_lock);
	if (table->count == 1) {
		pde_store(as->pgdir, va, pde | PTE_W); // the others have left
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

pte_t *table_to_change(struct aspace *as, uintptr_t va)
{
	if (table_make_private(as, va))
		return NULL;
	return pgdir_walk(as->pgdir, va, 1);
}

int tables_make_private(struct aspace *as, uintptr_t start, uintptr_t end)
{
	int error = 0;

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

int tables_make_private_at_ends(struct aspace *as, uintptr_t start, uintptr_t end)
{
	int error = 0;

	spin_lock(&as->pt_lock);
	if (start % LARGE_SIZE || end - start < LARGE_SIZE)
		error = table_make_private(as, start);
	if (!error && end % LARGE_SIZE)
		error = table_make_private(as, end - 1);
	spin_unlock(&as->pt_lock);
	return error;
}

bool table_drop(struct aspace *as, uintptr_t va)
{
	pde_t pde = as->pgdir[PDX(va)];
	page_t *table = table_of(pde);
	bool shared;

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
