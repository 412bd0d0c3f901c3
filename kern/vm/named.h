// named.h: named areas: stretches of address spaces with a name and an id, whose memory other spaces
// can clone. inc/sys/area.h has their rules.
//
// A named area is more than its mapping: programs unmap parts of it, fork copies the mapping. Its
// mapping is made of the struct areas with AREA_NAMED that show its name, lie at its addresses in its
// space, and map its memory there. A permission is checked on the memory that is mapped at an address
// (object, offset, AREA_NOWRITE), never on the name that led there.
#pragma once

#include <abi/area.h>
#include "vm/aspace.h"

// What stands behind one. Areas with the same object have the same memory.
struct named_memory {
	const struct area_ops *ops; // object_ops, or linear_ops
	struct object *object;      // a reference, or NULL
	uint64_t offset;            // bytes into the object, or a physical address
	uint16_t flags; // AREA_ bits of its mappings: how a device is cached; AREA_WRITE_OPEN
	bool fixed;     // a file's or a device's: cannot be resized
	bool may_write; // may be written by who shares it
	size_t size;    // bytes, where fixed; otherwise they are the object's
	size_t maximum; // bytes of addresses
};

// [a] atomic   [c] constant once it has an id   [r] named_lock
struct named_area {
	uint32_t refs;     // [a] the registry, and the struct areas that show its name
	int id;            // [c]
	int creator;       // [c] whom named_info names as the owner: nothing else depends on it
	struct aspace *as; // [c] the owner, which deletes it when it ends
	uintptr_t start;   // [c]
	struct named_memory memory; // [r]
	bool clone, copy;           // [c] of another one's memory; copy-on-write
	bool doomed;                // [r] the call under way deletes it, if it can delete all
	bool busy;                  // [r] a call is changing it; others wait
	struct list link;           // of the call that makes or deletes it
	uint8_t prot, access, lock; // [r] PROT_, AREA_ACCESS_, AREA_LOCK_
	char name[AREA_NAME_MAX];   // [c]
};

// Once, at boot.
void named_init(void);

// All functions act for `as`, the caller's space, and return 0 (or an id) or an error as <sys/area.h>
// has it. Caller: holds no lock.

// Make `count` areas, all or none.
int named_create(struct aspace *as, int creator, struct area_request *requests, size_t count);

int named_clone(struct aspace *as, int creator, struct area_clone_request *request);

int named_find(struct aspace *as, const char *name);

// `flags`: AREA_RESIZE_.
int named_resize(struct aspace *as, int id, size_t size, uint32_t flags);

// Put what `request` names behind the area: an object, from request->offset on, or with linear_ops
// device memory, and the AREA_ bits in its flags. -EACCES where AREA_NOWRITE meets PROT_WRITE, -EINVAL
// for an object of large pages.
int named_remap(struct aspace *as, int id, struct map_request *request);

int named_protect(struct aspace *as, int id, int prot);

// Tell of area `id`, or with `next` of the first one behind it.
int named_info(struct aspace *as, int id, bool next, struct area_info *info);

int named_physical(struct aspace *as, int id, uint32_t *store);

int named_delete(struct aspace *as, const int *ids, size_t count);

// `as` ends: its named areas have no owner any more, and go; its mappings are the caller's.
void named_forget(struct aspace *as);

// For struct areas with AREA_NAMED, whose `name` is a named area's.
void named_get(const char *name);
void named_put(const char *name);
