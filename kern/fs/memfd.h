// memfd.h: files in memory that never had a name in the tree, and seals on them.
#pragma once

#include "fs/file.h"

#define MEMFD_NAME_MAX 249 // bytes: with "memfd:" before them, NAME_MAX

// Create an empty file, open for reading and writing, which /proc shows as "/memfd:NAME (deleted)".
// `name` has at most MEMFD_NAME_MAX bytes. `flags`: MFD_ bits; MFD_CLOEXEC is for the caller to
// handle, who has checked the others. Sleeps. Caller: holds no lock. Returns 0 with an open file
// with one reference in *store; with *store unchanged: -ENODEV if MFD_HUGETLB asks for a size of
// large pages other than 4 MiB (0 asks for any); -ENOMEM.
int memfd_create(const char *name, unsigned int flags, struct file **store);

// Returns the file's seals (F_GET_SEALS), 0 for none; -EINVAL if it is not a file that can have
// any.
int file_get_seals(const struct file *file);

// Add seals to the file (F_ADD_SEALS); F_SEAL_EXEC on an executable file also fixes its contents.
// Returns 0; -EPERM if the file is not open for writing or F_SEAL_SEAL is set; -EINVAL for unknown
// seals or a file that can have none; -EBUSY while the file is being written, and for F_SEAL_WRITE
// while a shared mapping of it may be written.
int file_add_seals(struct file *file, unsigned int seals);

// Check whether the seals of the file admit the permissions `mode`; checks nothing else. Returns 0;
// -EPERM if F_SEAL_EXEC fixes who may execute the file and `mode` would change that.
int inode_check_mode(const struct inode *inode, mode_t mode);
