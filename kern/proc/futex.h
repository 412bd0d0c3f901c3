// futex.h: futexes: threads that sleep until another thread reports that a word of memory has
// changed (futex(2)). The word belongs to the program; the kernel knows it only while a thread
// waits on it.
#pragma once

#include "kern.h"

// Prepare the table of waiters. Once, at boot.
void futex_init(void);

// Sleep until futex_wake is called for the word at `va` of the current space, provided that the
// word holds `value` now. `private`: all waiters and wakers are in this space, so the memory below
// the address need not be looked up.
// Returns 0 if woken; -EAGAIN if the word holds another value; -ETIMEDOUT once clock_ns() has
// reached `deadline`; -EINTR for a signal; -EINVAL if the address is not aligned; -EFAULT if it
// cannot be read. Caller: holds no lock.
int futex_wait(uintptr_t va, bool private, uint32_t value, uint64_t deadline);

// Wake up to `most` threads that wait on the word at `va` of the current space, in the order in
// which they came; at least one even if `most` is less than 1, as on Linux. Returns how many it
// woke, -EINVAL or -EFAULT as above; a private address need not be mapped. Caller: holds no lock.
int futex_wake(uintptr_t va, bool private, int most);

// Called when the current thread leaves its address space. If other threads stay in that space,
// stores 0 at the address of set_tid_address or CLONE_CHILD_CLEARTID, and wakes one thread that
// waits there. Caller: holds no lock.
void futex_clear_tid(void);
