// eventfd.h: a counter as a file (eventfd(2)): a write adds to it, a read takes it.
#pragma once

#include "fs/file.h"

// Create an eventfd whose counter is `count`. With `semaphore` a read takes 1 off the counter and
// returns 1; without it, takes all and returns that. `flags`: O_NONBLOCK or 0. Yields if out of
// memory. Caller: holds no spinlock. Returns 0 with the file, open for reading and writing, in
// *store, with one reference; -ENOMEM with *store unchanged.
int eventfd_create(uint32_t count, bool semaphore, uint32_t flags, struct file **store);
