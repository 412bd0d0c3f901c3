// pgdir.c: page directories, page tables, and the pages mapped there. The processor walks the
// tables by itself at each TLB miss; these functions are the only ones that build them. Two counts
// make it cheap to free what is empty: page_t.index is, for a table, the number of its entries in
// use, and for a directory, the number of entries in use in the user's half.
#include "mem/pgdir.h"

#include "mem/mem_internal.h"
#include "mem/tlb.h"

// The directory's one reference belongs to its address space.
int pgdir_create(pde_t **pgdir_store)
{
	page_t *pp;
	int error = directory_alloc(&pp);

	if (error)
		return error;
	pp->count = 1;
	*pgdir_store = page_to_virt(pp);
	pgdir_guard(*pgdir_store, NULL);
	return 0;
}

#ifdef DEBUG

void pgdir_guard(pde_t *pgdir, const struct spinlock *lock)
{
	virt_to_page(pgdir)->owner = (void *)lock;
}

void assert_pgdir_locked(const pde_t *pgdir)
{
	const page_t *pp = virt_to_page(pgdir);

	if (pp->kind == PAGE_DIRECTORY && pp->owner)
		assert_spin_held((const struct spinlock *)pp->owner);
}

#endif

const pte_t *pgdir_first_in_use(const pde_t *pgdir, uintptr_t *va_store)
{
	for (size_t pdx = 0; pdx < USER_PDES; pdx++) {
		pde_t pde = pgdir[pdx];
		const pte_t *table = NULL;

		*va_store = pdx << LARGE_SHIFT;
		if ((pde & (PTE_P | PTE_PS)) == PTE_P && PTE_ADDR(pde) >> PAGE_SHIFT < page_total)
			table = phys_to_virt(PTE_ADDR(pde));
		for (size_t ptx = 0; table && ptx < PTRS_PER_TABLE; ptx++) {
			if (table[ptx]) {
				*va_store |= ptx << PAGE_SHIFT;
				return &table[ptx];
			}
		}
		if (pde)
			return &pgdir[pdx];
	}
	return NULL;
}

// A directory that still has entries would leak their tables and pages. The first of them often
// names the mistake: a page that nobody unmapped, or a directory entry whose table is empty.
static void assert_pgdir_empty(const pde_t *pgdir)
{
	const page_t *pp = virt_to_page(pgdir);
	uintptr_t va;
	const pte_t *first;

	if (!pp->index)
		return;
	first = pgdir_first_in_use(pgdir, &va);
	if (!first)
		panic("pgdir_destroy: page %zu counts %u entries in use, but has none",
		      page_to_ppn(pp), pp->index);
	panic("pgdir_destroy: page %zu still has %u entries; the first is the %s entry for %#x: "
	      "%#x",
	      page_to_ppn(pp), pp->index, first == &pgdir[PDX(va)] ? "directory's" : "table's", va,
	      *first);
}

// A directory that is loaded would let the processor walk through freed memory.
void pgdir_destroy(pde_t *pgdir)
{
	page_t *pp = virt_to_page(pgdir);

	if (pp->kind != PAGE_DIRECTORY || pp->count != 1)
		panic("pgdir_destroy: page %zu is of kind %u with %u references: no directory",
		      page_to_ppn(pp), pp->kind, pp->count);
	assert_pgdir_empty(pgdir);
	if (pgdir == kernel_pgdir || pgdir == pgdir_current())
		panic("pgdir_destroy: page %zu is loaded", page_to_ppn(pp));
	pp->count = 0;
	directory_free(pp);
}

// One invlpg also flushes what the processor has cached of the directory's entry itself (Intel SDM
// vol. 3, 4.10.4.1).
void pde_store(pde_t *pgdir, uintptr_t va, pde_t entry)
{
	pde_t old = pte_exchange(&pgdir[PDX(va)], entry);

	assert_pgdir_locked(pgdir);
	if (entry_cacheable(old))
		tlb_invalidate(pgdir, va);
}

pte_t *pgdir_add_table(pde_t *pgdir, uintptr_t va)
{
	page_t *table;

	assert_pgdir_locked(pgdir);
	if (pgdir[PDX(va)] || table_alloc(&table))
		return NULL;
	table->count = 1;
	pde_store(pgdir, va, page_to_phys(table) | PTE_P | PTE_W | PTE_U);
	return (pte_t *)page_to_virt(table) + PTX(va);
}

// Empty tables must go: a program that maps and unmaps here and there would otherwise collect
// them.
void pgdir_trim(pde_t *pgdir, size_t pdx)
{
	pde_t pde = pgdir[pdx];
	page_t *table;

	assert_pgdir_locked(pgdir);
	if (pdx >= USER_PDES || (pde & (PTE_P | PTE_PS)) != PTE_P)
		return;
	table = phys_to_page(PTE_ADDR(pde));
	if (table->index)
		return;
	assert(table->count == 1);
	pde_store(pgdir, pdx << LARGE_SHIFT, 0);
	table->count = 0;
	table_free(table);
}

