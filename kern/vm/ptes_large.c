// ptes_large.c: the operations of ptes.c for directory entries that name a large page, or say that
// one is reserved or lost, or have a marker of userfaultfd (PDE_RESERVED and others). Areas of large pages begin and end at
// multiples of 4 MiB, so no such entry shares its span with a page table.
#include "mem/large_pool.h"
#include "mem/tlb.h"
#include "vm/ptes.h"

// Returns the large page that a directory's entry names and has a reference on, or NULL.
static page_t *large_page(pde_t pde)
{
	return pde_has_large(pde) ? phys_to_page(PDE_LARGE_ADDR(pde)) : NULL;
}

// The page goes, and with it the reservation: the area does not need it any more.
void large_unmap(struct tlb_batch *batch, uintptr_t va)
{
	pde_t *pde = &batch->pgdir[PDX(va)], entry = *pde;
	page_t *pp = large_page(entry);

	assert_pgdir_locked(batch->pgdir);
	if (!entry)
		return;
	debug_assert(va % LARGE_SIZE == 0);
	tlb_batch_store(batch, va, pde, 0);
	if (pp)
		tlb_batch_decref(batch, pp);
	if (entry & PDE_RESERVED)
		large_unreserve(1);
}

// A fork's child gets the page or the marker, or learns that the page is lost; it never gets a
// reservation. A private page becomes read-only in both directories.
void large_clone(struct tlb_batch *from, struct tlb_batch *to, uintptr_t va, bool shared)
{
	pde_t *pde = &from->pgdir[PDX(va)], *copy = &to->pgdir[PDX(va)];
	page_t *pp = large_page(*pde);

	assert_pgdir_locked(from->pgdir);
	if (!*pde)
		return;
	if (!shared && (*pde & PTE_W))
		tlb_batch_store(from, va, pde, *pde & ~PTE_W);
	if (pp)
		page_incref(pp);
	if (*pde & ~PDE_RESERVED)
		tlb_batch_store(to, va, copy, *pde & ~PDE_RESERVED);
}
