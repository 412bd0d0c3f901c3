// open.h: opening a file by its path.
#pragma once

#include "fs/file.h"
#include "fs/path.h"

// Open the file at the path `text`, in the kernel's memory, from the directory `start` (NULL: the
// current directory of `fs`), as open(2) does. With O_CREAT, make a missing one: a regular file
// with the permissions `mode` less the umask; with O_TMPFILE, one without a name. `mode` does not
// matter without these. Unknown flags are ignored, O_CLOEXEC too. Sleeps and yields. Caller: holds
// no lock.
// Returns 0 with an open file with one reference in *store; with *store undefined (a missing file
// may have been made all the same): the errors of path_walk (-ENOENT for a missing file without
// O_CREAT, -ENOTDIR, -ELOOP, -ENAMETOOLONG, -EXDEV, -ENOMEM); -EACCES without permission; -EEXIST
// with O_CREAT and O_EXCL; -EISDIR for a directory that would be written or made; -ENOTDIR with
// O_DIRECTORY; -ELOOP for a link with O_NOFOLLOW; -EINVAL for flags that do not fit together
// (before any other error), or O_DIRECT where that is impossible; -EPERM with O_NOATIME for
// another's file, and with O_TRUNC against a seal; -EOPNOTSUPP for O_TMPFILE in /proc; -EOVERFLOW
// for a large file without O_LARGEFILE; -ETXTBSY; -ENXIO for a socket's name, a device that does
// not exist, or a FIFO without a reader with O_WRONLY and O_NONBLOCK; -ERESTARTSYS if a signal ends
// the wait for a FIFO's other end; -EINTR if the thread is killed.
int file_open(struct fs_context *fs, const struct position *start, const char *text, uint32_t flags,
              mode_t mode, struct file **store);

// Like file_open, for the kernel's own use: `text` starts at the root of the tree, whatever the
// process's root is; a new file gets permissions 0644. O_LARGEFILE is implied. The current thread's
// permissions are checked. Sleeps and yields. Caller: holds no lock. Returns 0 with an open file
// with one reference in *store; with *store undefined: -ENOENT if the file is missing, -ENOMEM, or
// another error of file_open.
int file_open_kernel(const char *text, uint32_t flags, struct file **store);

// Find the inode of the file at `text`, from the root of the tree; a last symbolic link is
// followed. The current thread must be allowed to search the directories on the way. Sleeps and
// yields. Caller: holds no lock. Returns 0 with a new reference in *store; with *store unchanged:
// -ENOENT if a name is missing, -ENOTDIR, -EACCES, -ELOOP, -ENAMETOOLONG, -ENOMEM, -ESRCH, or
// -EINTR if the thread is killed.
int file_lookup_kernel(const char *text, struct inode **store);
