// random.h: random bytes for programs.
#pragma once

#include "kern.h"

// Seed the generator: from the kernel option `seed`, so that a run can be repeated, else from
// the time-stamp counter and the clock. Called once, at boot.
void random_init(void);

// Fill bytes[n], kernel memory, with random bytes; n may be 0. Good enough for tests and for hash
// seeds, but not for secrets: the state can be computed from a few results, and with it all later
// ones. Takes a spinlock of RANK_DEVICE for the whole length: for small `n`.
void random_bytes(void *bytes, size_t n);

struct uio;

// Fill all of `uio` (uio->left bytes) with random bytes, and advance it. Sleeps and yields. Caller:
// holds no lock. Returns how many bytes were stored: fewer, perhaps 0, if the next byte cannot be
// accessed; at least a page if a signal waits (as for Linux's /dev/urandom, random(4)).
size_t random_copyout(struct uio *uio);
