// userfaultfd_ioctl.h: the requests that ioctl makes of a userfaultfd descriptor.
#pragma once

#include "fs/file.h"
#include "vm/uffd.h"

// The ioctl operation of these files (ioctl_userfaultfd(2)). Before the handshake all requests but
// UFFDIO_API are -EINVAL, as are unknown ones. Sleeps and yields. Caller: must not hold a lock.
// Returns 0, or -errno as the manual page says.
int userfaultfd_ioctl(struct file *file, unsigned int request, void __user *arg);
