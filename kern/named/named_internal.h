// named_internal.h: what the files of named areas share.
#pragma once

#include "named/named.h"
#include "vm/object.h"
#include <abi/mman.h>

// [r] named_lock guards the registry and all fields with this letter. It is never held while an
// operation does its work, which may yield: an area is complete before it enters the registry,
// leaves it before it is taken apart, and is marked busy while it changes.
extern struct mutex named_lock;

// Returns the area with that id; NULL if there is none, or for id <= 0. Does not look at its owner.
// Takes no reference: the area is valid while named_lock is held, or while the caller has marked it
// as busy. Caller: holds named_lock.
struct named_area *named_lookup(int id);

// Make a named area of `as` that is not in the registry and has no memory, address or mapping yet:
// all other fields are 0. `name` is copied, cut to AREA_NAME_MAX - 1 bytes. named_release or
// named_destroy frees it. Takes no reference on `as`: the area ends before the space does. Returns
// NULL if out of memory.
struct named_area *named_new(struct aspace *as, int creator, const char *name);

// Enter all areas of the list (by link) into the registry, each with an id and marked as busy, or
// none of them. They stay on the list; the caller ends the marks (named_done). Takes named_lock,
// and so sleeps. Returns 0; -ENOMEM if too few of the 1024 ids are free: then the areas are the
// caller's as before, and their ids are undefined.
int named_publish(struct list *areas);

// Remove an area from the registry: its id is no longer valid, and the caller owns the area. The
// caller has marked it as busy, or no call has. Caller: holds named_lock.
void named_unpublish(struct named_area *named);

// Free an area that is not in the registry: drop its references on its memory (named_memory_put),
// if it has some, and its name. Its mappings stay, with references of their own. Sleeps and yields.
// Caller: holds no lock.
void named_release(struct named_area *named);

// Like named_release, but first unmap all pieces (named_unmap), if the area has been mapped: if its
// start is not 0. The duties of the caller are the same.
void named_destroy(struct named_area *named);

// Mark the area `id` of `as` as busy, and store it, borrowed, in *store; sleep first while another
// call is changing it; no signal ends the sleep. named_done ends the mark. Takes named_lock, and so
// sleeps. Returns 0; with *store unchanged: -EINVAL without such an area, also if it was deleted
// during the sleep; -EPERM if `as` does not own it.
int named_take(struct aspace *as, int id, struct named_area **store);

// End the mark of named_take or named_publish, and wake who waits for an area. Afterwards another
// call may delete the area: the caller must not use it. Takes named_lock, and so sleeps.
void named_done(struct named_area *named);

// Sleep until some call, for any area, has finished changing it; no signal ends the sleep. Caller:
// holds named_lock, which is released meanwhile and taken again, and then looks at everything anew.
void named_wait(void);

// Caller of all functions below: has marked the area as busy, or the area is not in the registry,
// or (for named_memory_get, named_reachable and named_size) holds named_lock.

// Take a reference on an area's memory and its file, if that is an object; do nothing for device
// memory. If the memory is a file open for writing (AREA_WRITE_OPEN), it is counted as open for
// writing once more: the caller already counts, by its open file or by another named area. The
// memory must not change meanwhile: the caller has marked the area as busy, or has named_lock.
// Never sleeps.
void named_memory_get(const struct named_memory *memory);

// Drop the references of named_memory_get, and count the file as open for writing once less; do
// nothing for device memory or without an object. May free the object and its file: sleeps and
// yields then.
void named_memory_put(const struct named_memory *memory);

// Returns true if `as` may see and clone the area: its own, or one whose access is not
// AREA_ACCESS_PRIVATE. Whether it may write is another question. `access` must not change
// meanwhile: the caller has named_lock, or has marked the area as busy.
static inline bool named_reachable(const struct named_area *named, const struct aspace *as)
{
	return named->as == as || named->access != AREA_ACCESS_PRIVATE;
}

// Returns the current size of the area's memory in bytes, more than 0; memory.maximum is that of
// its addresses. The caller has marked the area as busy, or has named_lock.
size_t named_size(const struct named_area *named);

// The area's mapping (named_mapping.c). Caller: holds no lock.

