// shm.h: System V shared memory (shmget(2)). A segment is an object of kern/vm with a file that has no
// name, as a memfd has; its calls come here from sys/sys_shm.c.
//
// A segment lives until it is removed and nobody maps it any more. vm tells it of each area that maps it
// (struct object_watch), so its count of users follows forks, splits and ends of mappings.
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
	uint32_t attached;         // [s] areas that map it, and calls that are about to
	pid_t creator, last;       // [c], [s] processes: who made it, who last attached or detached
	uint64_t attach_time, detach_time, change_time; // [s] seconds since 1970; 0: never
};

extern struct sysv_table shm_table;

// Create the files of /proc about segments. Called once, at boot.
void shm_init(void);

// All functions return 0 (or an id) or -errno as the calls do. Caller: holds no lock.

// Find or make a segment (shmget(2)).
int shm_get(key_t key, size_t size, uint32_t flags);

// Map segment `id` at `address` (0: anywhere) of the current space (shmat(2)), and store where.
int shm_attach(int id, uintptr_t address, uint32_t flags, uintptr_t *store);

// Unmap what is left of the mapping that shm_attach made at `address` (shmdt(2)).
int shm_detach(uintptr_t address);

// Describe a segment (IPC_STAT, or with `index` SHM_STAT, or with `any` SHM_STAT_ANY). Returns 0, or with
// `index` the id.
int shm_stat(int id, bool index, bool any, struct shmid_ds *ds);

// Set owner and permissions (IPC_SET).
int shm_set(int id, const struct ipc_perm *perm);

// Remove a segment (IPC_RMID). One that is mapped loses its key, and goes when it is not mapped any more.
int shm_remove(int id);

// Mark a segment as locked in memory or not (SHM_LOCK, SHM_UNLOCK). Nothing ever takes its pages away.
int shm_lock(int id, bool lock);

// Count all segments (SHM_INFO). Returns the highest index in use.
int shm_count(struct shm_info *info);

// Returns the segment that a watch belongs to.
static inline struct shm_segment *shm_of(struct object_watch *watch)
{
	return list_entry(watch, struct shm_segment, watch);
}

// An area or a call no longer uses the segment. The last one frees a segment that has been removed.
// Caller: may hold an address space's lock, but no other.
void shm_put(struct shm_segment *segment);
