// uffd_internal.h: what the files of userfaultfd share (vm/uffd.h has the rest).
#pragma once

#include "vm/ptes.h"
#include "vm/uffd.h"

// Returns true if the context has the feature (a UFFD_FEATURE_ bit, or UFFD_READY); of several
// bits, any. Takes no lock.
static inline bool uffd_has(const struct uffd *uffd, uint32_t feature)
{
	return __atomic_load_n(&uffd->features, __ATOMIC_RELAXED) & feature;
}

// Returns the object's page for `va` in `area`, which has an object, perhaps a large page; NULL:
// the object has none. Takes no reference: the page is valid while the lock is held. Stores in
// *beyond whether `va` lies beyond the object's end; a large page that is only partly within it
// does so, unless the object has it.
// Caller: holds the object's lock.
page_t *uffd_object_page(const struct area *area, uintptr_t va, bool *beyond);

// Returns the entry for `va` in `area`; for a large page, or a marker in its place, the entry that
// a small one would have; 0 if there is none. Takes no lock, so the answer may be out of date at
// once.
static inline pte_t uffd_entry(const struct area *area, uintptr_t va)
{
	return unlikely(area->ops->uncut) ? small_entry(area->as, va) : pte_peek(area->as, va);
}

// Returns true if the entries of `area` may have marks: write-protection, its markers, or poison.
static inline bool uffd_may_mark(const struct area *area)
{
	return area->ops != area->ops->plain;
}

// Remove the pages of [start, end), page-aligned, a part of `area`, which has an object, small
// pages, and perhaps marks. Its page tables are private. uffd_unmap and uffd_unmap_some remove all
// pages, also private copies, and poison; uffd_unmap_object only pages of objects and the zero
// page. A write-protected page leaves a marker, if the area is registered for that; other markers
// stay, as on Linux. uffd_unmap yields. The other two return early when it is time to, with the
// address where they stopped: `end`, or where to continue.
// Caller: holds as->lock for writing; of the other two: the object's lock. (uffd_protect.c)
void uffd_unmap(const struct area *area, uintptr_t start, uintptr_t end);
uintptr_t uffd_unmap_some(const struct area *area, uintptr_t start, uintptr_t end);
uintptr_t uffd_unmap_object(const struct area *area, uintptr_t start, uintptr_t end);

// Remove userfaultfd's marks from the entries of [start, end), page-aligned, whose area is not
// registered for write-protection any more: the protection and its markers, also of large pages.
// Pages stay, and do not become writable yet. Poison markers stay. Yields. (uffd_protect.c)
// Caller: holds as->lock for writing, or nobody else knows the space; no other lock.
void uffd_clear_entries(struct aspace *as, uintptr_t start, uintptr_t end);

// Write-protect the pages of [start, end), page-aligned, a part of `area`, which is registered for
// write-protection and has small pages, or (`protect` false) end that. Pages that are not there get
// a marker, except in anonymous memory without UFFD_FEATURE_WP_UNPOPULATED. Yields; a killed thread
// completes the work. Returns 0; -ENOMEM, perhaps with a part done. Caller: holds as->lock, and no
// other lock. (uffd_protect.c)
int uffd_protect_small(const struct area *area, uintptr_t start, uintptr_t end, bool protect);

// Large pages (uffd_large.c, uffd_protect.c). All addresses are those of large pages of `area`.

// UFFDIO_COPY of one large page: fill the hole at `slot`, an address of a large page of `area`,
// which is registered, from the current space. A missing source page is not faulted in. Sleeps and
// yields.
// Returns 0; -EEXIST if a page is there, or, as on Linux, if no large page is left; -EFAULT beyond
// the end of a file, or if the source is not present: then *present is less than LARGE_SIZE, the
// bytes before the first one that is missing; in all other cases it is LARGE_SIZE; -ENOMEM. On an
// error nothing has changed. Caller: holds as->lock, and no other lock.
int uffd_large_copy(struct aspace *as, const struct uffd_fill *fill, const struct area *area,
                    uintptr_t slot, size_t *present);

// UFFDIO_CONTINUE of one large page: map the object's page at `slot`, an address of a large page of
// `area`, which is registered. Sleeps. Returns 0; -EFAULT if the object has no such page; -EEXIST
// if a page is there. Caller: holds as->lock, and no other lock.
int uffd_large_continue(struct aspace *as, const struct uffd_fill *fill, const struct area *area,
                        uintptr_t slot);

// UFFDIO_POISON of one large page: store a marker at `slot`, an address of a large page of `area`,
// which is registered. Sleeps. Returns 0; -EEXIST if a page or a marker is there; -EAGAIN if the
// area is not the one that was noted to have poison (AREA_MARKED). Caller: holds as->lock, and no
// other lock.
int uffd_large_poison(struct aspace *as, const struct area *area, uintptr_t slot);

// Write-protect the large pages of [start, end), multiples of LARGE_SIZE in `area`, or (`protect`
// false) end that; pages that are not there get a marker, or lose it; poisoned and lost ones stay.
// Sleeps. Caller: holds as->lock, and no other lock. (uffd_protect.c)
void uffd_large_protect(struct aspace *as, const struct area *area, uintptr_t start, uintptr_t end,
                        bool protect);
