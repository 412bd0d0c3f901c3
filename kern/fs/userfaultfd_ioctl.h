// userfaultfd_ioctl.h: the requests that ioctl makes of a userfaultfd descriptor.
#pragma once

#include "fs/file.h"
#include "vm/uffd.h"

// The ioctl operation of these files (ioctl_userfaultfd(2)): file->private is a struct uffd. Before
// the handshake (UFFDIO_API) all other requests are -EINVAL. Sleeps and yields. Caller: holds no
// lock. Returns 0; -EINVAL for an unknown request, flag, mode or feature, a second handshake, a
// range that is not of whole pages, or a move in another process's space; -EFAULT if the struct at
// `arg` cannot be read or written; -ESRCH if the space has ended (to register and to end that:
// -ENOMEM); -EAGAIN while mappings change, or if only a part of a fill or a move was done; -EPERM
// for messages of forks without CAP_SYS_PTRACE; -EPERM, -EBUSY, -ENOENT, -EEXIST or -ENOMEM as
// uffd_attach_range, uffd_move and uffd_fill say.
int userfaultfd_ioctl(struct file *file, unsigned int request, void __user *arg);
