// memfd.h: files in memory that never had a name in the tree, and seals on them.
#pragma once

#include "fs/file.h"

#define MEMFD_NAME_MAX 249 // bytes: with "memfd:" before it, a name in a directory

// A new empty file, open for reading and writing, that is shown as "/memfd:NAME (deleted)". `name`
// has at most MEMFD_NAME_MAX bytes; `flags`: MFD_ bits, of which MFD_CLOEXEC is the caller's. 0,
// -ENODEV for pages of a size that there is not, or -ENOMEM.
int memfd_create(const char *name, unsigned int flags, struct file **store);

// What fcntl() does with seals. F_GET_SEALS: the file's seals, or -EINVAL for one that has none.
// F_ADD_SEALS: 0; -EPERM where a seal or the way in which the file was opened forbids it; -EINVAL;
// -EBUSY while the file is mapped so that it can be written.
int file_get_seals(const struct file *file);
int file_add_seals(struct file *file, unsigned int seals);

// May the file's permissions become `mode`? 0, or -EPERM where F_SEAL_EXEC keeps who may execute it.
int inode_check_mode(const struct inode *inode, mode_t mode);
