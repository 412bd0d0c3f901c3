// named_internal.h: what the files of named areas share.
#pragma once

#include "named/named.h"
#include "vm/object.h"
#include <abi/mman.h>

// [r] named_lock guards the registry and all fields with this letter. It is never held while an
// operation does its work, which may yield: an area is complete before it enters the registry,
// leaves it before it is taken apart, and is marked busy while it changes.
extern struct mutex named_lock;

// Returns the area with that id; NULL if there is none, or for id <= 0. Takes no reference: the
// area is valid while named_lock is held, or while the caller has marked it as busy. Caller: holds
// named_lock.
struct named_area *named_lookup(int id);

// Make a named area that is not in the registry and has no memory yet; `name` is copied.
// named_release or named_destroy frees it. Takes no reference on `as`: the area ends before the
// space does. Returns NULL if out of memory.
struct named_area *named_new(struct aspace *as, int creator, const char *name);

// Enter all areas of the list (by link) into the registry, each with an id and marked as busy, or
// none of them. They stay on the list. Takes named_lock, and so sleeps. Returns 0; -ENOMEM if too
// few ids are free.
int named_publish(struct list *areas);

// Remove an area from the registry: its id is no longer valid, and the caller owns the area.
// Caller: holds named_lock.
void named_unpublish(struct named_area *named);

// Free an area that is not in the registry: drop its references on its memory and its name. Its
// mappings stay, with references of their own. Sleeps and yields. Caller: holds no lock.
void named_release(struct named_area *named);

// Like named_release, but first unmap all pieces, if the area has been mapped (named_unmap).
void named_destroy(struct named_area *named);

// named_take: mark the area `id` of `as` as busy, and store it, borrowed, in *store; sleep first
// while another call is changing it. Returns 0; with *store unchanged: -EINVAL without such an
// area; -EPERM if `as` does not own it. named_done: end this, and wake who waits for the area. Both
// take named_lock, and so sleep.
int named_take(struct aspace *as, int id, struct named_area **store);
void named_done(struct named_area *named);

// Sleep until some call has finished changing an area; no signal ends the sleep. Caller: holds
// named_lock, which is released meanwhile, and then looks at everything anew.
void named_wait(void);

// Caller of all functions below: has marked the area as busy, or the area is not in the registry,
// or (for the first two functions) holds named_lock.

// Take, or drop, a reference on an area's memory and its file, if that is an object. If the memory
// is a file open for writing (AREA_WRITE_OPEN), it is counted as open for writing once more, or
// once less: at named_memory_get the caller already counts, by its open file or by another named
// area. named_memory_put may free the object, and yields then.
void named_memory_get(const struct named_memory *memory);
void named_memory_put(const struct named_memory *memory);

// Returns true if `as` may see and clone the area.
static inline bool named_reachable(const struct named_area *named, const struct aspace *as)
{
	return named->as == as || named->access != AREA_ACCESS_PRIVATE;
}

// Returns the current size of the area's memory in bytes; memory.maximum is that of its addresses.
size_t named_size(const struct named_area *named);

// The area's mapping (named_mapping.c). Caller: holds no lock.

// Map the area at `hint` exactly, or, if that is 0, where there is room; store the address in
// named->start. Takes as->lock. Sleeps and yields.
// Returns 0; -EEXIST if something is mapped at `hint`; -ENOSPC without room; -ENOMEM; -EPERM if a
// seal forbids writing and the protection has PROT_WRITE.
int named_map(struct named_area *named, uintptr_t hint);

// Unmap all pieces that are left, and nothing else that lies at the area's addresses. Takes
// as->lock. Sleeps and yields; a killed thread completes the work. Cannot fail: a piece goes as a
// whole, and page tables with entries of named areas are never shared.
void named_unmap(struct named_area *named);

// Replace the area's memory by `memory`; the old mapping's pieces go. Addresses beyond the new
// maximum are unmapped. On success consumes the caller's references on `memory`, and the caller
// gets those on the old memory, which it has noted before. Takes as->lock and named_lock. Sleeps
// and yields.
// Returns 0, or an error with nothing changed: -EEXIST if something else is mapped at the area's
// addresses; -ENOMEM; -EPERM if a seal forbids writing and the protection has PROT_WRITE.
int named_replace(struct named_area *named, const struct named_memory *memory);

// Give the area and all of its pieces the protection `prot`, also where the program has changed a
// piece's own; a piece with AREA_NOWRITE never gets PROT_WRITE. Takes as->lock, and named_lock. Sleeps
// and yields; a killed thread completes the work. Returns 0; -ENOMEM with nothing changed if
// RLIMIT_DATA admits no more private writable memory. Nothing else can fail: a piece changes as a
// whole, and page tables with entries of named areas are never shared.
int named_protect_pieces(struct named_area *named, uint8_t prot);

// Fault in the bytes [from, end) of the area, both page-aligned, if it is locked (AREA_LOCK_FULL or
// above); from >= end: does nothing. Sleeps and yields. Lack of memory for page tables is no
// failure: the object has the pages, and faults will map them.
void named_populate(struct named_area *named, size_t from, size_t end);

// Returns true if that many bytes, whole pages, may be free (page_may_last). Nothing is reserved. A
// request that surely fails is refused before it takes all memory there is.
static inline bool named_has_room(size_t bytes)
{
	return page_may_last(bytes >> PAGE_SHIFT);
}

// Allocate the pages of bytes [start, end) of an object, both page-aligned; pages that it has stay.
// Sleeps and yields. Caller: holds no lock.
// Returns 0; -ENOMEM, with some of them made, if memory is short or the thread is killed.
int named_fill(struct object *obj, size_t start, size_t end);

// Returns true if the name has 1 to AREA_NAME_MAX - 1 characters, none of them a control
// character: the name shows in /proc/PID/maps, and must not break its lines.
bool named_name_valid(const char *name);

// Returns true if `size` bytes can be mapped at `hint`, or, if that is 0, anywhere.
bool named_place_valid(uintptr_t hint, size_t size);

// Returns true if `prot` has no unknown bits.
static inline bool named_prot_valid(uint32_t prot)
{
	return !(prot & ~(uint32_t)(PROT_READ | PROT_WRITE | PROT_EXEC));
}
