// large.h: what the backend of large pages (large.c) and userfaultfd's fills of them (uffd_large.c)
// share.
#pragma once

#include "vm/aspace.h"

// Returns the index of the object's page, in large pages, that belongs at `slot`, the address of a
// large page of `area` or the end of the area.
static inline uint32_t large_index(const struct area *area, uintptr_t slot)
{
	return (uint32_t)((area->offset + (slot - area->start)) >> LARGE_SHIFT);
}

// Store the directory entry for `slot`, the address of a large page; take a reference on the new
// page, and drop the one on the old page, if the entries name pages. Reservations (PDE_RESERVED)
// are the caller's to count. An empty page table at that place is freed first; one with entries
// must not be there. Takes as->pt_lock. The object's lock, or that of the space for writing, keeps
// a fault from being between a look at the entry and its change.
void large_store(struct aspace *as, uintptr_t slot, pde_t entry);

// The operation `fault` of large_ops (struct area_ops), for areas that are registered with a
// userfaultfd, too. `va` need not be the start of a large page. Takes the object's lock; sleeps and
// yields. Returns 0; -EAGAIN if the page was write-protected meanwhile; -ENXIO beyond the end, for
// a page that was taken away, or if no large page is left. Caller: holds as->lock for reading.
int large_fault(struct aspace *as, struct area *area, uintptr_t va, enum fault_access access);

// The operation `discard` of large_ops (struct area_ops), also for registered areas: remove the
// pages of [start, end), multiples of LARGE_SIZE in `area`. An area with AREA_RESERVED gets the
// reservation of each page back, if a page is free. With `keep_marks` write-protected pages leave a
// marker. Takes as->pt_lock; does not yield. Caller: holds as->lock for writing, or the object's
// lock.
void large_discard(struct area *area, uintptr_t start, uintptr_t end, bool keep_marks);
