// random.h: random bytes for programs.
#pragma once

#include "kern.h"

// Start the generator: from the kernel option `seed`, so that a run can be repeated, or else from
// the time-stamp counter and the clock. Once, at boot.
void random_init(void);

// Fill bytes[n]. Good enough for tests and hash seeds, not for secrets.
void random_bytes(void *bytes, size_t n);

struct uio;

// Random bytes for all of the list. Yields. Returns how many were stored: fewer where a byte cannot
// be accessed, or after a whole page when a signal waits.
size_t random_copyout(struct uio *uio);
