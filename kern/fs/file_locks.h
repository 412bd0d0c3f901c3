// file_locks.h: advisory locks on files: fcntl(2), F_SETLK and F_OFD_SETLK, and flock(2). They hold
// back no read and no write; they only answer programs that ask.
#pragma once

#include "fs/file.h"
#include "kern.h"
#include "list.h"

struct fdtable;
struct inode;

// Locks and waits that one file can have. More are refused with ENOLCK, so that a walk over them is
// short enough to be made under a spinlock (differences.md).
#define FILE_LOCKS_MAX 4096u

// What owns a lock, and so what ends it.
enum lock_kind {
	LOCK_OF_PROCESS, // fcntl: a descriptor table; ends when it closes any descriptor of the file
	LOCK_OF_FILE,    // fcntl with F_OFD_SETLK: an open file; ends when the file is closed
	LOCK_WHOLE,      // flock: an open file; meets only locks of its own kind
	LOCK_LEASE,      // fcntl with F_SETLEASE: an open file; meets no locks (fs/file_leases.h)
};

// The bytes [start, end] of a file, and how they are, or are to be, locked.
struct lock_range {
	enum lock_kind kind;
	short type;         // F_RDLCK, F_WRLCK, or F_UNLCK
	int64_t start, end; // 0 <= start <= end; INT64_MAX: all to come, too
	pid_t pid;          // of the process that has locked; file_lock_find: -1 for an open file
};

// The locks of one file; the inode has them from the first lock on.
struct lock_list {
	struct list locks; // [file_locks] locks of one owner stand together, sorted by start
	uint32_t count;    // [file_locks] how many, and how many threads wait for one
	uint32_t leases;   // [file_locks] how many are leases
};

// Give the bytes of `wanted` in `file` the type wanted->type (F_UNLCK: unlock them), for the owner
// that its kind means: `table`, which is the current thread's, or `file`. Parts that the owner has
// locked already get the new type; LOCK_WHOLE ends a lock of the other type first, even if the new
// one is refused. With `sleeps`, waits until no lock of another owner is in the way. Does not check
// that `file` was opened for that type. Sleeps and yields. Caller: holds no lock.
// Returns 0, also for F_UNLCK where nothing is locked; with other locks unchanged: -EAGAIN if one
// is in the way, without `sleeps`; -EDEADLK if its owner waits for `table`, directly or through
// others (LOCK_OF_PROCESS only); -ERESTARTSYS if a signal ends the wait; -ENOLCK if more than
// FILE_LOCKS_MAX - 2 locks and waits are on the file, unless all its bytes are unlocked, or if out
// of memory.
int file_lock_set(struct file *file, struct fdtable *table, const struct lock_range *wanted,
                  bool sleeps);

// Replace *range by the first lock that file_lock_set would find in its way, with its kind, type,
// bytes and pid (-1 for LOCK_OF_FILE); or only the type, by F_UNLCK, if there is none. A range of
// type F_UNLCK asks for the owner's own first lock in it. `table`: as in file_lock_set. Yields.
// Caller: holds no lock.
void file_lock_find(struct file *file, struct fdtable *table, struct lock_range *range);

// End the locks that `table` has on `inode` (LOCK_OF_PROCESS), because it has closed a descriptor
// of that file, and wake those that wait for them. Yields. Caller: holds no lock; keeps `inode`
// valid.
void file_locks_of_table_end(struct fdtable *table, struct inode *inode);

// End the locks that the open file has (LOCK_OF_FILE and LOCK_WHOLE), because it is being closed,
// and wake those that wait for them. Yields. Caller: holds no lock.
void file_locks_of_file_end(struct file *file);

// Write the lines about those locks that `file`, a descriptor of `table`, has made, and which its
// close would end, as /proc/PID/fdinfo shows them, until the writer wants no more or the thread
// must die. Yields after each 50 lines: locks that change meanwhile may be missing or come twice.
// Caller: holds no lock; keeps both valid.
void file_locks_describe(const struct file *file, const struct fdtable *table,
                         struct text_writer *writer);

// Write the lines of /proc/locks about the locks of all files and those that wait for them, the
// newest first, from the lock *next on: 0 at first. Stores in *next where the next part begins, if
// the writer wanted no more; else 0. Yields: locks that come and go meanwhile may be missing.
// Caller: holds no lock.
void file_locks_list(uint32_t *next, struct text_writer *writer);

// Free the list of an inode without open files, which has no locks any more (else panics). NULL
// does nothing.
void file_locks_free(struct lock_list *list);

// Returns how many bytes of memory `count` locks take, without what the heap adds; 0 for 0.
size_t file_locks_bytes(uint32_t count);
