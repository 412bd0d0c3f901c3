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

// The loop ends with the last entry in use: most tables are nearly empty. `from` and `to` may be in one
// table.
void tlb_batch_move(struct tlb_batch *batch, uintptr_t va, pte_t *from, pte_t *to, size_t n)
{
	page_t *source = virt_to_page(from), *target = virt_to_page(to);
	uint32_t left = source->index, moved;
	pte_t seen = 0;

	assert_pgdir_locked(batch->pgdir);
	debug_assert(source->count == 1 && target->count == 1);
	for (size_t i = 0; i < n && left; i++) {
		pte_t entry = from[i];

		if (!entry)
			continue;
		debug_assert(to[i] == 0);
		to[i] = entry;
		from[i] = 0;
		seen |= entry;
		left--;
	}
	moved = source->index - left;
	source->index -= moved;
	target->index += moved;
	if (entry_cacheable(seen))
		tlb_batch_cover(batch, va, va + n * PAGE_SIZE);
}

// First the flush, then the pages: this order is what a batch is for.
void tlb_batch_flush(struct tlb_batch *batch)
{
	tlb_flush_range(batch->pgdir, batch->start, batch->end);
	page_free_list(batch->dead);
	tlb_batch_begin(batch, batch->pgdir);
}
