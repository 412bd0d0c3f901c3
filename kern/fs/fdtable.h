// fdtable.h: the numbers by which a process knows its open files.
//
// A slot of the table is one word: a pointer to the file, with its lowest bit set when the
// descriptor is to be closed at exec; 0 when it is free; FD_RESERVED while somebody is about to
// fill it. So a fork copies words.
#pragma once

#include "cpu/spinlock.h"
#include "fs/file.h"
#include <abi/limits.h>

#define FD_FIRST_SLOTS 16  // a table has room for these without an allocation of its own
#define FD_NEAR 1024       // descriptors below this one stand in one array
#define FD_SLOT_CLOEXEC 1u // bit of a slot's word
#define FD_RESERVED 2u     // value of a slot's word

#define FD_CHUNKS 1024u
#define FD_CHUNK_SLOTS 1023u

// The descriptors from FD_NEAR on, in chunks. Guarded by the table's lock.
struct fd_chunk {
	uint32_t used; // slots that are not 0; a chunk without any is freed
	uintptr_t slots[FD_CHUNK_SLOTS];
};

struct fd_far {
	struct fd_chunk *chunks[FD_CHUNKS]; // NULL: all its descriptors are free
};

// [a] atomic   [l] lock
struct fdtable {
	uint32_t refs;        // [a] processes that share the table, and who looks at it
	struct spinlock lock; // RANK_FILE
	uintptr_t *slots;     // [l] first_slots, or allocated
	uint32_t size;        // [l] how many they are, at most FD_NEAR
	uint32_t end;         // [l] all of them from here on are free, and their contents undefined
	uint32_t lowest_free; // [l] no slot below this one is free
	struct fd_far *far;   // [l] NULL until there is a descriptor from FD_NEAR on; then kept
	uintptr_t first_slots[FD_FIRST_SLOTS];
};

// An empty table with one reference. NULL without memory.
struct fdtable *fdtable_create(void);

// A table of its own with the same files. NULL without memory.
struct fdtable *fdtable_copy(struct fdtable *from);

static inline struct fdtable *fdtable_get(struct fdtable *table)
{
	__atomic_add_fetch(&table->refs, 1, __ATOMIC_RELAXED);
	return table;
}

// Drop a reference; the last one closes every file. Caller: holds no lock.
void fdtable_put(struct fdtable *table);

// Close the descriptors that are marked so. Caller: nobody else uses the table.
void fdtable_exec(struct fdtable *table);

// Those from FD_NEAR on (fdtable_far.c). Caller: holds the lock, where nothing else is said.

// Returns the slot of `fd`, or NULL where there is none, or where `fd` is below FD_NEAR.
uintptr_t *fd_far_slot(const struct fdtable *table, uint32_t fd);

// Make the slot of `fd`, from FD_NEAR to NR_OPEN. Returns 0 or -ENOMEM. The caller fills it, and calls
// fd_far_taken if it was 0.
int fd_far_reach(struct fdtable *table, uint32_t fd);
void fd_far_taken(struct fdtable *table, uint32_t fd);

// Free the slot of `fd`, which was in use.
void fd_far_freed(struct fdtable *table, uint32_t fd);

// Returns the lowest free descriptor from `fd` >= FD_NEAR on; NR_OPEN: there is none.
uint32_t fd_far_first_free(const struct fdtable *table, uint32_t fd);

// Returns the lowest open one not below `fd`, or -1.
int fd_far_next(const struct fdtable *table, uint32_t fd);

// Copy those of `from` to the new table `to`. Returns 0; -ENOMEM with part of them copied. Caller: holds
// no lock. Others may run in between.
int fd_far_copy(struct fdtable *from, struct fdtable *to);

// Close all, and free their slots. Caller: as for fd_far_copy; nobody else uses the table.
void fd_far_put(struct fdtable *table);

// The file of descriptor `fd` with a reference for the caller, or NULL.
static inline struct file *fd_get(struct fdtable *table, int fd)
{
	uintptr_t slot = 0;

	spin_lock(&table->lock);
	if (likely((uint32_t)fd < table->end))
		slot = table->slots[fd] & ~FD_SLOT_CLOEXEC;
	else if (unlikely(fd_far_slot(table, (uint32_t)fd)))
		slot = *fd_far_slot(table, (uint32_t)fd) & ~FD_SLOT_CLOEXEC;
	if (likely(slot > FD_RESERVED))
		file_get((struct file *)slot);
	else
		slot = 0;
	spin_unlock(&table->lock);
	return (struct file *)slot;
}

// The file of descriptor `fd` for the length of a system call, or NULL. A table that nobody shares
// is changed by nobody meanwhile: then there is no need for the lock, nor for a reference.
static inline struct file *fd_borrow(struct fdtable *table, int fd, bool *counted)
{
	uintptr_t slot;

	*counted = table->refs != 1 || (uint32_t)fd >= table->end;
	if (unlikely(*counted))
		return fd_get(table, fd);
	slot = table->slots[fd] & ~FD_SLOT_CLOEXEC;
	return slot > FD_RESERVED ? (struct file *)slot : NULL;
}

static inline void fd_return(struct file *file, bool counted)
{
	if (unlikely(counted))
		file_put(file);
}

// Reserve the lowest free descriptor not below `min`. Returns it; -EMFILE when there is none below
// the current thread's RLIMIT_NOFILE; -ENOMEM.
int fd_reserve(struct fdtable *table, uint32_t min);

// Fill a reserved descriptor with `file`, whose reference the table takes over; or give it back.
void fd_install(struct fdtable *table, int fd, struct file *file, bool cloexec);
void fd_unreserve(struct fdtable *table, int fd);

// Both in one step: the new descriptor, or -errno with the caller's reference still the caller's.
int fd_add(struct fdtable *table, struct file *file, uint32_t min, bool cloexec);

// Let descriptor `fd` stand for `file` (a reference of the caller's, which the table takes over),
// closing what it stood for. Returns `fd`; -EBADF where it is above the limit, -EBUSY while it is
// reserved, -ENOMEM; then the reference stays the caller's.
int fd_replace(struct fdtable *table, int fd, struct file *file, bool cloexec);

// Close a descriptor. 0 or -EBADF.
int fd_close(struct fdtable *table, int fd);

// Is it to be closed at exec? 0 or 1, or -EBADF; and setting it: 0 or -EBADF.
int fd_get_cloexec(struct fdtable *table, int fd);
int fd_set_cloexec(struct fdtable *table, int fd, bool cloexec);

// How many pages the table's end would free: of the table and of its files, each as file_held_bytes
// says. Caller: may hold spinlocks of smaller rank than RANK_FILE.
size_t fdtable_held_pages(struct fdtable *table);

// Returns how many descriptors the table has room for just now: all from there on are free.
uint32_t fdtable_end(const struct fdtable *table);

// The smallest open descriptor not below `fd`, or -1.
int fd_next(struct fdtable *table, int fd);
