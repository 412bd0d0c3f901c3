// ptes_large.c: what ptes.c does to ranges of table entries, for the entry of a directory that names a
// large page itself, or says that one is put aside. Areas of large pages cover whole entries, so none
// of these ever stands beside a table's.
#include "mem/large_pool.h"
#include "vm/internal.h"

// The page that a directory's entry names and counts on, or NULL.
static page_t *large_page(pde_t pde)
{
	return pde_has_large(pde) ? phys_to_page(PDE_LARGE_ADDR(pde)) : NULL;
}

void large_unmap(struct tlb_batch *batch, uintptr_t va)
{
	pde_t *pde = &batch->pgdir[PDX(va)], entry = *pde;
	page_t *pp = large_page(entry);

	if (!entry)
		return;
	debug_assert(va % LARGE_SIZE == 0);
	tlb_batch_store(batch, va, pde, 0);
	if (pp)
		tlb_batch_decref(batch, pp);
	if (entry & PDE_RESERVED)
		large_unreserve(1);
}

void large_protect(struct tlb_batch *batch, uintptr_t va, int prot)
{
	pde_t *pde = &batch->pgdir[PDX(va)], entry = entry_protected(*pde, prot);

	if (entry != *pde)
		tlb_batch_store(batch, va, pde, entry);
}

// The child gets the page, or knows that it is lost, but has no page put aside.
void large_clone(struct tlb_batch *from, struct tlb_batch *to, uintptr_t va, bool shared)
{
	pde_t *pde = &from->pgdir[PDX(va)], *copy = &to->pgdir[PDX(va)];
	page_t *pp = large_page(*pde);

	if (!*pde)
		return;
	if (!shared && (*pde & PTE_W))
		tlb_batch_store(from, va, pde, *pde & ~PTE_W);
	if (pp)
		page_incref(pp);
	if (pp || (*pde & PDE_LOST))
		tlb_batch_store(to, va, copy, *pde & ~PDE_RESERVED);
}

void large_move(struct tlb_batch *batch, uintptr_t from, uintptr_t to)
{
	pde_t *pde = &batch->pgdir[PDX(from)];

	if (!*pde)
		return;
	debug_assert((from | to) % LARGE_SIZE == 0);
	tlb_batch_store(batch, to, &batch->pgdir[PDX(to)], *pde);
	tlb_batch_store(batch, from, pde, 0);
}
