// userfaultfd.h: the descriptors of userfaultfd(2). vm/uffd.h has the core.
#pragma once

#include "kern.h"

// Open a descriptor of the current thread that handles faults of the current space. `flags`:
// O_CLOEXEC, O_NONBLOCK, UFFD_USER_MODE_ONLY. Checks no permission. Sleeps and yields. Caller:
// holds no lock. Returns the descriptor; with nothing opened: -EINVAL for other flags; -EMFILE if
// none is free below RLIMIT_NOFILE; -ENOMEM.
int userfaultfd_open(uint32_t flags);

// Create /dev/userfaultfd. Panics if out of memory. Called once, at boot.
void userfaultfd_init(void);
