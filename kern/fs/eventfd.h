// eventfd.h: a counter as a file (eventfd(2)): a write adds to it, a read takes it.
#pragma once

#include "fs/file.h"

// Create such a file with the counter `count`. With `semaphore` a read takes 1 and not all.
// `flags`: O_NONBLOCK or 0. Caller: must not hold a spinlock. Returns 0 with the file in *store,
// with one reference; -ENOMEM.
int eventfd_create(uint32_t count, bool semaphore, uint32_t flags, struct file **store);
