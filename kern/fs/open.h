// open.h: opening a file by its path.
#pragma once

#include "fs/file.h"
#include "fs/path.h"

// Open the file at the path `text` from the directory `start` (NULL: see path_walk) as open(2) does.
// With O_CREAT, make a missing one: a regular file with the permissions `mode` less the umask; with
// O_TMPFILE, one without a name. Stores an open file with one reference in *store; after an error
// *store is undefined. Yields. Caller: holds no lock. Returns 0; -errno as open(2); -ERESTARTSYS if a
// signal ends the wait for a FIFO's other end; -EINTR if the thread is killed.
int file_open(struct fs_context *fs, struct inode *start, const char *text, uint32_t flags,
              mode_t mode, struct file **store);

// Like file_open, for the kernel's own use: `text` starts at the root of the tree, whatever the
// process's root is; a new file gets permissions 0644.
int file_open_kernel(const char *text, uint32_t flags, struct file **store);

// Find the inode of the file at `text`, from the root of the tree. Stores a new reference.
// Returns 0 or -errno.
int file_lookup_kernel(const char *text, struct inode **store);
