// futex.h: futexes: threads that sleep until another thread reports that a word of memory has
// changed (futex(2)). The word belongs to the program; the kernel knows it only while a thread
// waits on it.
#pragma once

#include "kern.h"

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
// negative number; -EINVAL or -EFAULT as above. Caller: holds no lock.
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

// The current thread leaves its address space. Marks the locks of its robust list as free by death,
// and wakes a waiter of each. Then, if other threads stay in that space, stores 0 at the address of
// set_tid_address or CLONE_CHILD_CLEARTID, and wakes one thread that waits there. Caller: holds no
// lock.
void futex_thread_leaves(void);
