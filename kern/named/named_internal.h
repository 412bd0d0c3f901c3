// named_internal.h: what the files of named areas share.
#pragma once

#include "named/named.h"
#include "vm/object.h"
#include <abi/mman.h>

// [r] named_lock guards the registry and all fields with this letter. It is never held while an
// operation does its work, which may yield: an area is complete before it enters the registry,
// leaves it before it is taken apart, and is marked busy while it changes.
extern struct mutex named_lock;

// Returns the area with that id, or NULL. Caller: holds named_lock.
struct named_area *named_lookup(int id);

// Make a named area that is not in the registry and has no memory yet. Returns NULL if out of
// memory.
struct named_area *named_new(struct aspace *as, int creator, const char *name);

// Enter all areas of the list (by link) into the registry, each with an id and marked as busy, or
// none of them. Returns 0, or -ENOMEM if too few ids are free.
int named_publish(struct list *areas);

// Remove an area from the registry. Caller: holds named_lock.
void named_unpublish(struct named_area *named);

// Release the memory of an area that is not in the registry, and drop the registry's reference.
// Its mappings stay, with references of their own.
void named_release(struct named_area *named);

// Like named_release, but the area is unmapped first.
void named_destroy(struct named_area *named);

// Mark the area `id` of `as` as busy; wait while another call is changing it. named_done ends
// this. Returns 0, -EINVAL without such an area, or -EPERM if it is not owned by `as`.
int named_take(struct aspace *as, int id, struct named_area **store);
void named_done(struct named_area *named);

// Sleep until some call has finished changing an area. Caller: holds named_lock, which is released
// meanwhile, and then looks at everything anew.
void named_wait(void);

// Caller of all functions below: has marked the area as busy, or the area is not in the registry,
// or (for the first two functions) holds named_lock.

// Take, or drop, a reference on an area's memory, if that is an object. If the memory is a file
// open for writing, it is counted as open for writing once more: the caller already counts, by its
// open file or by another named area.
void named_memory_get(const struct named_memory *memory);
void named_memory_put(const struct named_memory *memory);

// Returns true if `as` may see and clone the area.
static inline bool named_reachable(const struct named_area *named, const struct aspace *as)
{
	return named->as == as || named->access != AREA_ACCESS_PRIVATE;
}

// Returns the current size of the area in bytes.
size_t named_size(const struct named_area *named);

// The area's mapping (named_mapping.c). Caller: holds no lock.

// Map the area at `hint`, or, if that is 0, where there is room. Returns 0; -EEXIST, -ENOSPC,
// -ENOMEM, or -EPERM if a seal forbids writing.
int named_map(struct named_area *named, uintptr_t hint);

// Unmap all pieces that are left. Cannot fail: a piece goes as a whole, and page tables with
// entries of objects are never shared.
void named_unmap(struct named_area *named);

// Replace the area's memory by `memory`, and take over the caller's references on it. Addresses
// beyond the new maximum are unmapped. Returns 0, or an error with nothing changed: -EEXIST if
// something else is mapped at the area's addresses, -ENOMEM, -EPERM.
int named_replace(struct named_area *named, const struct named_memory *memory);

// Give all pieces the protection named->prot; a piece with AREA_NOWRITE never gets PROT_WRITE.
// Cannot fail, for the reasons of named_unmap.
void named_protect_pieces(struct named_area *named);

// Fault in the bytes [from, end) of the area if it is locked. Lack of memory for page tables is no
// failure: the object has the pages, and faults will map them.
void named_populate(struct named_area *named, size_t from, size_t end);

// Returns true if that many bytes may be free. A request that surely fails is refused before it
// takes all memory there is.
static inline bool named_has_room(size_t bytes)
{
	return page_may_last(bytes >> PAGE_SHIFT);
}

// Allocate the pages of bytes [start, end) of an object. Returns 0, or -ENOMEM with some of them
// made.
int named_fill(struct object *obj, size_t start, size_t end);

// Returns true if `prot` has no unknown bits.
static inline bool named_prot_valid(uint32_t prot)
{
	return !(prot & ~(uint32_t)(PROT_READ | PROT_WRITE | PROT_EXEC));
}
