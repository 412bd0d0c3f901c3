// open.h: opening a file by its path.
#pragma once

#include "fs/file.h"
#include "fs/path.h"

// Open the file at the path `text` (see path_walk) as open(2) does. With O_CREAT, make a missing
// one: a regular file with the permissions `mode` less the umask. Stores an open file with one
// reference in *store. Caller: holds no lock. Returns 0 or -errno as open(2).
int file_open(struct fs_context *fs, struct inode *start, const char *text, uint32_t flags,
              mode_t mode, struct file **store);

// Like file_open, for the kernel's own use: `text` starts at the root of the tree, whatever the
// process's root is; a new file gets permissions 0644.
int file_open_kernel(const char *text, uint32_t flags, struct file **store);

// Find the inode of the file at `text`, from the root of the tree. Stores a new reference.
// Returns 0 or -errno.
int file_lookup_kernel(const char *text, struct inode **store);
