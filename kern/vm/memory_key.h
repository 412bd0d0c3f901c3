// memory_key.h: which memory an address stands for: a key for whoever waits for something there.
#pragma once

#include "kern.h"

struct aspace;
struct object;

// A place in memory that is equal for two addresses where a store to the one changes the other.
struct memory_id {
	struct object *object; // whose byte `offset` it is; a reference, and one to its file. NULL: the
	uint64_t offset;       // memory is the space's own, and this is the address
};

// Find out what is behind `va` of the current space, after what a program's access there would do.
// Memory of an object is named by the object where the program sees the object's own page: in shared
// mappings, and in private ones that may not be written. Returns 0 with *id, whose object the caller
// releases by object_put_hosted; -EFAULT where the program cannot read, for device memory, and for
// private memory that it cannot write and that nobody changes.
// Caller: holds no lock.
int aspace_identify(struct aspace *as, uintptr_t va, struct memory_id *id);
