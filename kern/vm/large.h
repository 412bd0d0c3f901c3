// large.h: what the backend of large pages (large.c) and userfaultfd's fills of them (uffd_large.c)
// share.
#pragma once

#include "vm/aspace.h"

// Returns the index of the object's page that belongs at `slot`, the address of a large page of `area`.
static inline uint32_t large_index(const struct area *area, uintptr_t slot)
{
	return (uint32_t)((area->offset + (slot - area->start)) >> LARGE_SHIFT);
}

// Store the directory entry for `slot`, the address of a large page; take a reference on the new
// page, and drop the one on the old page. An empty page table at that place is freed first. Takes
// as->pt_lock. The object's lock, or that of the space for writing, keeps a fault from being between a
// look at the entry and its change.
void large_store(struct aspace *as, uintptr_t slot, pde_t entry);

// The operations of large_ops, for areas that are registered with a userfaultfd, too (struct area_ops).
// large_fault returns -EAGAIN if the page was write-protected meanwhile. It takes the object's lock.
int large_fault(struct aspace *as, struct area *area, uintptr_t va, enum fault_access access);
void large_discard(struct area *area, uintptr_t start, uintptr_t end, bool keep_marks);
