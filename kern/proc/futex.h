// futex.h: futexes: threads that sleep until another thread reports that a word of memory has
// changed (futex(2)). The word belongs to the program; the kernel knows it only while a thread
// waits on it.
#pragma once

#include "kern.h"

struct thread;

// Prepare the table of waiters. Once, at boot.
void futex_init(void);

// Sleep until futex_wake is called for the word at `va` of the current space with one of the bits of
// `bitset`, provided that the word holds `value` now. `private`: all waiters and wakers are in this
// space, so the memory below the address need not be looked up.
// Returns 0 if woken; -EAGAIN if the word holds another value; -ETIMEDOUT once clock_ns() has
// reached `deadline`; -EINTR for a signal; -EINVAL if the address is not aligned, or if `bitset` is
// 0; -EFAULT if it cannot be read. Caller: holds no lock.
int futex_wait(uintptr_t va, bool private, uint32_t value, uint32_t bitset, uint64_t deadline);

// Wake up to `most` threads that wait on the word at `va` of the current space with one of the bits
// of `bitset`, in the order in which they came; at least one even if `most` is less than 1, as on
// Linux. Returns how many it woke, -EINVAL or -EFAULT as above; a private address need not be mapped.
// Caller: holds no lock.
int futex_wake(uintptr_t va, bool private, int most, uint32_t bitset);

// Wake `wake` threads that wait on the word at `from`, and let up to `requeue` others wait on the
// word at `to` instead. `expected`: what the word at `from` must hold (NULL: anything).
// Returns how many were woken or moved; -EAGAIN if the word holds another value; -EINVAL for a
// negative number; -EINVAL or -EFAULT as above. All calls that wake return -EINVAL at a waiter of a
// lock with priority inheritance. Caller: holds no lock.
int futex_requeue(uintptr_t from, uintptr_t to, bool private, int wake, int requeue,
                  const uint32_t *expected);

// Change the word at `second` as `code` says (FUTEX_WAKE_OP), wake up to `most` threads that wait on
// the word at `first`, and if the old word compares as `code` asks, up to `most_second` that wait on
// the one at `second`. Returns how many were woken; -ENOSYS for an unknown operation or comparison;
// -EINVAL or -EFAULT as above. Caller: holds no lock.
int futex_wake_op(uintptr_t first, uintptr_t second, bool private, int most, int most_second,
                  uint32_t code);

// One of the words that futex_wait_any waits on.
struct futex_word {
	uintptr_t va;
	uint32_t value; // what it must hold
	bool private;
};

#define FUTEX_WORDS_MAX 128 // Linux's FUTEX_WAITV_MAX

// Sleep until futex_wake is called for one of words[count], provided that all hold their values now.
// Returns the index of a word that was woken; the errors of futex_wait; -ENOMEM. Caller: holds no
// lock.
int futex_wait_any(const struct futex_word *words, uint32_t count, uint64_t deadline);

// Take the lock with priority inheritance at `va`: a word that holds the owner's number, with
// FUTEX_WAITERS if threads may wait for it. If it is taken, sleep until it is free, or, with `try`,
// return -EAGAIN. There is one class of threads, so nobody inherits a priority: the kernel keeps the
// owner and the order in which the waiters came.
// Returns 0; -EDEADLK if the current thread owns the lock, or if its owner waits for the current
// thread, directly or through others; -ESRCH if the owner does not exist; -EPERM if it is the
// kernel's; -EINVAL if other waiters wait there, or if the word does not name the owner;
// -ETIMEDOUT; -EINTR; -ENOMEM; -EINVAL or -EFAULT as above. Caller: holds no lock.
int futex_lock_pi(uintptr_t va, bool private, bool try, uint64_t deadline);

// Release such a lock: the thread that has waited longest owns it then. Returns 0; -EPERM if the word
// does not name the current thread; -EINVAL as above; -EFAULT. Caller: holds no lock.
int futex_unlock_pi(uintptr_t va, bool private);

// Sleep as futex_wait does, until futex_requeue_pi has let the current thread take the lock at `lock`.
// Returns 0 with the lock; -EAGAIN if the word holds another value, or if a signal came after the
// thread had been moved to the lock; -ETIMEDOUT; -EINTR for a signal before that; -EINVAL if both
// are one word; -EINVAL or -EFAULT as above. Caller: holds no lock.
int futex_wait_requeue_pi(uintptr_t va, bool private, uint32_t value, uint64_t deadline,
                          uintptr_t lock);

// Let the thread that has waited longest at `from` by futex_wait_requeue_pi take the lock at `to`, if
// it is free. Move up to `requeue` others to the lock, and one more if it is not free. `wake` must be
// 1. Returns how many threads have got the lock or were moved; -EAGAIN if the word at `from` does not
// hold `expected`; -EINVAL if a thread waits in another way, or for another lock; the errors of
// futex_lock_pi. Caller: holds no lock.
int futex_requeue_pi(uintptr_t from, uintptr_t to, bool private, int wake, int requeue,
                     uint32_t expected);

// Release the locks with priority inheritance of `thread`, which leaves its space: their first
// waiters take them. If the thread ends, it gets no other. Yields. Caller: holds no lock.
void futex_release_pi_locks(struct thread *thread);

// The current thread leaves its address space. Marks the locks of its robust list as free by death,
// and wakes a waiter of each. Releases its locks with priority inheritance. Then, if other threads stay in that space, stores 0 at the address of
// set_tid_address or CLONE_CHILD_CLEARTID, and wakes one thread that waits there. Caller: holds no
// lock.
void futex_thread_leaves(void);
