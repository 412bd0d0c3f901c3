// mapping.h: map and unmap for callers that hold the address space's lock, and the choice of an
// address.
#pragma once

#include "vm/aspace.h"

// Map like aspace_map, but let no handler of a userfaultfd know of what is replaced. Yields.
// Caller: holds as->lock for writing, and no other lock.
// Returns 0, or the errors of aspace_map, with the same state after them: no mapping has changed,
// except if there are too few large pages: then what was to be replaced is unmapped. *va_store is
// undefined then.
int map_locked(struct aspace *as, const struct map_request *request, uintptr_t *va_store);

// Unmap [start, end), page-aligned and not empty, like aspace_unmap, but let no handler of a
// userfaultfd know: unmap_prepare and unmap_commit. Yields. Caller: holds as->lock for writing, and
// no other lock.
// Returns 0; -EINVAL if the range would cut a large page; -EPERM if an area is sealed; -ENOMEM if
// out of memory, or at areas_max. On an error no mapping has changed.
int unmap_locked(struct aspace *as, uintptr_t start, uintptr_t end);

// The first step of unmap_locked, and the only one that can fail: prepare the unmapping of
// [start, end), which is page-aligned, so that unmap_commit cannot fail.
// - Make the page tables private that the range covers only in part (tables_make_private_at_ends).
// - If one area contains the whole range and reaches beyond both ends, a hole in its middle will be
//   needed. Split it at `end` alone, so that unmap_commit only has to shrink areas: by
//   areas_split_at for the range from the area's start to `end`.
// If no area overlaps the range, there is nothing to do.
// Caller: holds as->lock for writing; the range cuts no large page (cuts_large_page).
// Returns 0; with all areas unchanged: -EPERM if an area is sealed (areas_check_seals, only if
// as->sealed); -ENOMEM if out of memory, or if the space may have no more areas (areas_max).
int unmap_prepare(struct aspace *as, uintptr_t start, uintptr_t end);

// The second step: unmap [start, end), which has been prepared or cuts through no area and no
// table. Cannot fail. For all areas that overlap the range:
// - Remove the pages by one call of ptes_unmap for the whole range, before the first area changes;
//   without such an area, do not call it.
// - Subtract the number of pages of the area in the range, mapped or not, from as->pages.
// - Take the range away from the area by area_cut_off, which may free it. Find the next area
//   before.
// - Yield after each area: yield_after(AREA_COST). A thread that is killed meanwhile completes the
//   work, because its end would have to do it anyway; so ignore the result.
// Caller: holds as->lock for writing.
void unmap_commit(struct aspace *as, uintptr_t start, uintptr_t end);

// Find `len` free bytes, a multiple of the page size, at a multiple of `align`, a power of two of
// at least PAGE_SIZE. First try `hint`, rounded down to a multiple of `align`. It is taken if it is
// not below USER_MIN, the range ends at ULIM or before (range_valid), and the range is free
// (may_have_hint). Else take the lowest address from MMAP_BASE on (area_find_gap). Caller: holds
// as->lock.
// Returns 0 with the address in *store; -ENOMEM if there is no such range, with *store unchanged.
int find_room(struct aspace *as, uintptr_t hint, size_t len, size_t align, uintptr_t *store);

// Returns true if the current thread's limits admit `len` more bytes, any number, of areas with
// this protection (PROT_ bits) and these flags (AREA_ bits) in `as`: RLIMIT_AS for all areas,
// RLIMIT_DATA only if these are data (area_is_data). Counts nothing. Yields.
// Caller: holds as->lock, and no other lock.
bool aspace_may_grow(struct aspace *as, size_t len, int prot, uint32_t flags);

// Returns how many more bytes of private writable memory the current thread's RLIMIT_DATA admits in
// `as`: 0 if it has as much or more; UINT64_MAX without a limit. Yields. Caller: holds as->lock,
// and no other lock.
uint64_t aspace_data_room(struct aspace *as);

// Returns how many bytes of [start, end) are in locked areas (AREA_LOCKED), whether their pages are
// in memory or not; holes do not matter. Yields. Caller: holds as->lock, and no other lock.
size_t aspace_locked_bytes(struct aspace *as, uintptr_t start, uintptr_t end);

// Returns true if the current thread may have `len` more bytes of locked areas in `as`:
// RLIMIT_MEMLOCK, rounded down to pages, admits them, or the thread has CAP_IPC_LOCK. Yields.
// Caller: holds as->lock, and no other lock.
bool aspace_may_lock(struct aspace *as, size_t len);

// Check whether the current thread may lock memory at all. Needs no lock. Returns 0; -EPERM if
// RLIMIT_MEMLOCK is 0, unless the thread has CAP_IPC_LOCK.
int aspace_lock_allowed(void);

// Returns true if [va, va + len) is a range of user addresses, which ends at ULIM or before: `va`
// page-aligned, len > 0, in bytes, not rounded. Both may be any number. Addresses below USER_MIN
// are valid here, and nothing need be mapped.
bool range_valid(uintptr_t va, size_t len);
