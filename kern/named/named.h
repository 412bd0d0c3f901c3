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

// Prepare the registry. Once, at boot.
void named_init(void);

// All functions act for `as`, the current thread's space, and sleep: they wait while another call
// changes an area, and yield. They return 0 (or an id), or a negative errno as each contract says.
// Sizes are in bytes. Caller: holds no lock.

// Make `count` areas as the requests say, all or none; store ids and addresses in the requests.
// `creator` is what named_info reports as the owner.
// Returns 0; -EINVAL for a bad request; -EEXIST if something is mapped at an address that a request
// demands; -ENOSPC without room in the space; -ENOMEM, also if all ids are taken. On an error there
// is no new area, and the requests are unchanged.
int named_create(struct aspace *as, int creator, struct area_request *requests, size_t count);

// Make an area that shares, or copies on write, the memory of area request->source. Stores its id
// and address in the request.
// Returns 0; -EINVAL for a bad request, without such a source, or for a copy of a copy or of device
// memory; -EPERM if the source does not let `as` do this; -EEXIST if something is mapped at the
// address that the request demands; -ENOSPC without room in the space; -ENOMEM. On an error there
// is no new area, and the request is unchanged.
int named_clone(struct aspace *as, int creator, struct area_clone_request *request);

// Returns the id of the oldest area with this name that `as` may clone; -ENOENT if there is none.
int named_find(struct aspace *as, const char *name);

// Change the size of the area's memory to `size` bytes, pages > 0; clones see the change at once.
// `flags`: AREA_RESIZE_ bits.
// Returns 0; -EINVAL without such an area, for a bad size or flag, or if the memory cannot change
// so; -EPERM for another space's area or a clone; -ENOMEM. On an error the size is the old one.
int named_resize(struct aspace *as, int id, size_t size, uint32_t flags);

// Replace the memory of the area by what `request` describes: an object from request->offset on, on
// which the area takes references of its own, or with linear_ops device memory; with the AREA_ bits
// in its flags. Other fields do not matter.
// Returns 0; -EINVAL without such an area, for a contiguous area or a copy, a bad offset, or an
// object of large pages; -EPERM for another space's area, a seal, or addresses that are no
// device's; -EACCES if AREA_NOWRITE meets PROT_WRITE; -EEXIST if something else is mapped at the
// area's addresses; -ENOMEM. On an error nothing has changed.
int named_remap(struct aspace *as, int id, struct map_request *request);

// Change the protection of the area and of all its pieces to `prot`, PROT_ bits or 0; a piece with
// AREA_NOWRITE gets it without PROT_WRITE. Returns 0; -EINVAL without such an area or for other bits;
// -EPERM for another space's area, or for PROT_WRITE on memory that `as` may not write. After an error
// nothing has changed.
int named_protect(struct aspace *as, int id, int prot);

// Describe area `id` in *info; or, with `next`, the first area after `id` that `as` may clone,
// where 0 stands before all areas and `id` need not exist.
// Returns 0; with *info unchanged: -EINVAL without such an area; -EPERM if `as` may not clone it;
// -ENOENT if no area follows.
int named_info(struct aspace *as, int id, bool next, struct area_info *info);

// Store in *store the physical address of the first byte of area `id`: of one that was made with
// AREA_LOCK_CONTIGUOUS (a clone of it is of another kind), or of device memory. Sleeps. Caller:
// holds no lock.
// Returns 0; with *store unchanged, in this order: -EINVAL if no area has this id; -EPERM if `as`
// may not clone the area; -EINVAL if the area is of another kind.
int named_physical(struct aspace *as, int id, uint32_t *store);

// Delete the `count` areas of `as` with these ids, all or none, and unmap their pieces. Waits first
// until no call changes one of them.
// Returns 0; -EINVAL without such an area, or if an id is given twice; -EPERM for another space's
// area. After an error none is deleted.
int named_delete(struct aspace *as, const int *ids, size_t count);
