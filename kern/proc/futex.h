// futex.h: futexes: threads that wait until another one says that a word of memory has changed
// (futex(2)). The word is the program's; the kernel knows it only while a thread waits.
#pragma once

#include "kern.h"

// Prepare the table. Once, at boot.
void futex_init(void);

// Sleep until a futex_wake on the word at `va` of the current space, if the word is `value` now.
// `private`: nobody waits or wakes in another space, so its memory need not be identified.
// Returns 0 when woken; -EAGAIN where the word has another value, -ETIMEDOUT once clock_ns() has
// reached `deadline`, -EINTR for a signal; -EINVAL for an unaligned address, -EFAULT for one that
// cannot be read. Caller: holds no lock.
int futex_wait(uintptr_t va, bool private, uint32_t value, uint64_t deadline);

// Wake up to `most` threads that wait on the word at `va` of the current space, those first that have
// waited longest; at least one, as on Linux. Returns how many there were, -EINVAL or -EFAULT as above;
// a private address need not be mapped. Caller: holds no lock.
int futex_wake(uintptr_t va, bool private, int most);

// The current thread leaves its address space: if others stay in it, store 0 where set_tid_address or
// CLONE_CHILD_CLEARTID wanted it, and wake one thread that waits there. Caller: holds no lock.
void futex_clear_tid(void);
