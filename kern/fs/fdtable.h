// fdtable.h: descriptor tables: the numbers by which a process knows its open files.
//
// A slot of the table is one word: a pointer to the file, whose lowest bit is set if the
// descriptor is to be closed at exec; 0 if the descriptor is free; FD_RESERVED while a thread is
// about to fill it. So fork copies a table word by word.
#pragma once

#include "cpu/spinlock.h"
#include "fs/file.h"
#include "fs/file_locks.h"
#include <abi/limits.h>

#define FD_FIRST_SLOTS 16  // slots that lie in the table itself
#define FD_NEAR 1024       // descriptors below this one are in one array
#define FD_SLOT_CLOEXEC 1u // bit of a slot's word: close at exec
#define FD_RESERVED 2u     // value of a slot's word: reserved

#define FD_CHUNKS 1023u
#define FD_CHUNK_SLOTS 1024u

// The descriptors from FD_NEAR on are in chunks of FD_CHUNK_SLOTS slots, each a page. Guarded by
// the table's lock. Only entries below the table's far_end are defined.
struct fd_far {
	uintptr_t *chunks[FD_CHUNKS]; // NULL: all its descriptors are free
	uint16_t used[FD_CHUNKS];     // how many slots are not 0; a chunk without any is freed
};

// [a] atomic   [l] lock
struct fdtable {
	uint32_t refs;          // [a] processes that share the table, and threads that look at it
	struct spinlock lock;   // RANK_FILE
	uintptr_t *slots;       // [l] first_slots, or allocated
	uint32_t size;          // [l] how many slots there are, at most FD_NEAR
	uint32_t end;           // [l] slots from here on are free, and their contents undefined
	uint32_t lowest_free;   // [l] no slot below this one is free
	uint32_t locks;         // [file_locks] how many locks on files it owns (fs/file_locks.h)
	struct list lock_waits; // [file_locks] struct lock_wait by of_table, the newest first
	uint32_t held_mark;     // mem/held.h
	struct fdtable *held_next; // the next table that the measure under way will look at
	struct fd_far *far; // [l] NULL until there is a descriptor from FD_NEAR on; then kept
	uint32_t far_end;   // [l] 0, or one more than the index of the last chunk that exists
	uintptr_t first_slots[FD_FIRST_SLOTS];
};

// Create an empty table with one reference. Returns NULL if out of memory.
struct fdtable *fdtable_create(void);

// Create a table with the same open files, as fork() needs it, and one reference. Takes a reference
// on each file; a descriptor that is to be closed at exec is so in the copy, too. Descriptors that
// are only reserved are left out, and locks on files stay those of `from`. Yields; a killed thread
// completes the work. Caller: holds no lock. Returns NULL if out of memory.
struct fdtable *fdtable_copy(struct fdtable *from);

// Take a reference on `table`. Returns `table`.
static inline struct fdtable *fdtable_get(struct fdtable *table)
{
	__atomic_add_fetch(&table->refs, 1, __ATOMIC_RELAXED);
	return table;
}

// Drop a reference on `table`. The last one closes every file, as fd_slot_close does, and frees the
// table: no descriptor may be reserved then. Sleeps and yields; completes the work also if the
// thread is killed. Caller: holds no lock.
void fdtable_put(struct fdtable *table);

// Close the descriptors that are marked to be closed at exec, as fd_close does. Sleeps and yields;
// completes the work also if the thread is killed. Caller: holds no lock; nobody else changes the
// table.
void fdtable_exec(struct fdtable *table);

// The functions fd_far_ are for descriptors from FD_NEAR on (fdtable_far.c). Caller of the next
// six: holds table->lock.

// Returns the slot of `fd`, or NULL if there is none, or if `fd` lies outside [FD_NEAR, NR_OPEN).
// The slot may be free or reserved; it is valid until table->lock is released. Caller: holds
// table->lock.
uintptr_t *fd_far_slot(const struct fdtable *table, uint32_t fd);

// Make the slot of `fd`, which lies in [FD_NEAR, NR_OPEN), if there is none; a new one is 0. The
// caller fills the slot, and calls fd_far_taken if it was 0 before. Caller: holds table->lock.
// Returns 0; -ENOMEM with no slot made.
int fd_far_reach(struct fdtable *table, uint32_t fd);

