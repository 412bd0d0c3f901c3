// sysv.h: what System V shared memory, semaphores and messages have in common (sysvipc(7)): ids,
// keys, owners and permissions. Each kind has a table of its objects.
//
// An object lives until somebody removes it, not until its maker ends. So all that it has is
// lasting memory, and the number of objects of each kind is limited, as on Linux.
//
// One spinlock guards all three kinds. It is held for short steps only: bytes are copied from and
// to programs without it, and long loops release it.
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

// Find the object with request->key, or make it if IPC_CREAT is set or the key is IPC_PRIVATE
// (shmget(2), semget(2), msgget(2)). A new one belongs to the effective user and group of the
// current thread. Takes sysv_lock. Yields. Caller: holds no lock.
// Returns its id. If there is one: -EEXIST with IPC_CREAT and IPC_EXCL; a negative errno of
// table->fits (-EINVAL); -EACCES if the thread has not the permissions in request->flags. If there
// is none: -ENOENT without IPC_CREAT; a negative errno of table->create (-EINVAL, -ENOSPC,
// -ENOMEM); -ENOSPC if there are table->max objects; -ENOMEM.
int sysv_get(struct sysv_table *table, const struct sysv_request *request);

// Returns object `id`, borrowed until sysv_lock is released, with *error unchanged; NULL with
// -EINVAL in *error if there is none, as for a negative `id`. Checks no permission. Caller: holds
// sysv_lock.
struct sysv_object *sysv_find(const struct sysv_table *table, int id, int *error);

// Returns the object in place `index`, which may be any number, borrowed until sysv_lock is
// released; NULL if there is none. Caller: holds sysv_lock.
struct sysv_object *sysv_at(const struct sysv_table *table, int index);

// Returns the highest index in use; 0 also if there is no object. Caller: holds sysv_lock.
int sysv_highest(const struct sysv_table *table);

// Forget the object's key, if it has one: nobody finds it any more, except by its id or its place.
// Its key is IPC_PRIVATE afterwards. Caller: holds sysv_lock.
void sysv_drop_key(struct sysv_table *table, struct sysv_object *object);

// Take id and key away from an object that has an id, and set `removed`: nobody finds it any more.
// The table's reference becomes the caller's, for sysv_drop. Wakes nobody. Caller: holds sysv_lock.
void sysv_remove(struct sysv_table *table, struct sysv_object *object);

// Take a reference, for sysv_drop: the object may be removed meanwhile, but not freed. Caller:
// holds sysv_lock.
static inline void sysv_hold(struct sysv_object *object)
{
	assert_spin_held(&sysv_lock);
	object->refs++;
}

// Drop a reference. The last one frees the object by table->destroy; it must have been removed
// then. Takes sysv_lock. Yields. Caller: may hold an address space's lock, but no other.
void sysv_drop(struct sysv_table *table, struct sysv_object *object);

// Check the permissions in `mask` (0444 to read, 0222 to write, 0111 to execute; 0 is always
// granted) of the current thread on the object: owner's and maker's by its effective user, else
// those of their groups by its groups, else the others'; CAP_IPC_OWNER grants all. Returns 0 or
// -EACCES. Caller: holds sysv_lock.
int sysv_permission(const struct sysv_object *object, uint32_t mask);

// Check whether the current thread may change or remove the object: its effective user is owner or
// maker, or it has CAP_SYS_ADMIN. Returns 0 or -EPERM. Caller: holds sysv_lock.
int sysv_owned(const struct sysv_object *object);

// Describe key, owners and permissions of an object in *perm. Caller: holds sysv_lock.
void sysv_describe(const struct sysv_object *object, struct ipc_perm *perm);

// Set the owner, its group and the permissions (0777 of perm->mode; IPC_SET), without a check who
// may (sysv_owned). Maker and bits of the kind stay. Returns 0; -EINVAL with nothing changed if
// user or group is -1. Caller: holds sysv_lock.
int sysv_set(struct sysv_object *object, const struct ipc_perm *perm);

// Find the object that a call means that describes one: by id, or, with `index`, by its place,
// which may be any number. Returns the object, borrowed until sysv_lock is released, with 0 in
// *error; NULL with -EINVAL there if there is none, or -EACCES if the current thread may not read
// it; with `any` it needs no permission. Caller: holds sysv_lock.
struct sysv_object *sysv_find_to_read(const struct sysv_table *table, int id, bool index, bool any,
                                      int *error);

// Returns the time in seconds since 1970. Needs no lock.
uint64_t sysv_now(void);

// Returns the number of the current process; 0 for a thread of the kernel without a process.
pid_t sysv_pid(void);

// Write `title` and a line for each object of a table to `seq`, as files of /proc/sysvipc have it,
// in parts: from the place seq->from on, and the title only if that is 0; seq->next says where the
// next part begins. `line` is called with sysv_lock held, and stores the line with a NUL in
// text[size]; `size` is SYSV_LINE_MAX. Stops early if the thread must die. Yields. Caller: holds no
// lock.
#define SYSV_LINE_MAX 256u
void sysv_show(struct seq *seq, const struct sysv_table *table, const char *title,
               void (*line)(const struct sysv_object *object, char *text, size_t size));
