// sys_stat.h: what the calls that read attributes share with their old forms (sys_old_stat.c).
#pragma once

#include "kern.h"
#include <abi/stat.h>
#include <abi/statfs.h>

// Fetch the attributes of the file that `dirfd`, `path` and `flags` name (inode_arg_get; other
// flags are ignored). *st is kernel memory. Copies from the user, and sleeps: no lock may be held.
// Returns 0; with *st unchanged: -EFAULT, -ENAMETOOLONG, -EBADF, -ENOENT, -ENOTDIR, -EACCES,
// -ELOOP, -ENOMEM or another error of inode_arg_get.
int stat_of_path(int dirfd, const char __user *path, int flags, struct stat *st);

// Fetch the attributes of the file of descriptor `fd`, also one opened with O_PATH. *st is kernel
// memory. Sleeps and yields: no lock may be held. Returns 0; -EBADF, with *st unchanged, if it is
// not open.
int stat_of_fd(int fd, struct stat *st);

// Fetch the state of the file system of the file at `path`; a last symbolic link is followed, and a
// relative path starts at the current directory. *st is kernel memory. Copies from the user, and
// sleeps: no lock may be held. Returns 0; with *st unchanged: -EFAULT, -ENAMETOOLONG, -ENOENT,
// -ENOTDIR, -EACCES, -ELOOP, -ENOMEM or another error of inode_arg_get.
int statfs_of_path(const char __user *path, struct statfs64 *st);

// Fetch the state of the file system of descriptor `fd`'s file, also of one opened with O_PATH. *st
// is kernel memory. Yields: no lock may be held. Returns 0; -EBADF, with *st unchanged, if it is
// not open.
int statfs_of_fd(int fd, struct statfs64 *st);
