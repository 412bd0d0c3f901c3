// futex.h: futexes: threads that sleep until another thread reports that a word of memory has
// changed (futex(2)). The word belongs to the program; the kernel knows it only while a thread
// waits on it.
//
// All addresses are of words of 32 bits in the current space. `private`: true if all waiters and
// wakers are in this space, so that the memory at the address need not be looked up. `deadline`: a
// time of clock_ns(), or NO_DEADLINE. All functions that take an address return -EINVAL if it is no
// multiple of 4; -EFAULT if it is none of the user's addresses, or if the word must be accessed and
// cannot be. A sleep that a wakeup has ended counts as woken, even if a signal came with it.
#pragma once

#include "kern.h"

struct thread;

// Prepare the table of waiters. Once, at boot.
void futex_init(void);

// Sleep until futex_wake is called for the word at `va` with one of the bits of `bitset`, provided
// that the word holds `value` now; futex_requeue may move the sleep to another word. `private`: all
// who use the word are in this space. `deadline`: a time of clock_ns(), or NO_DEADLINE. Sleeps.
// Caller: holds no lock.
// Returns 0 if woken; in this order: -EINVAL if `bitset` is 0 or `va` is no multiple of 4; -EFAULT
// if the word cannot be read (without `private` also as futex_key_get); -EAGAIN if the word holds
// another value; then -ETIMEDOUT at the deadline, or -EINTR for a signal.
int futex_wait(uintptr_t va, bool private, uint32_t value, uint32_t bitset, uint64_t deadline);

// Wake up to `most` threads that wait on the word at `va` with one of the bits of `bitset`, in the
// order in which they came. `most` below 1 counts as 1, as on Linux. Does not read the word.
// `private` as in futex_wait. Yields. Caller: holds no lock.
// Returns how many it woke, perhaps 0; -EINVAL if `bitset` is 0, if `va` is no multiple of 4, or at
// a waiter of a lock with priority inheritance (those before it have been woken); -EFAULT if `va`
// is no user's address, or not `private` and bad for futex_key_get (a private address need not be
// mapped).
int futex_wake(uintptr_t va, bool private, int most, uint32_t bitset);

// Wake up to `wake` threads that wait on the word at `from`, in the order in which they came, and
// let up to `requeue` others wait on the word at `to` instead. Unlike futex_wake, 0 is none.
// `expected`: what the word at `from` must hold (NULL: anything, and the word is not read).
// `private`, for both words, as in futex_wait. Yields. Caller: holds no lock.
// Returns how many were woken or moved; -EINVAL for a negative number, or if an address is no
// multiple of 4; -EFAULT if an address is no user's, or not `private` and bad for futex_key_get, or
// if the word must be read and cannot be; -EAGAIN if the word holds another value; -EINVAL at a
// waiter of a lock with priority inheritance (those before it have been woken or moved).
int futex_requeue(uintptr_t from, uintptr_t to, bool private, int wake, int requeue,
                  const uint32_t *expected);

// Change the word at `second` as `code` says (FUTEX_WAKE_OP), wake up to `most` threads that wait
// on the word at `first`, and if the old word at `second` compares as `code` asks, up to
// `most_second` that wait on the one at `second`; each number below 1 counts as 1. `private`, for
// both words, as in futex_wait. Yields. Caller: holds no lock.
// Returns how many were woken; -EINVAL if an address is no multiple of 4; -EFAULT if an address is
// bad (as in futex_wake) or the word at `second` cannot be written; with nobody woken: -ENOSYS for
// an unknown operation, or for an unknown comparison (then the word has been changed); -EINVAL at a
// waiter of a lock with priority inheritance (then the word has been changed, and others may have
// been woken).
int futex_wake_op(uintptr_t first, uintptr_t second, bool private, int most, int most_second,
                  uint32_t code);

// One of the words that futex_wait_any waits on.
struct futex_word {
	uintptr_t va;
	uint32_t value; // what it must hold
	bool private;
};

#define FUTEX_WORDS_MAX 128 // Linux's FUTEX_WAITV_MAX

// Sleep until futex_wake is called, with any bits, for one of words[count], provided that all hold
// their values now: they are compared one after the other. `count` is 1 to FUTEX_WORDS_MAX. Sleeps.
// Caller: holds no lock.
// Returns the index of a word that was woken, the last one of several, also if a later word is
// wrong; else -ENOMEM, before all other errors, also if all threads together would wait on more
// than 16,000 words by this function; -EINVAL if an address is no multiple of 4; -EFAULT if a word
// cannot be read (without `private` also as futex_key_get); -EAGAIN if a word holds another value;
// -ETIMEDOUT at `deadline` (as in futex_wait); -EINTR for a signal.
int futex_wait_any(const struct futex_word *words, uint32_t count, uint64_t deadline);

