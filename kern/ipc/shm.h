// shm.h: System V shared memory (shmget(2)). A segment is an object of kern/vm with a file that has
// no name, as a memfd has; its calls come here from sys/sys_shm.c.
//
// A segment lives until it is removed and nobody maps it any more. vm tells it of each area that
// maps it (struct object_watch), so its count of users follows forks, splits and ends of mappings.
#pragma once

#include "ipc/sysv.h"
#include "kern.h"
#include "vm/object.h"
#include <abi/shm.h>

struct inode;

// [s] sysv_lock   [c] constant
struct shm_segment {
	struct sysv_object ipc;    // the first field
	struct object_watch watch; // [c] of the inode's object
	struct inode *inode;       // [c] a reference; its object is the memory
	size_t size;               // [c] bytes
	size_t pages;              // [c] counted in the pages of all segments
	struct account *locker; // [s] SHM_LOCKED: the account that the pages count in; a reference
	uint32_t attached;      // [s] areas that map it, and calls that are about to
	pid_t creator, last;    // [c], [s] processes: who made it, who last attached or detached
	uint64_t attach_time, detach_time, change_time; // [s] seconds since 1970; 0: never
};

extern struct sysv_table shm_table;

// Create the files of /proc about segments. Called once, at boot.
void shm_init(void);

// The functions up to shm_count are the calls' own. Their callers hold no lock.

// Find or make a segment of `size` bytes; `flags`: IPC_ and SHM_ bits, permissions (shmget(2)).
// With IPC_PRIVATE always makes one, all 0. One that exists may be larger; then `size` may be 0.
// Takes sysv_lock. Yields: the caller holds no lock.
// Returns its id. If there is one with this key: -EEXIST with IPC_CREAT and IPC_EXCL; -EINVAL if it
// has fewer bytes; -EACCES if the thread has not the permissions in `flags`. If there is none:
// -ENOENT without IPC_CREAT; -EINVAL below SHMMIN or above SHMMAX bytes, or for large pages
// (SHM_HUGETLB) of a size that does not exist; -ENOSPC if there are SHMMNI segments, or there would
// be more than SHMALL pages; -ENOMEM, also if there are not as many large pages.
int shm_get(key_t key, size_t size, uint32_t flags);

// Map all of segment `id` at `address` (0: anywhere) of the current space (shmat(2)). `flags`:
// SHM_RDONLY (also mprotect cannot make it writable), SHM_EXEC, SHM_RND, SHM_REMAP. Sleeps and
// yields. Caller: holds no lock.
// Returns 0 with the address in *store; with *store undefined: -EINVAL for an address that is not
// page-aligned without SHM_RND, or that is 0 with SHM_REMAP; -EINVAL if there is no such segment;
// -EACCES if the thread may not read it, or (without SHM_RDONLY) write it, or (SHM_EXEC) execute
// it; -ENOMEM without free addresses, at a limit, or if out of memory; -EINVAL if the address is
// not aligned for the segment's large pages; -EPERM below USER_MIN; -EINVAL without SHM_REMAP where
// something is mapped.
int shm_attach(int id, uintptr_t address, uint32_t flags, uintptr_t *store);

// Unmap what is left of the mapping that shm_attach made at `address` of the current space
// (shmdt(2)): also the parts that lie beyond a hole. Sleeps and yields. Caller: holds no lock.
// Returns 0; -EINVAL if the address is not page-aligned or nothing is left; -ENOMEM, also if an
// area must be split: then a part may have been unmapped.
int shm_detach(uintptr_t address);

// Describe a segment in *ds: `id` is its id (IPC_STAT), or with `index` its place in the table
// (SHM_STAT), with `any` too without a check of permissions (SHM_STAT_ANY). Takes sysv_lock.
// Returns 0, or with `index` the id; with *ds unchanged: -EINVAL if there is no such segment, or
// nothing in that place; -EACCES if the current thread may not read it.
int shm_stat(int id, bool index, bool any, struct shmid_ds *ds);

// Set owner and permissions from perm->uid, perm->gid, perm->mode (IPC_SET). Takes sysv_lock.
// Returns 0; with nothing changed: -EINVAL if there is no such segment; -EPERM for another's
// segment (sysv_owned); -EINVAL for the user or group -1.
int shm_set(int id, const struct ipc_perm *perm);

// Remove a segment (IPC_RMID). One that is mapped loses its key, keeps its id, and goes when it is
// not mapped any more; removing it once more returns 0. Takes sysv_lock. Yields: the caller holds
// no lock. Returns 0; -EINVAL if there is no such segment; -EPERM for another's segment
// (sysv_owned).
int shm_remove(int id);

// Mark a segment as locked in memory (`lock`; SHM_LOCK) or not (SHM_UNLOCK); nothing if it is so
// already, or to lock one of large pages. Nothing ever takes its pages away, so the mark and the
// count in the user's account are all. Takes sysv_lock.
// Returns 0; with nothing changed: -EINVAL if there is no such segment; without CAP_IPC_LOCK -EPERM
// for another's segment, or to lock one if RLIMIT_MEMLOCK is 0, and -ENOMEM if that limit admits no
// more pages in all segments that the user has locked.
int shm_lock(int id, bool lock);

// Count all segments, also removed ones that are still mapped, in *info (SHM_INFO): their number,
// their pages of 4 KiB, and how many of these are in memory; the rest is 0. Takes sysv_lock. Never
// fails. Returns the highest index in use; 0 also if there is no segment.
int shm_count(struct shm_info *info);

// Returns the segment that `object`, of shm_table and not NULL, is. Needs no lock.
static inline struct shm_segment *shm_segment_of(const struct sysv_object *object)
{
	return list_entry(object, struct shm_segment, ipc);
}

// Do shm_lock for a segment. Returns 0, -EPERM or -ENOMEM, as shm_lock. Caller: holds sysv_lock.
// (shm_lock.c)
int shm_set_lock(struct shm_segment *segment, bool lock);

// Let a segment be locked no more, if it is: its pages do not count in an account any more, whose
// reference is dropped. Checks no permission. Caller: holds sysv_lock.
void shm_end_lock(struct shm_segment *segment);

// Returns the segment that a watch, of a segment's object, belongs to. Needs no lock.
static inline struct shm_segment *shm_of(struct object_watch *watch)
{
	return list_entry(watch, struct shm_segment, watch);
}

// Count one user of the segment less (segment->attached), an area or a call, which must not use it
// afterwards. The last one frees a segment that has been removed. Takes sysv_lock. Yields. Caller:
// may hold an address space's lock, but no other.
void shm_put(struct shm_segment *segment);
