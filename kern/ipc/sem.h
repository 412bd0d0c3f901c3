// sem.h: sets of System V semaphores (semget(2)). Calls come here from sys/sys_sem.c.
#pragma once

#include "ipc/sysv.h"
#include "kern.h"
#include "list.h"
#include "thread/waitq.h"
#include <abi/sem.h>

struct process;

struct semaphore {
	pid_t pid; // of the process that changed or tested it last
	uint16_t value;
};

// [s] sysv_lock   [c] constant
struct sem_set {
	struct sysv_object ipc;        // the first field
	uint32_t count;                // [c] semaphores
	uint32_t generation;           // [s] how often SETALL has made all undos void
	uint32_t zero_waiters;         // [s] waiters whose `blocking` waits for 0
	uint64_t op_time, change_time; // [s] seconds since 1970; 0: never
	struct list waiting[2];        // [s] struct sem_waiter by link, the oldest first:
				       // those that change nothing, and those that do
	struct list undos;             // [s] struct sem_undo by set_link
	struct semaphore sems[];       // [s]
};

// What a process has done with SEM_UNDO to a set, to be taken back when the process ends.
// [s] sysv_lock   [c] constant
struct sem_undo {
	struct avl_node node;    // [s] in process->sem_undos, by `id`
	struct list set_link;    // [s]
	struct process *process; // [c]
	struct sem_set *set;     // [c] borrowed: the undo goes with it
	int id;                  // [c] of the set
	uint32_t size;           // [c] bytes of this struct
	uint32_t generation;     // [s] another one than the set's: all of adjust[] is 0
	int16_t adjust[];        // [s] for each semaphore: what to add
};

// The operations of a call.
struct sem_call {
	const struct sembuf *ops;
	size_t count;
	const struct sembuf *blocking; // the operation that cannot be done now
	struct sem_undo *undo;         // for operations with SEM_UNDO; else NULL
	pid_t pid;
};

// A call that sleeps until its operations can be done. Lies on its thread's stack.
// [s] sysv_lock
struct sem_waiter {
	struct list link;     // [s] in set->waiting
	struct sem_call call; // [s] ops NULL: no waiter, but the place where a walk goes on
	bool for_zero;        // [s] counted in zero_waiters
	bool done;            // [s] `result` is decided; it is on no list any more
	int result;           // [s]
	struct waitq wait;
};

extern struct sysv_table sem_table;

// Let the ends of processes take back what they have done with SEM_UNDO
// (process_semaphores_hook), and call sem_files_init. Called once, at boot.
void sem_init(void);

// Create the files of /proc about semaphores. For sem_init alone.
void sem_files_init(void);

// The functions up to sem_write_all are the calls' own. Their callers hold no lock.

// Find or make a set of `count` semaphores, all 0; `flags`: IPC_ bits, permissions (semget(2)).
// With IPC_PRIVATE always makes one. A set that exists may have more; then `count` may be 0. Takes
// sysv_lock.
// Returns its id; -EINVAL for a count below 0, above SEMMSL or above that of the set with this key,
// and for 0 semaphores of a new set; -ENOENT if there is none with this key and IPC_CREAT is not
// set; -EEXIST if there is one and IPC_CREAT and IPC_EXCL are set; -EACCES if there is one and the
// thread has not the permissions in `flags`; -ENOSPC if there are SEMMNI sets, or there would be
// more than SEMMNS semaphores; -ENOMEM.
int sem_get(key_t key, int count, uint32_t flags);

// Perform all of ops[count] (kernel memory, 0 < count <= SEMOPM) at once, in this order, and sleep
// until that is possible (semtimedop(2)). `deadline`: a time of clock_ns(), or NO_DEADLINE. Takes
// sysv_lock. Yields. Caller: holds no lock.
// Returns 0; -EINVAL if there is no such set; -ENOMEM for SEM_UNDO; -EFBIG for a semaphore that the
// set does not have; -EACCES if the thread may not read it, or not write it for an operation that
// changes a value. Of the first operation that fails: -EAGAIN if it would sleep and says
// IPC_NOWAIT; -ERANGE for a value above SEMVMX or an undo out of range. Of a wait: -EAGAIN at the
// deadline; -EINTR for a signal; -EIDRM if the set is removed. After an error no value has changed.
int sem_operate(int id, const struct sembuf *ops, size_t count, uint64_t deadline);

// Describe a set in *ds: `id` is its id (IPC_STAT), or with `index` its place in the table
// (SEM_STAT), with `any` too without a check of permissions (SEM_STAT_ANY). Takes sysv_lock.
// Returns 0, or with `index` the id; with *ds unchanged: -EINVAL if there is no such set, or
// nothing in that place; -EACCES if the current thread may not read it.
int sem_stat(int id, bool index, bool any, struct semid_ds *ds);

// Set owner and permissions from perm->uid, perm->gid, perm->mode (IPC_SET). Takes sysv_lock.
// Returns 0; with nothing changed: -EINVAL if there is no such set; -EPERM for another's set
// (sysv_owned); -EINVAL for the user or group -1.
int sem_set_owner(int id, const struct ipc_perm *perm);

