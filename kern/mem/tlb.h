// tlb.h: flush the TLB, the processor's cache of translations. The processor does not notice a
// changed entry: until the flush it may use the old one, and a program may go on writing to a page
// that is no longer its own. tlb.c is the only file that executes invlpg, or reloads CR3 for this
// purpose.
#pragma once

#include "mem/pgdir.h"

// Flush the translation of `va`, which need not be page-aligned, and what the processor has cached
// of the directory's entry for it, if `pgdir` is loaded or `va` is a kernel address (from ULIM on).
// Does nothing otherwise.
void tlb_invalidate(pde_t *pgdir, uintptr_t va);

// Flush all translations that are not global (those of user addresses), if `pgdir` is loaded into
// this CPU. Does nothing otherwise. For kernel addresses: tlb_invalidate.
void tlb_flush(pde_t *pgdir);

// Returns the directory that this CPU has loaded, by its address in the linear map. It may be that
// of another space than the current thread's, if that thread has none. Takes no reference.
pde_t *pgdir_current(void);

// Load `pgdir` into this CPU; does nothing if it is loaded already. A load flushes all translations
// that are not global. Takes no reference: the caller keeps the directory valid until another one
// is loaded.
void pgdir_load(pde_t *pgdir);

// A batch collects the changes of a range operation on one directory, flushes once, and frees the
// removed pages only after that: until the flush, a CPU may still write to them through a stale
// translation. Freed too early, such a page could already belong to another program.
// Caller of all functions: holds the lock that guards the directory's entries, from begin to
// finish.
struct tlb_batch {
	pde_t *pgdir;
	uintptr_t start,
		end;  // the smallest range that covers every changed entry; empty when start >= end
	page_t *dead; // pages without references, to be freed, linked by next
};

// Begin a batch for `pgdir`: nothing is collected yet. *batch may have any value before; a batch
// that has collected something must be finished first, or its pages are lost. Takes no reference.
// From here to tlb_batch_finish the lock that guards the directory's entries is held.
static inline void tlb_batch_begin(struct tlb_batch *batch, pde_t *pgdir)
{
	batch->pgdir = pgdir;
	batch->start = UINTPTR_MAX;
	batch->end = 0;
	batch->dead = NULL;
}

// Let the batch flush the translations of [start, end) too. Both are multiples of PAGE_SIZE, start
// < end. What lies between this range and those collected before is flushed as well.
static inline void tlb_batch_cover(struct tlb_batch *batch, uintptr_t start, uintptr_t end)
{
	batch->start = MIN(batch->start, start);
	batch->end = MAX(batch->end, end);
}

// Store an entry like pte_store, but leave the flush to tlb_batch_finish: the batch remembers the
// smallest range that covers the pages of all changed entries which the TLB may hold
// (entry_cacheable). `pte` may also be a directory's entry for a large page. Changes no reference.
// Caller: holds the lock that guards the directory's entries.
static inline void tlb_batch_store(struct tlb_batch *batch, uintptr_t va, pte_t *pte, pte_t entry)
{
	pte_t old = pte_exchange(pte, entry);

	assert_pgdir_locked(batch->pgdir);
	if (!entry_cacheable(old))
		return;
	va = ROUND_DOWN(va, PAGE_SIZE);
	if (va < batch->start)
		batch->start = va;
	if (va + PAGE_SIZE > batch->end)
		batch->end = va + PAGE_SIZE;
}

// Drop a reference on `pp` now. If it was the last one, and nobody has pinned the page, it is
// freed after the flush; a pinned page by its last page_unpin. Of a large page `pp` is the first
// page_t. Panics if there was no reference (page_unreferenced).
static inline void tlb_batch_decref(struct tlb_batch *batch, page_t *pp)
{
	int32_t left = (int32_t)__atomic_sub_fetch(&pp->count, 1, __ATOMIC_ACQ_REL);

	if (unlikely(left < 0))
		page_unreferenced(pp); // panics
	if (left == 0 && pp->pins == 0) {
		pp->next = batch->dead; // a page without owner: its link is unused
		batch->dead = pp;
	}
}

// Unmap the page of `*pte`, the entry for `va` in a table that is not shared: store 0 by
// tlb_batch_store and drop the entry's reference, if it has one (pte_has_page). If it was the
// page's last one, the page is freed after the flush. The table stays, also if it has become empty.
// The lock that guards the directory's entries is held, as for tlb_batch_store.
static inline void tlb_batch_unmap(struct tlb_batch *batch, uintptr_t va, pte_t *pte)
{
	pte_t old = *pte;

	tlb_batch_store(batch, va, pte, 0);
	if (likely(pte_has_page(old)))
		tlb_batch_decref(batch, phys_to_page(PTE_ADDR(old)));
}

// Move `n` entries of one table, from `from` on, to the `n` entries from `to` on, which are 0 and
// also in one table. Neither table is shared; both may be the same. `va` is the address of the
// first entry at `from`. Each entry keeps its reference on its page. The counts of entries in use
// change once, and the batch flushes all `n` pages from `va` on, if the TLB may hold one of them,
// not entry by entry as with tlb_batch_store. A table that has become empty stays.
// Caller: holds the lock that guards the directory's entries.
void tlb_batch_move(struct tlb_batch *batch, uintptr_t va, pte_t *from, pte_t *to, size_t n);

// Do the work of tlb_batch_finish, its only caller, for a batch that has collected something. Takes
// page_pool.lock, and large_pool.lock for large pages.
void tlb_batch_flush(struct tlb_batch *batch);

// Flush the translations of the range that the batch has collected (tlb_flush_range), then free its
// pages (page_free_list). It is empty afterwards, and can be used again for its directory. Does
// nothing for an empty batch. The directory's lock is held from tlb_batch_begin until this function
// returns.
static inline void tlb_batch_finish(struct tlb_batch *batch)
{
	if (batch->start < batch->end || batch->dead)
		tlb_batch_flush(batch);
}
