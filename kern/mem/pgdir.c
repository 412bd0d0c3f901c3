// pgdir.c: page directories and the tables behind them: making them, finding an entry, storing one, giving them back.
// Two counts make that cheap: page_t.index says for a table how many of its entries are in use, for a directory how many of the user's.
#include "mem/pgdir.h"

#include "mem/internal.h"
#include "mem/tlb.h"

pde_t *kernel_pgdir;

int pgdir_create(pde_t **pgdir_store)
{
	page_t *pp;
	int error = directory_alloc(&pp);

	if (error)
		return error;
	pp->count = 1;
	*pgdir_store = page_to_virt(pp);
	return 0;
}

void pgdir_destroy(pde_t *pgdir)
{
	page_t *pp = virt_to_page(pgdir);

	if (pp->kind != PAGE_DIRECTORY || pp->count != 1)
		panic("pgdir_destroy: page %zu is of kind %u with %u references: no directory", page_to_ppn(pp),
		      pp->kind, pp->count);
	if (pp->index)
		panic("pgdir_destroy: page %zu still has %u entries", page_to_ppn(pp), pp->index);
	if (pgdir == kernel_pgdir || pgdir == pgdir_current())
		panic("pgdir_destroy: page %zu is loaded", page_to_ppn(pp));
	pp->count = 0;
	directory_free(pp);
}

pte_t *pgdir_walk(pde_t *pgdir, uintptr_t va, int create)
{
	pde_t *pde = &pgdir[PDX(va)];
	page_t *table;

	if (*pde == 0) {
		if (!create || table_alloc(&table))
			return NULL;
		table->count = 1;
		pde_store(pgdir, va, page_to_phys(table) | PTE_P | PTE_W | PTE_U);
	} else if ((*pde & (PTE_P | PTE_PS)) != PTE_P) {
		return NULL;
	} else if (create) {
		assert(phys_to_page(PTE_ADDR(*pde))->count == 1);
	}
	return (pte_t *)phys_to_virt(PTE_ADDR(*pde)) + PTX(va);
}

void pte_store(pde_t *pgdir, uintptr_t va, pte_t *pte, pte_t entry)
{
	pte_t old = pte_exchange(pte, entry);

	if (entry_cacheable(old))
		tlb_invalidate(pgdir, va);
}

// One invlpg also forgets what the processor cached of the directory's entry itself (Intel SDM vol. 3, 4.10.4.1).
void pde_store(pde_t *pgdir, uintptr_t va, pde_t entry)
{
	pde_t old = pte_exchange(&pgdir[PDX(va)], entry);

	if (entry_cacheable(old))
		tlb_invalidate(pgdir, va);
}

void pgdir_trim(pde_t *pgdir, size_t pdx)
{
	pde_t pde = pgdir[pdx];
	page_t *table;

	if (pdx >= USER_PDES || (pde & (PTE_P | PTE_PS)) != PTE_P)
		return;
	table = phys_to_page(PTE_ADDR(pde));
	if (table->index)
		return;
	assert(table->count == 1);
	pde_store(pgdir, pdx << JUMBO_SHIFT, 0);
	table->count = 0;
	table_free(table);
}
