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

// Let the ends of processes take back what they have done, and create the files of /proc about semaphores
// (sem_files_init). Called once, at boot.
void sem_init(void);
void sem_files_init(void);

// All functions return 0 (or what the call returns) or -errno as the calls do. Caller: holds no lock.

// Find or make a set (semget(2)).
int sem_get(key_t key, int count, uint32_t flags);

// Perform all of ops[count] at once, 0 < count <= SEMOPM, and sleep until that is possible (semtimedop(2)).
// Returns 0; -EAGAIN after the deadline, or if it would sleep and the operation says IPC_NOWAIT; -EFBIG; -ERANGE;
// -EINTR; -EIDRM.
int sem_operate(int id, const struct sembuf *ops, size_t count, uint64_t deadline);

// Describe a set (IPC_STAT, or with `index` SEM_STAT, or with `any` SEM_STAT_ANY). Returns 0, or with
// `index` the id.
int sem_stat(int id, bool index, bool any, struct semid_ds *ds);

// Set owner and permissions (IPC_SET).
int sem_set_owner(int id, const struct ipc_perm *perm);

// Remove a set (IPC_RMID). Who waits gets -EIDRM.
int sem_remove(int id);

// Store the limits, or with `usage` what is in use too. Returns the highest index in use.
int sem_info(struct seminfo *info, bool usage);

// Do GETVAL, GETPID, GETNCNT or GETZCNT.
int sem_read(int id, int number, int command);

// Do SETVAL.
int sem_write(int id, int number, int value);

// Store how many semaphores set `id` has in *count, and check the permissions in `mask`. Returns 0 or -errno.
int sem_size(int id, uint32_t mask, uint32_t *count);

// Do GETALL and SETALL for a set of `count` semaphores.
int sem_read_all(int id, uint16_t *values, uint32_t count);
int sem_write_all(int id, const uint16_t *values, uint32_t count);

// -- What the files of semaphores share. Callers of these functions hold sysv_lock.

static inline struct sem_set *set_of(struct sysv_object *object)
{
	return (struct sem_set *)object; // its first field
}

// Take the set out of the table.
void sem_take_out(struct sem_set *set);

// Values have changed: let those calls that wait and can go on now do so. Yields. Caller: holds sysv_lock, no
// other lock, and a reference on the set, which may be removed meanwhile.
void sem_update(struct sem_set *set);

// Wake all that wait for a set, which has been removed, with -EIDRM. Yields. Caller: as for sem_update.
void sem_wake_removed(struct sem_set *set);

// Free all undos of a set, which has been removed. Yields. Caller: as for sem_update.
void sem_free_undos(struct sem_set *set);

// SETVAL: forget what all processes would take back of semaphore `number`.
void sem_forget_undos(struct sem_set *set, uint32_t number);

// Returns the undo of the current process for the set, or NULL.
struct sem_undo *sem_find_undo(const struct sem_set *set);

// Give the current process, which has none, the undo `undo` for the set.
void sem_add_undo(struct sem_set *set, struct sem_undo *undo);

// Make adjust[] hold what is to be taken back.
void sem_refresh_undo(struct sem_undo *undo);

// Take back what `process`, which has undos, has done to one set, and free the undo. Returns the set, borrowed.
struct sem_set *sem_apply_undo(struct process *process);
