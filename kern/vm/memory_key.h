// memory_key.h: names for memory. A thread that waits for a word in shared memory (a futex) is
// woken by a thread of another process, at another address. Both addresses have one key.
#pragma once

#include "kern.h"

struct aspace;
struct object;

// The key of an address. Two addresses have equal keys if a store to one changes the other.
struct memory_id {
	struct object *object; // a reference to it and its file; NULL: private memory
	uint64_t offset;       // which byte of the object; of private memory: the address
};

// Find the memory at `va`, any address, of `as`, the current space, as an access by the program
// would, with the faults that this takes. An object's memory is named by the object if the program
// sees the object's own page: in shared mappings, and in private ones that it cannot write to. All
// other memory has the address as its key: the caller compares the spaces then. `as` is not NULL.
// Sleeps.
// Returns 0 with the key in *id, whose object, if not NULL, the caller releases by
// object_put_hosted; with *id undefined and nothing to release: -EFAULT if the program cannot read
// the address, for device memory, and for private memory that nobody can change.
// Caller: holds no lock.
int aspace_identify(struct aspace *as, uintptr_t va, struct memory_id *id);
