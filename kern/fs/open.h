// open.h: what open() does.
#pragma once

#include "fs/file.h"
#include "fs/path.h"

// Open the file at `text` (see path_walk) as open() does: with O_CREAT make it, a regular file with
// the permissions `mode` less the umask. Stores a file with one reference. 0 or -errno.
int file_open(struct fs_context *fs, struct inode *start, const char *text, uint32_t flags,
              mode_t mode, struct file **store);

// The same for the kernel's own use: from the root of the tree.
int file_open_kernel(const char *text, uint32_t flags, struct file **store);

// The inode of the file at `text`, from the root of the tree. Stores a reference. 0 or -errno.
int file_lookup_kernel(const char *text, struct inode **store);
