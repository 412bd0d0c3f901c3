// named.h: named areas: ranges of address spaces with a name and an id, whose memory other spaces
// can clone. inc/sys/area.h has the rules of the calls.
//
// A named area is more than its mapping: a program may unmap parts of it, and fork copies the
// mapping but not the named area. The mapping consists of "pieces": the struct areas with
// AREA_NAMED that show its name, lie at its addresses in its space, and map its memory there. A
// permission is checked on the memory that is mapped at an address (object, offset, AREA_NOWRITE),
// never on the name: mremap() could have moved a piece elsewhere.
#pragma once

#include "vm/aspace.h"
#include <abi/area.h>

// The memory of a named area. Named areas with one object share memory.
struct named_memory {
	const struct area_ops *ops; // object_ops, or linear_ops
	struct object *object;      // holds a reference; NULL: device memory
	uint64_t offset;            // offset in the object, or a physical address
	uint16_t flags;             // AREA_ bits of its mappings: caching, AREA_WRITE_OPEN
	bool fixed;                 // memory of a file or a device: cannot be resized
	bool may_write;             // programs that share the memory may write to it
	size_t size;                // in bytes, if `fixed`; otherwise the object's size counts
	size_t maximum;             // how many bytes of addresses the area occupies
};

// One named area.
// [c] constant once it has an id   [r] named_lock
struct named_area {
	int id;                     // [c]
	int creator;                // [c] what named_info reports as the owner; no other use
	struct aspace *as;          // [c] the owner; the area ends with it
	uintptr_t start;            // [c]
	struct named_memory memory; // [r]
	bool clone, copy;           // [c] it shares another area's memory; copies on write
	bool doomed;                // [r] named_delete has chosen it, and deletes all or none
	bool busy;                  // [r] a call is changing it; other calls wait
	struct list link;           // on the list of the call that makes or deletes it
	uint8_t prot, access, lock; // [r] PROT_, AREA_ACCESS_, AREA_LOCK_
	const char *name; // [c] a counted name of AREA_NAME_MAX bytes; its mappings show it
};

// Prepare the registry: named_lock, and the hooks by which vm ends and measures the areas of a
// space. Once, at boot, before the first named area.
void named_init(void);

// All functions act for `as`, the current thread's space, and sleep: they wait while another call
// changes an area, and yield. They return 0 (or an id), or a negative errno as each contract says.
// Sizes are in bytes. Caller: holds no lock.

// Make `count` areas of `as`, the current thread's space, as the requests say, all or none (0:
// none); store ids and addresses in the requests. The caller bounds `count` (AREA_BATCH_MAX).
// `creator` is what named_info reports as the owner, and has no other use. Sleeps and yields.
// Caller: holds no lock.
// Returns 0. An error is that of the first request that cannot be fulfilled: -EINVAL for a bad
// request (inc/sys/area.h); -ENOMEM, also at a limit, if the thread is killed, or for all requests
// together if too few of the 1024 ids are free; -ENOSPC without room in the space; -EEXIST if
// something is mapped at an address that a request demands; for locked areas -EPERM if
// RLIMIT_MEMLOCK is 0, and -EAGAIN if it is exceeded. Then there is no new area, and the requests
// are unchanged.
int named_create(struct aspace *as, int creator, struct area_request *requests, size_t count);

// Make an area of `as`, the current thread's space, that shares, or with AREA_CLONE_COPY copies on
// write, the memory of area request->source. An empty name means the source's name. Stores id and
// address in the request. `creator`: as in named_create. Sleeps and yields. Caller: holds no lock.
// Returns 0; with no new area and the request unchanged, in this order: -EINVAL for a bad request,
// or without such a source; -EPERM if `as` may not clone it; -EINVAL if it was made by
// AREA_CLONE_COPY itself, for a copy of device memory, or if the source's maximum from the
// requested address on reaches beyond ULIM; -EPERM if the clone could write to memory that `as` may
// not write. The other errors are those of named_create for memory, addresses, ids and locked
// areas, and -EPERM for a seal against writing.
int named_clone(struct aspace *as, int creator, struct area_clone_request *request);

