// named_internal.h: what the files of named areas share.
#pragma once

#include "vm/internal.h"
#include "vm/named.h"
#include "vm/object.h"

// Guards the registry and what says [r]. Never held while an operation does its work, which may yield:
// an area is complete before it enters the registry, has left it before it is taken apart, and is
// marked busy while it is changed.
extern struct mutex named_lock;

// The area with that id, or NULL. Caller: holds named_lock.
struct named_area *named_lookup(int id);

// A new area without memory, not in the registry. NULL without memory.
struct named_area *named_new(struct aspace *as, int creator, const char *name);

// Enter all areas of a list (by link) into the registry, each with an id and marked as busy, or none of
// them. 0, or -ENOMEM without free ids.
int named_publish(struct list *areas);

// Take an area out of the registry. Caller: holds named_lock.
void named_unpublish(struct named_area *named);

// Unmap an area that is not in the registry, and release its memory.
void named_destroy(struct named_area *named);

// Mark the area `id` as busy, if it is the caller's, after whoever changes it already: 0, -EINVAL or
// -EPERM. named_done ends that.
int named_take(struct aspace *as, int id, struct named_area **store);
void named_done(struct named_area *named);

// Let a call that changes an area come to its end. Caller: holds named_lock, which is released meanwhile.
void named_wait(void);

// Caller of what follows: has marked the area as busy, or it is not in the registry, or (of the first
// two) holds named_lock.

// Take a reference on an area's memory, if it is an object: a file that the caller (by its open file, or
// by another named area) has open for writing counts as open for writing once more. And its end.
void named_memory_get(const struct named_memory *memory);
void named_memory_put(const struct named_memory *memory);

// May the caller know of it, and clone it?
static inline bool named_reachable(const struct named_area *named, const struct aspace *as)
{
	return named->as == as || named->access != AREA_ACCESS_PRIVATE;
}

// How large it is now.
size_t named_size(const struct named_area *named);

// Its mapping (named_mapping.c). Caller: holds no lock.

// Map the area at `hint`, or where there is room if that is 0. 0 or -errno.
int named_map(struct named_area *named, uintptr_t hint);

// Unmap what is still mapped of it. This cannot fail: pieces go as wholes, and tables with their entries
// are never shared.
void named_unmap(struct named_area *named);

// Put other memory behind it, whose references it takes over: 0, or an error with nothing changed. What
// it was mapped for beyond the new maximum goes.
int named_replace(struct named_area *named, const struct named_memory *memory);

// Give all pieces of it the protection named->prot, but AREA_NOWRITE pieces never PROT_WRITE. Nothing
// can fail, as above.
void named_protect_pieces(struct named_area *named);

// Bring [from, end) of it, counted from its start, into the page tables if it is locked. What lacks
// memory comes with a fault: the pages themselves are there.
void named_populate(struct named_area *named, size_t from, size_t end);

// Can there be so much memory? What surely lacks it need not take all there is first.
static inline bool named_has_room(size_t bytes)
{
	return page_may_last(bytes >> PAGE_SHIFT);
}

// Give [start, end) of an object its pages. 0, or -ENOMEM with some of them made.
int named_fill(struct object *obj, size_t start, size_t end);

static inline bool named_prot_valid(uint32_t prot)
{
	return !(prot & ~(uint32_t)(PROT_READ | PROT_WRITE | PROT_EXEC));
}
