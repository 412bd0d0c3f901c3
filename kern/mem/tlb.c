// tlb.c: flush the TLB: the only file with invlpg. Intel SDM vol. 3, 4.10.4.
#include "mem/tlb.h"

#include "cpu/x86.h"
#include "mem/mem_internal.h"

// From this many pages on, reloading CR3 costs less than one invlpg for each page, with the TLB
// misses that follow a reload counted in.
#define FLUSH_ALL_PAGES 32u

pde_t *pgdir_current(void)
{
	return phys_to_virt(PTE_ADDR(read_cr3()));
}

void pgdir_load(pde_t *pgdir)
{
	if (pgdir != pgdir_current())
		write_cr3(virt_to_phys(pgdir));
}

void tlb_invalidate(pde_t *pgdir, uintptr_t va)
{
	if (va >= ULIM || pgdir == pgdir_current())
		invlpg(va);
}

void tlb_flush(pde_t *pgdir)
{
	if (pgdir == pgdir_current())
		write_cr3(read_cr3());
}

// Flush everything, also global translations: they survive a reload of CR3, but not a change of
// CR4.PGE.
static void flush_everything(void)
{
	uint32_t cr4 = read_cr4();

	write_cr4(cr4 ^ CR4_PGE);
	write_cr4(cr4);
}

// Three ways, from the cheapest: invlpg page by page, a reload of CR3 for user addresses, a change
// of CR4.PGE for kernel addresses.
void tlb_flush_range(pde_t *pgdir, uintptr_t start, uintptr_t end)
{
	if (start >= end || (end <= ULIM && pgdir != pgdir_current()))
		return;
	if ((end - start) >> PAGE_SHIFT <= FLUSH_ALL_PAGES) {
		for (uintptr_t va = start; va < end; va += PAGE_SIZE)
			invlpg(va);
	} else if (end <= ULIM) {
		write_cr3(read_cr3());
	} else {
		flush_everything();
	}
}

// First the flush, then the pages: this order is what a batch is for.
void tlb_batch_flush(struct tlb_batch *batch)
{
	tlb_flush_range(batch->pgdir, batch->start, batch->end);
	page_free_list(batch->dead);
	tlb_batch_begin(batch, batch->pgdir);
}