// Count the slot of `fd`, which fd_far_reach has made and which was free, as used; does not fill
// it. Caller: holds table->lock.
static inline void fd_far_taken(struct fdtable *table, uint32_t fd)
{
	assert_spin_held(&table->lock);
	table->far->used[(fd - FD_NEAR) / FD_CHUNK_SLOTS]++;
}

// Set the slot of `fd`, which was counted as used, to 0, and free its chunk if that was the last
// used one there. Drops no reference on the file. Caller: holds table->lock.
void fd_far_freed(struct fdtable *table, uint32_t fd);

// Returns the lowest free descriptor not below `fd` >= FD_NEAR, whether its slot exists or not;
// NR_OPEN if there is none. A reserved one is not free. Caller: holds table->lock.
uint32_t fd_far_first_free(const struct fdtable *table, uint32_t fd);

// Returns the lowest open descriptor not below `fd` among those from FD_NEAR on (a lower `fd`
// counts as FD_NEAR), with the word of its slot in *word_store; or -1. A reserved one is not open.
// Counts the work (yield_due). Caller: holds table->lock.
int fd_far_next(const struct fdtable *table, uint32_t fd, uintptr_t *word_store);

// Copy the far descriptors of `from`, which has some, to the new table `to`, which has none, with a
// reference on each file. Those that are only reserved are left out. Takes from->lock. Yields; a
// killed thread completes the work. Caller: holds no lock. Returns 0; -ENOMEM with a part of them
// copied: the caller frees `to` by fdtable_put, which drops them.
int fd_far_copy(struct fdtable *from, struct fdtable *to);

// Close all far descriptors of a table that has some, and free their slots; table->far points to
// nothing afterwards. Sleeps and yields; a killed thread completes the work. Caller: holds no lock;
// nobody else uses the table, and none of its descriptors is reserved.
void fd_far_put(struct fdtable *table);

// Drop the reference on the file in `slot`, the word of a slot that was open and is free now; let
// the file know (file_ops.flush), and end the locks that the table has on its inode, unless it was
// opened with O_PATH. Sleeps and yields. Caller: holds no lock.
static inline void fd_slot_close(struct fdtable *table, uintptr_t slot)
{
	struct file *file = (struct file *)(slot & ~FD_SLOT_CLOEXEC);

	assert_no_lock();
	if (unlikely(table->locks) && !(file->flags & O_PATH))
		file_locks_of_table_end(table, file->inode);
	if (unlikely(file->ops->flush))
		file->ops->flush(file);
	file_put(file);
}

// Returns the inode of the file that descriptor `fd` has open, with a new reference, or NULL if
// `fd` is not open (a reserved or a negative one is not). Takes table->lock.
struct inode *fd_get_inode(struct fdtable *table, int fd);

// Returns the file of descriptor `fd` with a new reference, or NULL if `fd` is not open (a reserved
// or a negative one is not). Takes table->lock.
static inline struct file *fd_get(struct fdtable *table, int fd)
{
	const uintptr_t *far;
	uintptr_t slot = 0;

	spin_lock(&table->lock);
	if (likely((uint32_t)fd < table->end))
		slot = table->slots[fd] & ~FD_SLOT_CLOEXEC;
	else if (unlikely((far = fd_far_slot(table, (uint32_t)fd)) != NULL))
		slot = *far & ~FD_SLOT_CLOEXEC;
	if (likely(slot > FD_RESERVED))
		file_get((struct file *)slot);
	else
		slot = 0;
	spin_unlock(&table->lock);
	return (struct file *)slot;
}

// Do the rest of fd_borrow, its only caller, for a table that is shared, or a descriptor not below
// table->end. Returns and caller: as fd_borrow. Takes table->lock if the table is shared.
struct file *fd_borrow_far(struct fdtable *table, int fd, bool *counted);

// Returns the file of descriptor `fd` for the length of a system call, or NULL if it is not open (a
// reserved or a negative one is not). If nobody shares the table, nobody can close the descriptor
// meanwhile: then neither table->lock nor a reference is taken. Stores in *counted whether
// fd_return must drop a reference: the caller passes it on, unless the result is NULL. Caller:
// `table` is the current thread's; the thread does not close `fd` before fd_return.
static inline struct file *fd_borrow(struct fdtable *table, int fd, bool *counted)
{
	uintptr_t slot;

	*counted = table->refs != 1 || (uint32_t)fd >= table->end;
	if (unlikely(*counted))
		return fd_borrow_far(table, fd, counted);
	slot = table->slots[fd] & ~FD_SLOT_CLOEXEC;
	return slot > FD_RESERVED ? (struct file *)slot : NULL;
}

