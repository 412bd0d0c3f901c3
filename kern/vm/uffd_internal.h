// uffd_internal.h: what the files of userfaultfd share (vm/uffd.h has the rest).
#pragma once

#include "vm/ptes.h"
#include "vm/uffd.h"

// Returns true if the context has the feature (UFFD_FEATURE_).
static inline bool uffd_has(const struct uffd *uffd, uint32_t feature)
{
	return __atomic_load_n(&uffd->features, __ATOMIC_RELAXED) & feature;
}

// Returns the object's page for `va` in `area`, an area of small pages with an object; NULL: the
// object has none. Takes no reference. *beyond: whether `va` lies beyond the object's end.
// Caller: holds the object's lock.
page_t *uffd_object_page(const struct area *area, uintptr_t va, bool *beyond);

// Returns true if the entries of `area` may have marks: write-protection, its markers, or poison.
static inline bool uffd_may_mark(const struct area *area)
{
	return area->ops != area->ops->plain;
}

// Remove all pages of [start, end), a part of an area with an object (uffd_unmap_object: not
// private copies). A write-protected page leaves a marker, if the area is registered for that. As
// on Linux, such markers stay, and of the others only uffd_unmap_object leaves any. Yields by itself
// (uffd_unmap), or returns early when it is time to, with the address where it stopped.
// Caller: holds as->lock for writing; of the other two: the object's lock. (uffd_protect.c)
void uffd_unmap(const struct area *area, uintptr_t start, uintptr_t end);
uintptr_t uffd_unmap_some(const struct area *area, uintptr_t start, uintptr_t end);
uintptr_t uffd_unmap_object(const struct area *area, uintptr_t start, uintptr_t end);

// Remove userfaultfd's marks from the entries of [start, end), whose area is not registered for
// write-protection any more: the protection and its markers. Poison markers stay. Yields.
// (uffd_protect.c)
// Caller: holds as->lock for writing, or nobody else knows the space; no other lock.
void uffd_clear_entries(struct aspace *as, uintptr_t start, uintptr_t end);
