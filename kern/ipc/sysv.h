// sysv.h: what System V shared memory, semaphores and messages have in common (sysvipc(7)): ids,
// keys, owners and permissions. Each kind has a table of its objects.
//
// An object lives until somebody removes it, not until its maker ends. So all that it has is lasting
// memory, and the number of objects of each kind is limited, as on Linux.
//
// One spinlock guards all three kinds. It is held for short steps only: bytes are copied from and to
// programs without it, and long loops release it.
#pragma once

#include "cpu/spinlock.h"
#include "kern.h"
#include "mem/avl.h"
#include <abi/ipc.h>

struct seq;

extern struct spinlock sysv_lock; // RANK_SYSV

#define SYSV_IDS_MAX 32768u // ids of one kind at a time, at most
#define SYSV_INDEX_BITS 15  // id = sequence << SYSV_INDEX_BITS | index

// An object: the first field of the struct of its kind.
// [s] sysv_lock   [c] constant once it has an id
struct sysv_object {
	int id;                 // [c]
	uint32_t refs;          // [s] its table's, and those of calls that sleep
	bool removed;           // [s] it has no id any more
	key_t key;              // [s] IPC_PRIVATE: none
	struct avl_node by_key; // [s] in the tree of keys
	uid_t uid, cuid;        // [s] owner; maker [c]
	gid_t gid, cgid;        // [s] their groups
	uint16_t mode;          // [s] permissions, and bits of the kind
};

// A place for an object. Free places are used in turn, so an id is not used again soon.
struct sysv_slot {
	struct sysv_object *object; // [s] NULL: free
	uint16_t sequence;          // [s] of the id that the place gives next
	uint16_t next_free;         // [s] of a free place: the next one, or SYSV_NONE
};

// What shmget, semget and msgget ask for.
struct sysv_request {
	key_t key;
	uint32_t flags; // IPC_ bits, permissions, bits of the kind
	size_t size;    // bytes of a segment, number of semaphores
};

// The objects of one kind.
// [s] sysv_lock   [c] constant
struct sysv_table {
	uint32_t max; // [c] objects
	// Make an object for a request, without key and id. Returns 0 or -errno as the call.
	// Called without locks.
	int (*create)(const struct sysv_request *request, struct sysv_object **store); // [c]
	// The object has got its id. May be NULL. Called with sysv_lock held.
	void (*added)(struct sysv_object *object); // [c]
	// Check an object that has the key asked for. Returns 0 or -EINVAL. May be NULL. Called with
	// sysv_lock held.
	int (*fits)(const struct sysv_object *object, const struct sysv_request *request); // [c]
	// Free an object without references. Called without spinlocks.
	void (*destroy)(struct sysv_object *object); // [c]

	struct sysv_slot *slots;        // [s]
	uint32_t room;                  // [s] how many places there are,
	uint32_t used;                  // [s] and how many are taken
	uint16_t first_free, last_free; // [s] the list of free places; SYSV_NONE: empty
	struct avl_tree keys;           // [s] struct sysv_object by by_key
};

#define SYSV_NONE 0xffffu

// The first value of a table's fields that change.
#define SYSV_TABLE_EMPTY .first_free = SYSV_NONE, .last_free = SYSV_NONE

// Returns the id of the object with the key, which is made if need be (shmget(2), semget(2),
// msgget(2)). -EEXIST, -ENOENT, -EACCES; -ENOSPC if there are too many; the errors of table->fits and
// table->create. Caller: holds no lock.
int sysv_get(struct sysv_table *table, const struct sysv_request *request);

// Returns object `id`, borrowed; NULL: there is none, and *error is -EINVAL. Caller: holds sysv_lock.
struct sysv_object *sysv_find(const struct sysv_table *table, int id, int *error);

// Returns the object in place `index`, borrowed, or NULL. Caller: holds sysv_lock.
struct sysv_object *sysv_at(const struct sysv_table *table, int index);

// Returns the highest index in use, or 0. Caller: holds sysv_lock.
int sysv_highest(const struct sysv_table *table);

// Forget the object's key: nobody finds it any more, except by its id. Caller: holds sysv_lock.
void sysv_drop_key(struct sysv_table *table, struct sysv_object *object);

// Take the id away from an object: nobody finds it any more. The table's reference becomes the caller's.
// Caller: holds sysv_lock.
void sysv_remove(struct sysv_table *table, struct sysv_object *object);

// Take a reference. Caller: holds sysv_lock.
static inline void sysv_hold(struct sysv_object *object)
{
	assert_spin_held(&sysv_lock);
	object->refs++;
}

// Drop a reference. The last one frees the object, which is removed then. Caller: may hold an address space's
// lock, but no other.
void sysv_drop(struct sysv_table *table, struct sysv_object *object);

// Check the permissions in `mask` (0444 to read, 0222 to write; 0 is always granted) of the current thread.
// Returns 0 or -EACCES. Caller: holds sysv_lock.
int sysv_permission(const struct sysv_object *object, uint32_t mask);

// Check whether the current thread may change or remove the object. Returns 0 or -EPERM. Caller: holds
// sysv_lock.
int sysv_owned(const struct sysv_object *object);

// Describe the owners and permissions of an object. Caller: holds sysv_lock.
void sysv_describe(const struct sysv_object *object, struct ipc_perm *perm);

// Set owner and permissions (IPC_SET). Returns 0; -EINVAL for the id -1. Caller: holds sysv_lock.
int sysv_set(struct sysv_object *object, const struct ipc_perm *perm);

// Find the object that a call to describe it means: by id, or, with `index`, by its place. Returns the
// object, borrowed, which the current thread may read, or which with `any` needs no permission; NULL with
// *error. Caller: holds sysv_lock.
struct sysv_object *sysv_find_to_read(const struct sysv_table *table, int id, bool index, bool any,
                                      int *error);

// Returns the time in seconds since 1970.
uint64_t sysv_now(void);

// Returns the number of the current process, or 0.
pid_t sysv_pid(void);

// Write a line for each object of a table, as files of /proc/sysvipc have it, in parts. `line` is called
// with sysv_lock held, and stores the line in text[size].
#define SYSV_LINE_MAX 256u
void sysv_show(struct seq *seq, const struct sysv_table *table, const char *title,
               void (*line)(const struct sysv_object *object, char *text, size_t size));
