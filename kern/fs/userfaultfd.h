// userfaultfd.h: the descriptors of userfaultfd(2). vm/uffd.h has the core.
#pragma once

#include "fs/file.h"

// Create an open file that handles faults of the current process's space. `flags`: O_NONBLOCK,
// UFFD_USER_MODE_ONLY. Returns 0 or -ENOMEM.
int userfaultfd_create(uint32_t flags, struct file **store);
