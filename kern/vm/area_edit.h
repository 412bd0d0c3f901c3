// area_edit.h: areas made, split, cut, merged and released, inside an address space. Their entries
// are the business of ptes.h.
#pragma once

#include <abi/mman.h>
#include "vm/aspace.h"
#include "vm/object.h"

// About how many instructions it takes to make an area, to cut, merge or free one.
#define AREA_COST 300

// Make an area for [start, end) as the request says, in no tree, with references of its own.
// Returns NULL if out of memory.
struct area *area_new(struct aspace *as, const struct map_request *request, uintptr_t start,
                      uintptr_t end);

// Make a copy of `area` for the space `as`, in no tree, with references of its own. Returns NULL
// if out of memory.
struct area *area_copy(const struct area *area, struct aspace *as);

// If [start, end) is free, and an area next to it is like the request, extend that area over the
// range. Returns true if an area was extended.
// Caller: holds as->lock for writing.
bool area_extend(struct aspace *as, const struct map_request *request, uintptr_t start,
                 uintptr_t end);

// Take [start, end) away from `area`, which extends beyond at most one end of the range. If
// nothing is left of the area, it is released.
// Caller: holds as->lock for writing.
void area_cut_off(struct aspace *as, struct area *area, uintptr_t start, uintptr_t end);

// Release an area that is in no tree: drop its references and free it.
void area_release(struct area *area);

// Remove an area from its tree and release it. Caller: holds as->lock for writing.
void area_drop(struct aspace *as, struct area *area);

// Split the areas that contain `start` and `end`, so that no area reaches across either address.
// Returns 0; -EINVAL if an area cannot be cut there, or -ENOMEM if out of memory, both with
// nothing changed; -ENOMEM if the space may have no more areas (areas_max): as on Linux the cut at
// `start` stays if only the cut at `end` is one too many.
// Caller: holds as->lock for writing.
int areas_split_at(struct aspace *as, uintptr_t start, uintptr_t end);

// Give the part [start, end) of `area`, at least a page, the protection `prot` and the flags
// `flags`. The part merges with a neighbour that is like it, or becomes an area of its own. The
// caller changes the entries.
// Returns 0, or the errors of areas_split_at. Caller: holds as->lock for writing.
int area_change(struct aspace *as, struct area *area, uintptr_t start, uintptr_t end, int prot,
                uint32_t flags);

// Merge the two areas that meet at `va` if they are alike. Caller: holds as->lock for writing.
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

// Returns true if mlock() marks areas with this backend. The others have no pages that could be
// taken away.
static inline bool ops_lockable(const struct area_ops *ops)
{
	return ops != &linear_ops && ops != &large_ops;
}

// Returns true if the area maps device memory. Its entries have no pages to copy, pin or lock.
static inline bool area_is_device(const struct area *area)
{
	return area->ops == &linear_ops;
}
