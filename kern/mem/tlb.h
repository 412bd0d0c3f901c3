// tlb.h: forgetting cached translations. tlb.c is the only file that executes invlpg or reloads CR3
// for its effect on the TLB.
#pragma once

#include "mem/pgdir.h"

// Forget the translation of `va`, if `pgdir` is loaded or `va` is the kernel's.
void tlb_invalidate(pde_t *pgdir, uintptr_t va);

// Forget every translation of user addresses, if `pgdir` is loaded.
void tlb_flush(pde_t *pgdir);

// The directory this CPU has loaded.
pde_t *pgdir_current(void);

// Load `pgdir`, unless it is loaded already.
void pgdir_load(pde_t *pgdir);

// A batch collects what a range operation takes out of one directory, flushes once, and only then
// lets go of the pages: until the flush, a CPU may still write to them through a stale translation.
// Caller of all three: holds the lock that guards the directory's entries, from begin to finish.
struct tlb_batch {
	pde_t *pgdir;
	uintptr_t start,
		end;  // the smallest range that covers every changed entry; empty when start >= end
	page_t *dead; // pages whose last reference is gone, linked by next
};

static inline void tlb_batch_begin(struct tlb_batch *batch, pde_t *pgdir)
{
	batch->pgdir = pgdir;
	batch->start = UINTPTR_MAX;
	batch->end = 0;
	batch->dead = NULL;
}

// As pte_store, but the flush waits for tlb_batch_finish.
static inline void tlb_batch_store(struct tlb_batch *batch, uintptr_t va, pte_t *pte, pte_t entry)
{
	pte_t old = pte_exchange(pte, entry);

	if (!entry_cacheable(old))
		return;
	va = ROUND_DOWN(va, PAGE_SIZE);
	if (va < batch->start)
		batch->start = va;
	if (va + PAGE_SIZE > batch->end)
		batch->end = va + PAGE_SIZE;
}

// Drop one reference to `pp` now, and free it after the flush if it was the last.
static inline void tlb_batch_decref(struct tlb_batch *batch, page_t *pp)
{
	int32_t left = (int32_t)__atomic_sub_fetch(&pp->count, 1, __ATOMIC_ACQ_REL);

	if (unlikely(left < 0))
		page_unreferenced(pp); // panics
	if (left == 0 && pp->pins == 0) {
		pp->next = batch->dead; // it has no owner any more, so its link is free to use
		batch->dead = pp;
	}
}

// The rest of tlb_batch_finish, for a batch that has collected something.
void tlb_batch_flush(struct tlb_batch *batch);

static inline void tlb_batch_finish(struct tlb_batch *batch)
{
	if (batch->start < batch->end || batch->dead)
		tlb_batch_flush(batch);
}
