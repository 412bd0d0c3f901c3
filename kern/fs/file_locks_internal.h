// file_locks_internal.h: shared by the files of locks on files: file_lock_ranges.c (the list of one
// file) and file_locks.c (requests, waiting, and the ends of locks).
#pragma once

#include "cpu/spinlock.h"
#include "fs/file_locks.h"
#include "thread/waitq.h"

// One locked range. Also a place in the list of all locks where a walk goes on: then `owner` is NULL.
// [c] constant while it is in its file's list   [l] file_locks
struct file_lock {
	struct list link;
	struct list all;           // [l] in the list of the locks of all files, the newest first
	struct list waits;         // [l] struct lock_wait by link: who waits for its end
	void *owner;               // [c] a struct fdtable or a struct file
	const struct file *file;   // [c] by which it was made; only to be compared
	const struct inode *inode; // [c] borrowed: it has the list
	uint32_t serial;           // [c] rises from lock to lock
	struct lock_range range;   // [l]

	// A lease that is being broken has to end, or to become F_RDLCK; at these times it does so
	// by force (clock_ns; 0: never).
	bool breaking_off, lowering; // [l]
	uint64_t break_at, lower_at; // [l]
};

// A thread that waits for a lock to end, on its stack.
struct lock_wait {
	struct list link;                // in the waits of the lock that is in the way
	struct list of_table;            // in the table's lock_waits; empty for an open file's
	const struct file_lock *blocks;  // the lock that is in the way; NULL once it has changed
	const struct lock_range *wanted; // NULL: a place in the list where a walk goes on
	struct waitq woken;
};

// Guards the locks of all files, and who waits for them. Nothing else is locked under it but the
// queues of waiters.
extern struct spinlock file_locks;

// The locks of all files: struct file_lock by all, the newest first. [file_locks]
extern struct list all_file_locks;

// Returns true if the lock is of that kind and owner.
static inline bool is_owners(const struct file_lock *lock, const void *owner, enum lock_kind kind)
{
	return lock->owner == owner && lock->range.kind == kind;
}

// Returns the first lock of another owner that overlaps the range and excludes it, or for F_UNLCK
// the first one of the owner itself; NULL if there is none. Borrowed. LOCK_WHOLE and the other
// kinds do not meet. Caller: holds file_locks.
struct file_lock *file_lock_blocking(struct lock_list *list, const void *owner,
                                     const struct lock_range *range);

// Give the range of `file`, whose inode has a list of locks, its new type (F_UNLCK: no lock), for
// `owner`: a table if range->kind is LOCK_OF_PROCESS, else `file`. Wakes those that waited for
// locks that end or get smaller. Checks nothing. `spares` are two allocated locks that are in no
// list; those that are used become NULL, the caller frees the others. Caller: holds file_locks.
void file_lock_apply(const struct file *file, void *owner, const struct lock_range *range,
                     struct file_lock *spares[2]);

// Returns the inode's list of locks, made if it has none yet; NULL if memory is out. Caller: holds
// no spinlock.
struct lock_list *file_lock_list(struct inode *inode);

// Put a lock, for which nobody waits, into the list before `next`. Its owner has one lock more.
// Caller: holds file_locks.
void file_lock_put(struct lock_list *list, struct file_lock *lock, struct list *next);

// Wake those that wait for `lock`, which ends or gets smaller: they look again. Caller: holds
// file_locks.
void file_lock_unblock(struct file_lock *lock);

// Returns the type that a lease has, or that it has to get because it is being broken. Caller:
// holds file_locks.
short lease_wanted_type(const struct file_lock *lease);

// Take a lock off its file's list and the list of all, free it, and wake those that waited for its
// end. Its owner has one lock less. Caller: holds file_locks.
void file_lock_drop(struct lock_list *list, struct file_lock *lock);
