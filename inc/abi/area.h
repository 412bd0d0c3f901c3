// Named areas: numbers, structs and flags. <sys/area.h> explains them.
#pragma once

#include <abi/syscall.h>
#include <abi/types.h>

#define SYS_area_create (SYS_QUIRE_FIRST + 0)
#define SYS_area_clone (SYS_QUIRE_FIRST + 1)
#define SYS_area_find (SYS_QUIRE_FIRST + 2)
#define SYS_area_resize (SYS_QUIRE_FIRST + 3)
#define SYS_area_map (SYS_QUIRE_FIRST + 4)
#define SYS_area_remap (SYS_QUIRE_FIRST + 5)
#define SYS_area_protect (SYS_QUIRE_FIRST + 6)
#define SYS_area_info (SYS_QUIRE_FIRST + 7)
#define SYS_area_next (SYS_QUIRE_FIRST + 8)
#define SYS_area_physical (SYS_QUIRE_FIRST + 9)
#define SYS_area_delete (SYS_QUIRE_FIRST + 10)

#define AREA_NAME_MAX 32  // bytes with the NUL
#define AREA_BATCH_MAX 64 // areas that one call creates or deletes

// When an area's pages are allocated.
#define AREA_LOCK_NONE 0       // at the first access
#define AREA_LOCK_LAZY 1       // at the first access, and then they stay
#define AREA_LOCK_FULL 2       // all at once
#define AREA_LOCK_CONTIGUOUS 3 // all at once, with physical addresses in a row

// Which others than its owner may clone an area.
#define AREA_ACCESS_PRIVATE 0 // nobody
#define AREA_ACCESS_READ 1    // everybody, not to write to its memory
#define AREA_ACCESS_WRITE 2   // everybody

// How the processor caches device memory.
#define AREA_CACHE_BACK 0      // as it does memory
#define AREA_CACHE_COMBINING 1 // writes may wait and be combined: for frame buffers
#define AREA_CACHE_NONE 2      // not at all

#define AREA_CLONE_COPY 1u     // of area_clone: the clone gets its own copy of each page it writes
#define AREA_RESIZE_RECLAIM 1u // of area_resize: free caches before the call fails with ENOMEM

struct area_request {
	char name[AREA_NAME_MAX];
	uint32_t address;    // the requested one; 0: any. Set by the call to the area's address
	uint32_t size;       // bytes
	uint32_t maximum;    // bytes that it can grow to; 0: no more than it has
	uint32_t protection; // PROT_ bits
	uint32_t lock;       // AREA_LOCK_
	uint32_t access;     // AREA_ACCESS_
	int32_t id;          // set by the call
};

struct area_clone_request {
	char name[AREA_NAME_MAX]; // empty: the source's
	int32_t source;           // the id of the area to clone
	uint32_t flags;           // AREA_CLONE_
	uint32_t address;         // as in struct area_request
	uint32_t protection;
	uint32_t lock; // not AREA_LOCK_CONTIGUOUS
	uint32_t access;
	int32_t id; // set by the call
};

struct area_info {
	char name[AREA_NAME_MAX];
	int32_t id;
	int32_t owner;    // the process that made it
	uint32_t address; // in its owner's space
	uint32_t size;
	uint32_t maximum;
	uint32_t protection;
	uint32_t lock;
	uint32_t access;
	uint32_t copies; // named areas that have the same memory, this one included
};