// Remove a set (IPC_RMID). Calls that wait for it return -EIDRM, and nothing that was done with
// SEM_UNDO is taken back. Takes sysv_lock. Yields: the caller holds no lock. Returns 0; -EINVAL if
// there is no such set; -EPERM for another's set (sysv_owned).
int sem_remove(int id);

// Store the limits in *info; with `usage` semusz is the number of sets and semaem that of all
// semaphores (IPC_INFO, SEM_INFO). Takes sysv_lock. Never fails. Returns the highest index in use;
// 0 also if there is no set.
int sem_info(struct seminfo *info, bool usage);

// Returns the value of semaphore `number` (`command` GETVAL), the process that changed or tested it
// last (GETPID; 0: none), or how many calls wait, with the first operation that they cannot do, for
// a larger value of it (GETNCNT) or for 0 (GETZCNT). Takes sysv_lock. Or returns -EINVAL if there
// is no such set; -EACCES if the thread may not read it; -EINVAL if there is no such semaphore.
int sem_read(int id, int number, int command);

// Set the value of semaphore `number`, and let those calls go on that can now (SETVAL). What
// processes would take back of it is forgotten. Takes sysv_lock. Yields: the caller holds no lock.
// Returns 0; with nothing changed: -ERANGE for a value below 0 or above SEMVMX; -EINVAL if there is
// no such set or semaphore; -EACCES if the thread may not write the set.
int sem_write(int id, int number, int value);

// Store how many semaphores set `id` has in *count, if the current thread has the permissions in
// `mask` (0444 to read, 0222 to write). Takes sysv_lock. Returns 0; with *count unchanged: -EINVAL
// if there is no such set; -EACCES without the permission.
int sem_size(int id, uint32_t mask, uint32_t *count);

// Copy the values of set `id` to values[count], kernel memory (GETALL). Takes sysv_lock. Returns 0;
// with values[] unchanged: -EINVAL if there is no such set; -EACCES if the thread may not read it;
// -EIDRM if the set has not `count` semaphores: the id has got another set since sem_size.
int sem_read_all(int id, uint16_t *values, uint32_t count);

// Set all values of set `id` from values[count], kernel memory, and let those calls go on that can
// now (SETALL). What processes would take back of the set is forgotten. Takes sysv_lock. Yields:
// the caller holds no lock.
// Returns 0; with nothing changed: -ERANGE for a value above SEMVMX; -EINVAL if there is no such
// set; -EACCES if the thread may not write it; -EIDRM if the set has not `count` semaphores.
int sem_write_all(int id, const uint16_t *values, uint32_t count);

// -- What the files of semaphores share.

// Returns the set that `object`, of sem_table and not NULL, is. Needs no lock.
static inline struct sem_set *set_of(struct sysv_object *object)
{
	return (struct sem_set *)object; // its first field
}

// Take the set out of the table (sysv_remove): the table's reference becomes the caller's. Its
// semaphores do not count any more (sem_info). Its undos, and the calls that wait, stay:
// sem_free_undos, sem_wake_removed. Caller: holds sysv_lock.
void sem_take_out(struct sem_set *set);

// Perform the operations of those calls that wait for the set and can go on now, because values
// have changed, and wake them. Does nothing once the set is removed, which may happen meanwhile.
// Yields, with sysv_lock released; it is held again at the return. Caller: holds sysv_lock, no
// other lock, and a reference on the set.
void sem_update(struct sem_set *set);

// Wake all calls that wait for a set, which has been removed: they return -EIDRM. Yields, with
// sysv_lock released; it is held again at the return. Caller: holds sysv_lock, no other lock, and a
// reference on the set.
void sem_wake_removed(struct sem_set *set);

// Free all undos of a set, which has been removed; nothing is taken back. Yields, with sysv_lock
// released; it is held again at the return. Caller: holds sysv_lock, no other lock, and a reference
// on the set.
void sem_free_undos(struct sem_set *set);

// Forget what all processes would take back of semaphore `number`, which exists (SETVAL). Caller:
// holds sysv_lock.
void sem_forget_undos(struct sem_set *set, uint32_t number);

// Returns the undo of the current process, which there must be, for the set, borrowed until
// sysv_lock is released; NULL if it has none. Caller: holds sysv_lock.
struct sem_undo *sem_find_undo(const struct sem_set *set);

// Give the current process, which has none, the undo `undo` for the set: memory of the heap in
// which `size` is set and adjust[] is 0. The process owns it from now on, and its end or that of
// the set frees it. Caller: holds sysv_lock.
void sem_add_undo(struct sem_set *set, struct sem_undo *undo);

// Make adjust[] of `undo`, which a process owns, hold what is to be taken back: 0 if SETALL has
// made it void. To be called before adjust[] is read or changed. Caller: holds sysv_lock.
void sem_refresh_undo(struct sem_undo *undo);

// Take back what `process`, which has undos, has done to one of their sets, with values cut off at
// 0 and SEMVMX, and free that undo. Wakes nobody. Returns the set, borrowed: the caller takes a
// reference and calls sem_update. Caller: holds sysv_lock.
struct sem_set *sem_apply_undo(struct process *process);
