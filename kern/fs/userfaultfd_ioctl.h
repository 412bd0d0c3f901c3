// userfaultfd_ioctl.h: the requests that ioctl makes of a userfaultfd descriptor.
#pragma once

#include "fs/file.h"
#include "vm/uffd.h"

// The ioctl operation of these files (ioctl_userfaultfd(2)). Before the handshake (UFFDIO_API) all
// other requests are -EINVAL. Sleeps and yields. Caller: holds no lock. Returns 0; -EINVAL for an
// unknown request, flag, mode or feature, or a range that is not of whole pages; -EFAULT if the
// struct at `arg` cannot be read or written; -ESRCH if the space has ended; -EAGAIN while mappings
// change, or if only a part of a fill was done; -EPERM, -EBUSY, -ENOENT, -EEXIST or -ENOMEM as
// uffd_attach_range and uffd_fill say.
int userfaultfd_ioctl(struct file *file, unsigned int request, void __user *arg);
