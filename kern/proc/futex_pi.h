// futex_pi.h: what the files of locks with priority inheritance share (FUTEX_LOCK_PI and its
// relatives). The word of such a lock holds the number of its owner, so that the kernel can find
// it. There is one class of threads, so nobody inherits a priority here: the kernel keeps the owner
// and the order of the waiters.
#pragma once

#include "proc/futex_internal.h"

struct thread;

// A lock that threads wait for. It is made by the first waiter and freed with the last one.
// [f] futex_lock
struct pi_lock {
	struct thread *owner; // [f] NULL: it has died, and the first waiter takes the lock
	struct list owned;    // [f] among the locks of the owner (thread->pi_locks)
	struct list waiters;  // [f] struct pi_waiter by lock_link, the oldest first
};

// A thread that waits for such a lock, or, with `target`, for a word whose waiters may be moved to
// a lock (FUTEX_WAIT_REQUEUE_PI). It lies on the thread's stack.
// [f] futex_lock   [c] constant while it waits
struct pi_waiter {
	struct futex_waiter waiter;     // waiter.pi is true
	struct waitq wait;              // the thread sleeps here
	struct thread *thread;          // [c]
	uintptr_t va;                   // [c] the word of the lock
	const struct futex_key *target; // [c] the only lock that it may be moved to; or NULL
	struct pi_lock *lock;           // [f] it waits for this lock; NULL: it does not, or not yet
	struct list lock_link;          // [f] among the waiters of `lock`
	bool owns;                      // [f] it has got the lock
};

// Returns the struct pi_waiter of a waiter whose `pi` is true. The caller has tested that.
static inline struct pi_waiter *pi_waiter_of(struct futex_waiter *waiter)
{
	return container_of(waiter, struct pi_waiter, waiter);
}

// An attempt to take a lock.
struct pi_request {
	const struct futex_key *key; // the lock's place,
	uintptr_t va;                // and its address in the current space
	struct thread *thread;       // who takes the lock
	bool more;                   // others will wait for the lock if this thread gets it
	struct pi_lock *fresh;       // memory for a lock; NULL: none yet, or it has been used
	struct pi_lock *lock;        // result: the lock to wait for, or NULL
};

// Take the lock for request->thread if it is free, and write its number to the word
// (FUTEX_OWNER_DIED stays); else mark the word as one with waiters, and find the lock to wait for.
// If nobody comes to wait for request->lock, the caller must call pi_lock_unused. Caller: holds
// futex_lock.
// Returns 1 if the thread has got the lock (with request->more request->lock is the lock, else
// NULL); 0 with request->lock if it must wait. With request->lock NULL, in this order: -EDEADLK if
// the word names the thread; -EINVAL if other waiters wait there, or if the word does not name the
// owner for whom they wait; -ENOMEM if request->fresh is needed, and there is none; -ESRCH if the
// owner does not exist, -EPERM if it is process 1 (the word has been marked). -EFAULT if the word
// must be faulted in for writing first.
int pi_try(struct pi_request *request);

// Provide what pi_try, or a function that calls it, has missed: `error` is what it has returned.
// -EFAULT: fault the word in for writing; -ENOMEM: allocate request->fresh, which the caller frees
// by kfree if it is left. Returns true if that has succeeded, and the call may be tried again;
// false if the word cannot be written, if out of memory, if request->fresh was there already, and
// for any other `error`, or none. Sleeps. Caller: holds no lock.
bool pi_provide(struct pi_request *request, int error);

// Free `lock`, and take it from its owner's list, if nobody waits for it; else do nothing. Does not
// change its word. Caller: holds futex_lock.
void pi_lock_unused(struct pi_lock *lock);

// Mark the owner of `lock`, the owner of the lock for which that thread waits, and so on, up to a
// lock whose owner has died. The marks of earlier calls end. Returns true if all are marked; false
// if there are more than 1,024 owners, which is as far as Linux follows, or if they wait for each
// other in a ring.
// Caller: holds futex_lock.
bool pi_mark_owners(const struct pi_lock *lock);

// Returns true if the last pi_mark_owners, by any thread, has marked `thread`: it would wait for
// itself, if it waited for that lock. Caller: holds futex_lock, since pi_mark_owners.
bool pi_is_marked(const struct thread *thread);

// Read the word of a lock at `va`, a multiple of 4, of the current space. Returns true with the
// word in *store; false, with *store undefined, if its page must be faulted in first, or is no
// user's. Caller: holds futex_lock.
bool pi_read_word(uintptr_t va, uint32_t *store);

// Put `me`, the current thread's, on the chain of its place, and initialize its wait queue. Its
// key, waiter.pi, thread, va and target are set, and its lock is NULL. It must stay valid until
// pi_wait has returned. Caller: holds futex_lock.
void pi_enqueue(struct pi_waiter *me);

// Let `waiter`, which is on the chain of the lock's place (pi_enqueue, futex_move), wait for
// `lock`, as the last one. Takes no reference: `lock` lives as long as somebody waits for it. The
// caller has looked for a deadlock (pi_mark_owners). Caller: holds futex_lock.
void pi_attach(struct pi_waiter *waiter, struct pi_lock *lock);

// Sleep until `me`, the current thread's, which is on its chain (pi_enqueue), has got the lock.
// Afterwards it is on no list, and its lock may be freed. Caller: holds futex_lock and no other
// spinlock; it is released meanwhile, and held again at the return.
// Returns 0 with the lock, whose word names the thread, also if a signal came with it; -ETIMEDOUT
// once clock_ns() has reached `deadline` (NO_DEADLINE: never); -EINTR for a signal; -EAGAIN for a
// signal if the waiter has been moved to the lock; -EFAULT if the owner has died and the word
// cannot be written.
int pi_wait(struct pi_waiter *me, uint64_t deadline);