// Take the lock with priority inheritance at `va`: a word that holds the owner's number, with
// FUTEX_WAITERS if threads may wait for it. If it is taken, sleep until it is free, or, with `try`,
// return -EAGAIN. There is one class of threads, so nobody inherits a priority: the kernel keeps
// the owner and the order in which the waiters came. `private` and `deadline` as in futex_wait.
// Sleeps. Caller: holds no lock.
// Returns 0 with the lock, whose word names the thread (FUTEX_OWNER_DIED if an owner has died);
// -EDEADLK if the current thread owns the lock, or if its owner waits for the current thread,
// directly or through others, or through more than 1,024; -ESRCH if the owner does not exist;
// -EPERM if it is process 1; -EINVAL if `va` is no multiple of 4, if threads wait there in another
// way, or if the word does not name the owner for whom others wait; -ETIMEDOUT; -EINTR for a
// signal; -ENOMEM; -EFAULT if the word cannot be written, or as futex_key_get. After an error the
// word may have FUTEX_WAITERS.
int futex_lock_pi(uintptr_t va, bool private, bool try, uint64_t deadline);

// Release the lock with priority inheritance at `va`: the thread that has waited longest owns it
// then (the word names it, with FUTEX_WAITERS); if none waits, the word becomes 0. `private` as in
// futex_wait. Sleeps. Caller: holds no lock.
// Returns 0; in this order: -EFAULT if the word cannot be read; -EPERM if it does not name the
// current thread; -EINVAL if `va` is no multiple of 4; -EFAULT as futex_key_get; -EINVAL if those
// who wait there do not wait for a lock of this thread; -EFAULT if the word cannot be written.
// After an error nothing has changed.
int futex_unlock_pi(uintptr_t va, bool private);

// If the word at `va` holds `value` now, sleep until futex_requeue_pi has let the current thread
// take the lock at `lock`. futex_wake does not end this sleep. `private`, for both words, and
// `deadline` as in futex_wait. Sleeps. Caller: holds no lock.
// Returns 0 with the lock; in this order: -EINVAL if `va` and `lock` are one address, or no
// multiples of 4; -EFAULT if a word cannot be accessed; -EAGAIN if the word holds another value;
// -EINVAL if both are one word; then -ETIMEDOUT; -EINTR for a signal, or -EAGAIN if the thread had
// been moved to the lock before it; -EFAULT if the lock's owner has died and its word cannot be
// written.
int futex_wait_requeue_pi(uintptr_t va, bool private, uint32_t value, uint64_t deadline,
                          uintptr_t lock);

// Let the thread that has waited longest at `from` by futex_wait_requeue_pi take the lock at `to`,
// if it is free. Move up to `requeue` others to the lock, and one more if it is not free. `wake`
// must be 1. `private`, for both words, as in futex_wait. Sleeps. Caller: holds no lock.
// Returns how many threads have got the lock or were moved, perhaps 0; -EINVAL if `wake` is not 1,
// if `requeue` is negative, if both are one word, if an address is no multiple of 4, or if a thread
// waits at `from` in another way or for another lock; -EAGAIN if the word at `from` does not hold
// `expected`; -EDEADLK if a waiter owns the lock or its owner waits for that waiter; -ESRCH if the
// owner does not exist; -EPERM if it is process 1; -ENOMEM; -EFAULT if a word cannot be accessed.
// After -EINVAL and -EDEADLK threads before the wrong one may have got the lock or been moved.
int futex_requeue_pi(uintptr_t from, uintptr_t to, bool private, int wake, int requeue,
                     uint32_t expected);

// Release the locks with priority inheritance of `thread`, the current one, which leaves its space:
// their first waiters take them, and mark their words with FUTEX_OWNER_DIED. Words of locks for
// which nobody waits stay as they are: the kernel does not know them. If the thread ends
// (thread->leaving), it can own no such lock afterwards. Yields. Caller: holds no lock.
void futex_release_pi_locks(struct thread *thread);

// Do what the program expects when the current thread leaves its address space, by an exec or at
// its end. First mark the locks of its robust list that it owns as free by death
// (FUTEX_OWNER_DIED), and wake a waiter of each that has FUTEX_WAITERS and is no lock with priority
// inheritance: at most 2,048 locks, up to the first one that cannot be accessed. Then release its
// locks with priority inheritance (futex_release_pi_locks). Then, if other threads stay in that
// space, store 0 at the address of set_tid_address or CLONE_CHILD_CLEARTID, and wake one thread
// that waits there, unless the address is bad. The list and the address are forgotten. Sleeps.
// Caller: holds no lock.
void futex_thread_leaves(void);
