// named.h: named areas: ranges of address spaces with a name and an id, whose memory other spaces
// can clone. inc/sys/area.h has the rules and errors of the calls.
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

// All functions act for `as`, the caller's space, and return 0 (or an id) or an error as
// <sys/area.h> has it. Caller: holds no lock.

// Make `count` areas as the requests say, all or none; store ids and addresses in the requests.
// `creator` is what named_info reports.
int named_create(struct aspace *as, int creator, struct area_request *requests, size_t count);

// Make an area that shares, or copies on write, the memory of another. Stores its id and address
// in the request.
int named_clone(struct aspace *as, int creator, struct area_clone_request *request);

// Returns the id of the oldest area with this name that `as` may clone, or -ENOENT.
int named_find(struct aspace *as, const char *name);

// Change the size of the area's memory; clones see the change at once. `flags`: AREA_RESIZE_ bits.
int named_resize(struct aspace *as, int id, size_t size, uint32_t flags);

// Replace the memory of the area by what `request` describes: an object from request->offset on,
// or with linear_ops device memory, with the AREA_ bits in its flags. Also returns -EACCES if
// AREA_NOWRITE meets PROT_WRITE, and -EINVAL for an object of large pages.
int named_remap(struct aspace *as, int id, struct map_request *request);

// Change the protection of the area and of all its pieces.
int named_protect(struct aspace *as, int id, int prot);

// Describe area `id` in *info, or, with `next`, the first area after `id` that `as` may clone.
int named_info(struct aspace *as, int id, bool next, struct area_info *info);

// Store the physical address where the memory of a contiguous area, or of device memory, begins.
int named_physical(struct aspace *as, int id, uint32_t *store);

// Delete `count` areas, all or none, and unmap their pieces.
int named_delete(struct aspace *as, const int *ids, size_t count);
