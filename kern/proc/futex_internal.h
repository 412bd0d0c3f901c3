// futex_internal.h: what the files of futexes share. A waiter is in a table, by the place in memory
// that it waits on: a space and an address, or an object and an offset in it, so that every space
// that maps the object finds it.
#pragma once

#include "cpu/spinlock.h"
#include "kern.h"
#include "list.h"
#include "thread/waitq.h"
#include "vm/memory_key.h"

// Guards the table, and the words that waiters and wakers compare.
extern struct spinlock futex_lock;

// A place in memory. Two keys mean the same place if all fields are equal.
struct futex_key {
	struct aspace *as;   // for private memory: its space; id.offset is the address. Else NULL
	struct memory_id id; // for an object's memory: object and offset, with a reference
};

// A thread that waits on a word. It lies on the thread's stack. A thread that waits on several
// words has several of them with one wait queue.
// [f] futex_lock   [c] constant while it waits
struct futex_waiter {
	struct list link;     // [f] on its chain; on no list once it has been woken
	struct futex_key key; // [f] a requeue changes it
	uint32_t bitset;      // [c] it is woken only by wakers that have one of the bits
	struct waitq *wait;   // [c] the waiting thread sleeps here
	bool pi;              // [c] part of a struct pi_waiter (proc/futex_pi.h)
};

// Find the place of `va` in the current space. `private`: all waiters and wakers are in this space,
// so the memory below the address need not be looked up, and may be missing. Else faults the page
// in, and sleeps. Caller: holds no lock.
// Returns 0 with *key set, and the caller must call futex_key_put; with *key undefined and nothing
// to drop, in this order: -EINVAL if `va` is no multiple of 4; -EFAULT if it is no user address;
// without `private` -EFAULT also if it cannot be read, for device memory, and for private memory
// that the program cannot write to (except if it sees a file's own page).
int futex_key_get(struct futex_key *key, uintptr_t va, bool private);

// Drop the reference of a key from futex_key_get or futex_move, if it has one; *key is unchanged,
// and must not be put again. The last reference frees an object, and yields. Caller: holds no lock.
void futex_key_put(struct futex_key *key);

// Returns true if both keys mean the same place. Both are set (futex_key_get).
static inline bool futex_same_place(const struct futex_key *a, const struct futex_key *b)
{
	return a->as == b->as && a->id.object == b->id.object && a->id.offset == b->id.offset;
}

// Returns the chain of waiters (struct futex_waiter by `link`) for a place; those of other places
// may share it. Needs no lock, but futex_lock guards what is on the chain.
struct list *futex_chain(const struct futex_key *key);

// Take futex_lock and read the word at `va`, a multiple of 4, of the current space under it; fault
// the page in first if need be, and so sleep. Caller: holds no lock. A waker changes the word
// before it takes futex_lock, so a waiter either sees the new value or is in the table before the
// waker looks.
// Returns 0 with the word in *value_store and futex_lock held, which the caller releases; -EFAULT
// if the word cannot be read, with *value_store undefined and futex_lock not held.
int futex_lock_and_read(uintptr_t va, uint32_t *value_store);

// Put `waiter`, whose key, bitset, `pi` and wait queue are set, at the end of its chain. The waiter
// must stay valid until it is off the chain: a waker takes it off, else its thread by list_remove.
// Caller: holds futex_lock.
void futex_enqueue(struct futex_waiter *waiter);

// Wake up to `most` threads that wait at the place `key` with one of the bits of `bitset`, in the
// order in which they came, and take them off the chain. `most` below 1 counts as 1, as on Linux.
// Returns how many it woke, perhaps 0; -EINVAL at a waiter of a lock with priority inheritance
// (those before it have been woken). Yields. Caller: holds futex_lock, which is released where the
// walk yields and held again at the return, and no other lock.
int futex_wake_place(const struct futex_key *key, int most, uint32_t bitset);

// Count the work of a step in a walk along a chain, and yield if it is time: futex_lock is released
// meanwhile. `next`: the waiter to which the walk would go, or the head of the chain in its place
// (list_entry). Returns what follows now where `next` followed: `next` itself if it is still there;
// perhaps the head. Other pointers to waiters may be invalid afterwards. Caller: holds futex_lock
// and no other lock.
struct futex_waiter *futex_walk_on(struct futex_waiter *next);

// Returns the waiter at the place `key` that came first, whatever it waits for, or NULL. It is
// valid until futex_lock is released. Caller: holds futex_lock.
struct futex_waiter *futex_first(const struct futex_key *key);

// The two places of an operation.
struct futex_places {
	struct futex_key from, to;
};

// Find both places (futex_key_get), `from` first; they may be one. Sleeps unless `private`. Caller:
// holds no lock. Returns 0, and the caller must call futex_places_put; -EINVAL if an address is no
// multiple of 4; -EFAULT as futex_key_get. After an error *places is undefined, and no reference is
// held.
int futex_places_get(struct futex_places *places, uintptr_t from, uintptr_t to, bool private);

// Drop the references of both places, once after futex_places_get. Yields. Caller: holds no lock.
void futex_places_put(struct futex_places *places);

// Let `waiter`, which waits at places->from, wait at places->to from now on; its key gets a new
// reference. It becomes the last one there, except if both places share a chain: then it keeps its
// position. The reference of its old key is left: the caller counts the moved waiters, and calls
// futex_moved when it has released futex_lock. Caller: holds futex_lock.
void futex_move(struct futex_waiter *waiter, const struct futex_places *places);

// Drop the references that the old keys of `count` waiters (perhaps 0) had, which futex_move has
// moved away from places->from. The caller still has its own on *places. Yields. Caller: holds no
// lock.
void futex_moved(struct futex_places *places, int count);
