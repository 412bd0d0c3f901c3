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

// A thread that waits on a word. It lies on the thread's stack. A thread that waits on several words
// has several of them with one wait queue.
// [f] futex_lock   [c] constant while it waits
struct futex_waiter {
	struct list link;     // [f] on its chain; on no list once it has been woken
	struct futex_key key; // [f] a requeue changes it
	uint32_t bitset;      // [c] it is woken only by wakers that have one of the bits
	struct waitq *wait;   // [c] the waiting thread sleeps here
	bool pi;              // [c] part of a struct pi_waiter (proc/futex_pi.h)
};

// Find the place of `va` in the current space. `private`: all waiters and wakers are in this space,
// so the memory below the address need not be looked up. Returns 0, and the caller must call
// futex_key_put; -EINVAL if `va` is not aligned; -EFAULT.
int futex_key_get(struct futex_key *key, uintptr_t va, bool private);

// Drop the reference of a key.
void futex_key_put(struct futex_key *key);

// Returns true if both keys mean the same place.
static inline bool futex_same_place(const struct futex_key *a, const struct futex_key *b)
{
	return a->as == b->as && a->id.object == b->id.object && a->id.offset == b->id.offset;
}

// Returns the chain for a place. futex_lock guards the chain itself.
struct list *futex_chain(const struct futex_key *key);

// Take futex_lock and read the word at `va` under it. A waker changes the word before it takes the
// lock, so a waiter either sees the new value or is in the table before the waker looks. Returns 0;
// -EFAULT without the lock.
int futex_lock_and_read(uintptr_t va, uint32_t *value_store);

// Put `waiter`, whose key, bitset and queue are set, at the end of its chain. Caller: holds
// futex_lock.
void futex_enqueue(struct futex_waiter *waiter);

// Wake up to `most` threads that wait at the place `key` with one of the bits of `bitset`, in the
// order in which they came; at least one even if `most` is less than 1, as on Linux. Returns how
// many; -EINVAL at a waiter of a lock with priority inheritance. Caller: holds futex_lock, which is
// released where the walk yields, and no other lock.
int futex_wake_place(const struct futex_key *key, int most, uint32_t bitset);

// Count the work of a step in a walk along a chain, and yield if it is time: futex_lock is released
// meanwhile. Returns the waiter that follows now where `next` followed. Caller: holds futex_lock and
// no other lock.
struct futex_waiter *futex_walk_on(struct futex_waiter *next);

// Returns the oldest waiter at the place `key`, or NULL. Caller: holds futex_lock.
struct futex_waiter *futex_first(const struct futex_key *key);

// The two places of an operation.
struct futex_places {
	struct futex_key from, to;
};

// Find both places. Returns 0, and the caller must call futex_places_put; -EINVAL; -EFAULT.
int futex_places_get(struct futex_places *places, uintptr_t from, uintptr_t to, bool private);

// Drop the references of both places.
void futex_places_put(struct futex_places *places);

// Let `waiter` wait at the second place from now on. The caller calls futex_moved later. Caller: holds
// futex_lock.
void futex_move(struct futex_waiter *waiter, const struct futex_places *places);

// Drop the references that the old keys of `count` moved waiters had. Caller: holds no lock.
void futex_moved(struct futex_places *places, int count);
