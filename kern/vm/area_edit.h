// area_edit.h: areas made, split, cut, merged and released, inside an address space. Their entries
// are the business of ptes.h. A function that makes or releases an area of an object takes the
// object's lock, so it sleeps, and its caller does not hold that lock.
#pragma once

#include "vm/aspace.h"
#include "vm/object.h"
#include <abi/mman.h>

// About how many instructions it takes to make an area, to cut, merge or free one.
#define AREA_COST 300

// About how many instructions it takes to go on to the next area and look at it.
#define AREA_LOOK_COST 20

// Make an area for [start, end) as the request says, in no tree, with references of its own. It is
// on its object's list from now on. The caller inserts it, or frees it by area_release.
// Returns NULL if out of memory.
struct area *area_new(struct aspace *as, const struct map_request *request, uintptr_t start,
                      uintptr_t end);

// Make a copy of `area`, with its range, for the space `as`, in no tree, with references of its
// own. Returns NULL if out of memory.
struct area *area_copy(const struct area *area, struct aspace *as);

// Like area_copy, for the areas that a fork copies one after the other; `left` > 0 of them are
// left, with this one. They lie together in blocks of the heap: *block is that of the copy before,
// NULL for the first; the function stores this copy's. Each is released like any other area; the
// last one in use frees the block.
struct area *area_copy_next(const struct area *area, struct aspace *as, struct area_block **block,
                            size_t left);

// If [start, end) is free, and an area next to it is like the request (areas_alike), extend that
// area over the range; it may merge with the area on the other side. as->pages is the caller's.
// Needs no memory.
// Caller: holds as->lock for writing.
// Returns true if an area was extended; false with nothing changed.
bool area_extend(struct aspace *as, const struct map_request *request, uintptr_t start,
                 uintptr_t end);

// Take [start, end) away from `area`, which overlaps the range and extends beyond at most one end
// of it. If nothing is left of the area, it is removed and released (area_drop). Else its range
// shrinks (area_resize). If its lower part goes, its offset grows with its start. Pages and
// as->pages are the caller's. Caller: holds as->lock for writing; `area` is in as->areas.
void area_cut_off(struct aspace *as, struct area *area, uintptr_t start, uintptr_t end);

// Release an area that is in no tree: drop its references and free it. May free its object, and
// yields then. Caller: holds no lock but address spaces'.
void area_release(struct area *area);

// Remove an area from as->areas and release it (area_release). Its entries are the caller's.
// Caller: holds as->lock for writing.
void area_drop(struct aspace *as, struct area *area);

// Split the areas in which `start` and `end` lie, so that no area reaches across either address. An
// address at a border of an area, or in no area, needs no cut. Both may lie in one area: it becomes
// three. Each upper part is a copy (area_copy) with its own start, and an offset that is larger by
// the size of the lower part. No page changes.
// Each cut adds an area. If the space then had more than areas_max areas, the cut is not made. As
// on Linux, the cut at `start` is counted first, and stays if only the cut at `end` is one too
// many. Caller: holds as->lock for writing; start < end; neither address lies in the middle of a
// large page (cuts_large_page).
// Returns 0; -ENOMEM if out of memory, with nothing changed and every copy released; -ENOMEM if
// there would be too many areas (see above).
int areas_split_at(struct aspace *as, uintptr_t start, uintptr_t end);

// `area` becomes one with another area, or a new one, that has the flags `flags` and is alike otherwise:
// where one is soft-dirty as a whole (no AREA_SOFT_CLEAN), both are. Caller: holds as->lock for writing.
void area_keep_dirty(struct area *area, uint32_t flags);

// Returns true if `low` and `high`, which begins where `low` ends, can merge: both have equal
// protection, flags, backend, registration and name, and `high` continues the same object where
// `low` stops.
// Anonymous memory has no offset to compare.
bool areas_alike(const struct area *low, const struct area *high);

// Give the part [start, end) of `area`, at least a page, the protection `prot` and the flags
// `flags`, which must not change whether it may write to its object (area_may_write_object). The
// part merges with a neighbour that is like it, or becomes an area of its own: `area` may be freed,
// so the caller does not use it afterwards. The page-table entries are the caller's. Caller: holds
// as->lock for writing.
// Returns 0; -EINVAL if the part begins or ends in the middle of a large page; -ENOMEM if out of
// memory or with too many areas (areas_max). On an error no protection and no flag has changed, but
// an area may have been split.
int area_change(struct aspace *as, struct area *area, uintptr_t start, uintptr_t end, int prot,
                uint32_t flags);

