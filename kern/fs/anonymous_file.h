// anonymous_file.h: open files without a name and without contents, such as eventfds: a descriptor
// is all that a program sees of them. Linux calls their inodes anonymous.
#pragma once

#include "fs/file.h"

// Create an anonymous file and open it, with the operations `ops`, which own `private` from then
// on. Its inode has the permissions 0600, no type, and belongs to root. The links in /proc/PID/fd
// show "anon_inode:" and ops->kind. `flags`: the access mode, and O_NONBLOCK. Yields if out of
// memory. Caller: holds no spinlock. Returns 0 with the file in *store, with one reference; -ENOMEM
// with *store unchanged: `private` stays the caller's.
int anonymous_file_create(uint32_t flags, const struct file_ops *ops, void *private,
                          struct file **store);

// file_ops.lseek of such files: changes nothing, and returns 0 whatever the arguments are, as on
// Linux.
int64_t anonymous_file_lseek(struct file *file, int64_t offset, int whence);