// Map memory.maximum bytes of addresses for the area at `hint` exactly, which is page-aligned, or,
// if that is 0, where there is room; store the address in named->start. Does not fault pages in. If
// a seal forbids writing, memory.may_write becomes false. Takes as->lock. Sleeps and yields.
// Caller: holds no lock.
// Returns 0; with nothing mapped, and named->start undefined: -EPERM if a seal forbids writing and
// the protection has PROT_WRITE; -ENOSPC without room; -ENOMEM, also at a limit of the space;
// -EPERM below USER_MIN; -EEXIST if something is mapped at `hint`; for a locked area -EPERM if
// RLIMIT_MEMLOCK is 0, and -EAGAIN if it is exceeded.
int named_map(struct named_area *named, uintptr_t hint);

// Unmap all pieces that are left, and nothing else that lies at the area's addresses. The area
// keeps its memory and its start. Takes as->lock. Sleeps and yields; a killed thread completes the
// work. Cannot fail: a piece goes as a whole, and page tables with entries of named areas are never
// shared. Caller: holds no lock.
void named_unmap(struct named_area *named);

// Replace the area's memory by `memory`, mapped at named->start; the old mapping's pieces go.
// Addresses beyond the new maximum are unmapped. On success consumes the caller's references on
// `memory`, and the caller gets those on the old memory, which it has noted before. Takes as->lock
// and named_lock. Sleeps and yields. Caller: holds no lock, and has marked the area as busy.
// Returns 0, or an error with nothing changed: -EPERM if a seal forbids writing and the protection
// has PROT_WRITE; -EEXIST if something else is mapped at the area's addresses; -ENOMEM; for a
// locked area -EPERM or -EAGAIN as named_map.
int named_replace(struct named_area *named, const struct named_memory *memory);

// Give the area and all of its pieces the protection `prot`, also where the program has changed a
// piece's own; a piece with AREA_NOWRITE never gets PROT_WRITE. Does not check whether the memory
// may be written: named_protect does. Takes as->lock, and named_lock. Sleeps and yields; a killed
// thread completes the work. Caller: holds no lock, and has marked the area as busy.
// Returns 0; -ENOMEM with nothing changed if RLIMIT_DATA admits no more private writable memory.
// Nothing else can fail: a piece changes as a whole, and page tables with entries of named areas
// are never shared.
int named_protect_pieces(struct named_area *named, uint8_t prot);

// Fault in the bytes [from, end) of the area, counted from its start, both page-aligned, if it is
// locked (AREA_LOCK_FULL or above); from >= end: does nothing. Stops at the first failure and does
// not report it: the object has the pages, and faults will map them. Sleeps and yields. Caller:
// holds no lock.
void named_populate(struct named_area *named, size_t from, size_t end);

// Returns true if so many pages as `bytes` has, rounded down, may be taken now, and PAGE_RESERVE
// free pages remain (page_may_last). Nothing is reserved. A request that surely fails is refused
// before it takes all memory there is.
static inline bool named_has_room(size_t bytes)
{
	return page_may_last(bytes >> PAGE_SHIFT);
}

// Allocate the pages of bytes [start, end) of an object, both page-aligned; pages that it has stay,
// start >= end: does nothing. The object's size stays. Sleeps and yields. Caller: holds no lock.
// Returns 0; -ENOMEM, with some of them made, if memory is short or the thread is killed.
int named_fill(struct object *obj, size_t start, size_t end);

// Returns true if the name has 1 to AREA_NAME_MAX - 1 bytes before its NUL, none of them a control
// character (below 32, or 127): the name shows in /proc/PID/maps, and must not break its lines.
// Bytes above 127 are good. Reads AREA_NAME_MAX bytes at most.
bool named_name_valid(const char *name);

// Returns true if `size` bytes, whole pages and more than 0, can be mapped at `hint`, page-aligned
// and at least USER_MIN, so that they end at ULIM or before; or, if `hint` is 0, anywhere. Does not
// look whether the addresses are free, or whether there is so much room.
bool named_place_valid(uintptr_t hint, size_t size);

// Returns true if `prot` has no other bits than PROT_READ, PROT_WRITE and PROT_EXEC; 0 is good.
static inline bool named_prot_valid(uint32_t prot)
{
	return !(prot & ~(uint32_t)(PROT_READ | PROT_WRITE | PROT_EXEC));
}