// Like area_change, for the registration: the part [start, end) of `area` gets the flags `flags`,
// and is registered with `uffd`, on which it takes a reference; NULL: with none. Its backend
// follows from both. `area` may be freed. Caller: holds as->lock for writing.
// Returns 0; -EINVAL if the part begins or ends in the middle of a large page; -ENOMEM if out of
// memory or with too many areas (areas_max). On an error no registration and no flag has changed,
// but an area may have been split.
int area_change_uffd(struct aspace *as, struct area *area, uintptr_t start, uintptr_t end,
                     struct uffd *uffd, uint32_t flags);

// Merge the two areas that meet at `va`, if one ends and the other begins there and they are alike
// (areas_alike): note where the upper area ends, remove and release it (area_drop), and let the
// lower one take over its range (area_resize). In any other case do nothing.
// A truncation that is under way may have visited only one of the two: if they have an object and
// differ in object_round, call object_visit_again for the lower one first.
// Caller: holds as->lock for writing.
void areas_merge_at(struct aspace *as, uintptr_t va);

// Returns true if the area's protection admits the access.
static inline bool area_admits(const struct area *area, enum fault_access access)
{
	return access == ACCESS_WRITE ? area->prot & PROT_WRITE : area->prot != 0;
}

// Returns true if RLIMIT_DATA counts areas with this protection and these flags.
static inline bool area_is_data(int prot, uint32_t flags)
{
	return (prot & PROT_WRITE) && !(flags & (AREA_SHARED | AREA_GROWSDOWN));
}

// Returns true if stores through an area with these flags reach its object, now or after an
// mprotect(). Neither flag changes while the area exists.
static inline bool area_may_write_object(uint32_t flags)
{
	return (flags & (AREA_SHARED | AREA_NOWRITE)) == AREA_SHARED;
}

// Returns the backend of an area that is made as the request says.
static inline const struct area_ops *request_ops(const struct map_request *request)
{
	if (request->ops)
		return request->ops;
	if (!request->object)
		return &anon_ops;
	return request->object->shift == PAGE_SHIFT ? &object_ops : &large_ops;
}

// Returns true if no area with this backend can be cut at `va`.
static inline bool uncut_at(const struct area_ops *ops, uintptr_t va)
{
	return va & ops->uncut;
}

// Returns the size of the pages of areas with this backend: all borders are multiples of it.
static inline size_t ops_align(const struct area_ops *ops)
{
	return ops->uncut ? ops->uncut + 1 : PAGE_SIZE;
}

// Returns an address hint for an area with this backend as Linux understands it: rounded up to a
// large page. Hints for small pages are rounded down (find_room).
static inline uintptr_t ops_hint(const struct area_ops *ops, uintptr_t hint)
{
	return ops->uncut ? ROUND_UP(hint, ops->uncut + 1) : hint;
}

// Returns true if `start` or `end` lies in the middle of a large page, so that no area can be cut
// there. Caller: holds as->lock.
bool cuts_large_page(struct aspace *as, uintptr_t start, uintptr_t end);

// Returns true if mlock() marks areas with this backend. The others have no pages that could be
// taken away.
static inline bool ops_lockable(const struct area_ops *ops)
{
	return ops->plain != &linear_ops && ops->plain != &large_ops;
}

// Returns true if the area maps device memory. Its entries have no pages to copy, pin or lock.
static inline bool area_is_device(const struct area *area)
{
	return area->ops->plain == &linear_ops;
}

// Make each page of [va, end), both page-aligned, present, as MADV_POPULATE_READ and _WRITE do;
// stop at the first error. Sleeps and yields. (populate.c)
// Returns 0; -ENOMEM at a hole or if out of memory; -EINVAL where the protection does not admit
// `access`; -EFAULT where the page cannot be had, for example beyond the end of a file, and for
// device memory; -EINTR if the thread is killed. Caller: holds no lock.
int advise_populate(struct aspace *as, uintptr_t va, uintptr_t end, enum fault_access access);