// Returns the id (> 0) of the oldest area with the name `name`, any text, that `as` may clone: an
// area of `as`, or one whose access is not AREA_ACCESS_PRIVATE. Returns -ENOENT if there is none.
// Sleeps. Caller: holds no lock.
int named_find(struct aspace *as, const char *name);

// Change the size of the area's memory to `size` bytes, whole pages, more than 0; clones see the
// change at once. New bytes are 0; with AREA_LOCK_FULL their pages are there on return. Pages
// beyond a smaller size are freed, and an access there raises SIGBUS. `flags`: AREA_RESIZE_RECLAIM
// or 0. Sleeps and yields. Caller: holds no lock.
// Returns 0; with the old size, in this order: -EINVAL without such an area; -EPERM for another
// space's area or a clone; -EINVAL if a contiguous area would grow, for memory of a file or a
// device, or for a size above the area's maximum, or a bad size or flag; -ENOMEM, also if the
// thread is killed.
int named_resize(struct aspace *as, int id, size_t size, uint32_t flags);

// Replace the memory of the area by what `request` describes: an object from request->offset on, on
// which the area takes references of its own, or with linear_ops device memory; with the AREA_ bits
// in its flags. Other fields do not matter; for device memory, some are overwritten. The maximum
// becomes the area's size, which is fixed from now on. Clones keep the old memory. Sleeps and
// yields. Caller: holds no lock.
// Returns 0; with the area unchanged, in this order: -EINVAL without such an area; -EPERM for
// another space's; -EINVAL for a contiguous area or a copy, an unaligned offset, or an object of
// large pages; -EACCES if AREA_NOWRITE meets the area's PROT_WRITE; for device memory the errors of
// linear_request; -EPERM for a seal against writing; -EEXIST if something else is mapped at the
// area's addresses; -ENOMEM; for a locked area -EPERM or -EAGAIN as in named_create.
int named_remap(struct aspace *as, int id, struct map_request *request);

// Change the protection of the area and of all its pieces to `prot`, PROT_READ, PROT_WRITE,
// PROT_EXEC or 0; a piece with AREA_NOWRITE gets it without PROT_WRITE. Clones keep theirs. Sleeps
// and yields. Caller: holds no lock.
// Returns 0; with nothing changed, in this order: -EINVAL without such an area; -EPERM for another
// space's; -EINVAL for other bits; -EPERM for PROT_WRITE on memory that `as` may not write; -ENOMEM
// if RLIMIT_DATA admits no more private writable memory (only for a copy).
int named_protect(struct aspace *as, int id, int prot);

// Describe area `id` in *info; or, with `next`, the first area after `id` that `as` may clone, in
// the order of slots, not of age: `id` <= 0 comes before all areas, and need not exist. Sleeps.
// Caller: holds no lock.
// Returns 0; with *info unchanged: without `next`, -EINVAL if there is no such area, and -EPERM if
// `as` may not clone it; with `next`, -ENOENT if no area follows.
int named_info(struct aspace *as, int id, bool next, struct area_info *info);

// Store in *store the physical address of the first byte of area `id`: of one that was made with
// AREA_LOCK_CONTIGUOUS (a clone of it is of another kind), or of device memory. Sleeps. Caller:
// holds no lock.
// Returns 0; with *store unchanged, in this order: -EINVAL if no area has this id; -EPERM if `as`
// may not clone the area; -EINVAL if the area is of another kind.
int named_physical(struct aspace *as, int id, uint32_t *store);

// Delete the `count` areas of `as` with these ids, all or none (0: none), and unmap their pieces;
// clones and what mremap() has moved away stay. Waits first until no call changes one of them.
// Sleeps and yields; a killed thread completes the work. Caller: holds no lock.
// Returns 0; with none deleted, for the first id to which it applies: -EINVAL without such an area,
// or if the id was given before; -EPERM for another space's area.
int named_delete(struct aspace *as, const int *ids, size_t count);