// Kernel addresses are mapped equally in every directory, so their translations may stay in the
// TLB when CR3 is loaded: they are global.
int page_insert(pde_t *pgdir, page_t *pp, uintptr_t va, int perm)
{
	pte_t bits = (pte_t)perm | PTE_P | (va >= ULIM ? PTE_G : 0);
	pte_t *pte;

	assert_pgdir_locked(pgdir);
	debug_assert(va < ULIM || va >= KSTACKS_BASE);
	debug_assert(!(perm & ~0xFFF) && !(perm & PTE_NOPAGE));
	if (perm & PTE_PS)
		return large_insert(pgdir, pp, va, perm);
	pte = pgdir_walk(pgdir, va, 1);
	if (!pte)
		return pgdir[PDX(va)] ? -EEXIST : -ENOMEM;
	pte_set_page(pgdir, va, pte, *pte, pp, bits);
	return 0;
}

// Returns the lowest address in [vab, vae) at which nothing is mapped, or `vae`. Where the
// directory's entry is 0, the first address is free. A full table is passed in one step, and so is
// an entry that is in use without a table.
static uintptr_t find_free_address(pde_t *pgdir, uintptr_t vab, uintptr_t vae)
{
	uintptr_t va = vab, span_end;

	for (; va < vae; va = span_end) {
		const pte_t *first, *pte, *end;

		if (pgdir[PDX(va)] == 0)
			return va;
		span_end = ROUND_DOWN(va, LARGE_SIZE) + LARGE_SIZE;
		first = pgdir_walk(pgdir, va, 0);
		if (!first || virt_to_page(first)->index == PTRS_PER_TABLE)
			continue;
		end = first + ((MIN(vae, span_end) - va) >> PAGE_SHIFT);
		for (pte = first; pte < end; pte++)
			if (*pte == 0)
				return va + (uintptr_t)(pte - first) * PAGE_SIZE;
	}
	return vae;
}

// An entry that is not present but not 0 (PROT_NONE, or without a page) is in use too.
int page_insert_in_range(pde_t *pgdir, page_t *pp, uintptr_t vab, uintptr_t vae, int perm,
                         uintptr_t *va_store)
{
	uintptr_t va;
	int error;

	assert_pgdir_locked(pgdir);
	if (vab % PAGE_SIZE || vae % PAGE_SIZE || vab > vae)
		return -EINVAL;
	va = find_free_address(pgdir, vab, vae);
	if (va >= vae)
		return -ENOSPC;
	error = page_insert(pgdir, pp, va, perm);
	if (!error)
		*va_store = va;
	return error;
}

page_t *page_lookup(pde_t *pgdir, uintptr_t va, pte_t **entry_store)
{
	pte_t *entry = pgdir_walk(pgdir, va, 0);

	if (!entry || (*entry & (PTE_P | PTE_NOPAGE)) != PTE_P)
		return NULL;
	if (entry_store)
		*entry_store = entry;
	return phys_to_page(PTE_ADDR(*entry));
}

// The processor allows an access only if both levels do (Intel SDM vol. 3, 4.6).
int page_perms(pde_t *pgdir, uintptr_t va)
{
	pde_t pde = pgdir[PDX(va)];
	const pte_t *pte = pgdir_walk(pgdir, va, 0);
	pte_t entry = pte ? *pte : pde;

	if (!pte_present(entry))
		return 0;
	return (int)(pde & entry & (PTE_P | PTE_W | PTE_U));
}

// A batch of one page: flush first, then free, as for ranges.
void page_remove(pde_t *pgdir, uintptr_t va)
{
	pte_t *pte = pgdir_walk(pgdir, va, 0);
	struct tlb_batch batch;

	assert_pgdir_locked(pgdir);
	if (!pte || *pte == 0)
		return;
	assert(virt_to_page(pte)->count == 1);
	tlb_batch_begin(&batch, pgdir);
	tlb_batch_unmap(&batch, va, pte);
	tlb_batch_finish(&batch);
	pgdir_trim(pgdir, PDX(va));
}

// Drop the reference that a directory's entry for a large page had on the page.
static void put_large_page(pde_t old)
{
	if (pte_has_page(old))
		page_decref(phys_to_page(PDE_LARGE_ADDR(old)));
}

int large_insert(pde_t *pgdir, page_t *pp, uintptr_t va, int perm)
{
	pde_t old;

	assert_pgdir_locked(pgdir);
	pgdir_trim(pgdir, PDX(va));
	old = pgdir[PDX(va)];
	if (old && !(old & PTE_PS))
		return -EEXIST;
	page_incref(pp);
	pde_store(pgdir, va, page_to_phys(pp) | (pde_t)perm | PTE_P);
	put_large_page(old);
	return 0;
}

page_t *large_lookup(pde_t *pgdir, uintptr_t va)
{
	pde_t pde = pgdir[PDX(va)];

	if ((pde & (PTE_P | PTE_PS)) != (PTE_P | PTE_PS))
		return NULL;
	return phys_to_page(PDE_LARGE_ADDR(pde)) + va % LARGE_SIZE / PAGE_SIZE;
}

void large_remove(pde_t *pgdir, uintptr_t va)
{
	pde_t pde = pgdir[PDX(va)];

	assert_pgdir_locked(pgdir);
	if (!(pde & PTE_PS))
		return;
	pde_store(pgdir, va, 0);
	put_large_page(pde);
}