// End a borrowing by fd_borrow: drop the reference if `counted`, the last one as file_put does;
// else do nothing. Caller: holds no lock.
static inline void fd_return(struct file *file, bool counted)
{
	assert_no_lock();
	if (unlikely(counted))
		file_put(file);
}

// Reserve the lowest free descriptor not below `min`. Nobody else gets it, and to programs it is
// not open yet. The caller ends the reservation by fd_install or fd_unreserve. Takes table->lock.
// Returns the descriptor; -EMFILE if none is free in [min, limit), where the limit is the current
// thread's RLIMIT_NOFILE, at most NR_OPEN; -ENOMEM.
int fd_reserve(struct fdtable *table, uint32_t min);

// Let `fd`, a descriptor of fd_reserve, refer to `file`; `cloexec`: it is to be closed at exec.
// Cannot fail. Consumes the caller's reference on `file`: other threads may close `fd` from now on,
// so do not use `file` afterwards. Takes table->lock.
void fd_install(struct fdtable *table, int fd, struct file *file, bool cloexec);

// Free `fd`, a descriptor of fd_reserve that was not installed. Takes table->lock.
void fd_unreserve(struct fdtable *table, int fd);

// Let the lowest free descriptor not below `min` refer to `file`; `cloexec`: it is to be closed at
// exec. Consumes the caller's reference on `file`, also on failure: then file_put may yield.
// Caller: holds no lock. Returns the descriptor; -EMFILE if there is none below the current
// thread's RLIMIT_NOFILE and NR_OPEN; -ENOMEM.
int fd_add(struct fdtable *table, struct file *file, uint32_t min, bool cloexec);

// Let descriptor `fd` refer to `file`, and close the file that it referred to, if any, also if that
// is `file`; `cloexec`: it is to be closed at exec. Consumes the caller's reference on `file`;
// after an error it stays the caller's. Sleeps and yields. Caller: holds no lock. Returns `fd`;
// with nothing closed, in this order: -EBADF if `fd` is negative, or not below the current thread's
// RLIMIT_NOFILE and NR_OPEN; -ENOMEM; -EBUSY while it is reserved.
int fd_replace(struct fdtable *table, int fd, struct file *file, bool cloexec);

// Close descriptor `fd`: free it, drop the reference on its file, and end the locks that the table
// has on the file, also those made by another descriptor (not if it was opened with O_PATH). Sleeps
// and yields. Caller: holds no lock. Returns 0; -EBADF if `fd` is not open (a reserved or a
// negative one is not).
int fd_close(struct fdtable *table, int fd);

// Close the lowest open descriptor in [fd, last], as fd_close does. Sleeps and yields; counts only
// a search from FD_NEAR on (yield_due). Caller: holds no lock. Returns the descriptor, or -1 if
// none is open there.
int fd_close_next(struct fdtable *table, uint32_t fd, uint32_t last);

// Returns 1 if descriptor `fd` is to be closed at exec, 0 if not; -EBADF if it is not open (a
// reserved or a negative one is not). Takes table->lock.
int fd_get_cloexec(struct fdtable *table, int fd);

// Let descriptor `fd` be closed at exec (`cloexec`), or stay open then. Takes table->lock. Returns
// 0; -EBADF if it is not open (a reserved or a negative one is not).
int fd_set_cloexec(struct fdtable *table, int fd, bool cloexec);

// Returns a number above all open and reserved descriptors, 0 if there are none. With descriptors
// from FD_NEAR on it is the end of the last chunk in use, up to FD_CHUNK_SLOTS too great. Takes no
// lock: if others change the table, the result is a hint.
uint32_t fdtable_end(const struct fdtable *table);

// Returns the lowest open descriptor not below `fd` (a negative `fd` counts as 0), or -1 if there
// is none. Takes table->lock.
int fd_next(struct fdtable *table, int fd);

// Returns the lowest open descriptor not below `fd` (a negative `fd` counts as 0), and stores the
// flags of its file in *flags; -1, with *flags unchanged, if there is none. Takes table->lock.
int fd_next_flags(struct fdtable *table, int fd, uint32_t *flags);
