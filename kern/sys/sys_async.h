// sys_async.h: the flags of open files, and signals when a file is ready, as fcntl(2) and ioctl(2)
// set them.
#pragma once

#include "fs/file.h"
#include "kern.h"

// Change the flags of an open file as F_SETFL does; `fd`: the descriptor that signals name. All
// descriptors that share the file see the flags. O_ASYNC is dropped where it has no effect; a
// terminal without an owner gets one: its foreground group, or the current process. Caller: holds
// no lock. Returns 0; with no flag changed: -EINVAL for O_DIRECT where this file cannot do it;
// -EPERM for O_NOATIME of another's file; -ENOMEM, -ENOTTY or -ENOSPC for O_ASYNC (async_file_set).
int file_change_flags(int fd, struct file *file, uint32_t flags);

// FIOASYNC. Sleeps. Caller: holds no lock. Returns 0; -EFAULT; -ENOTTY for a file without signals;
// -ENOMEM or -ENOSPC.
int ioctl_async(int fd, struct file *file, const int __user *arg);

// Returns true for the commands of fcntl_owner.
bool is_owner_command(unsigned int command);

// Do F_SETOWN, F_GETOWN, F_SETSIG and their relatives. Sleeps. Caller: holds no lock. Returns what
// fcntl returns; -EINVAL for a bad type, signal or number; -ESRCH if the number of the owner names
// nothing; -EFAULT; -ENOMEM.
int fcntl_owner(struct file *file, unsigned int command, uint32_t arg);

// Do FIOSETOWN, SIOCSPGRP, FIOGETOWN and SIOCGPGRP of a socket. Sleeps. Caller: holds no lock.
// Returns 0; an error as fcntl_owner; -ENOTTY for other requests.
int ioctl_socket_owner(struct file *file, unsigned int request, void __user *arg);
