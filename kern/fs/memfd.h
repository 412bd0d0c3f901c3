// memfd.h: files in memory that never had a name in the tree, and seals on them.
#pragma once

#include "fs/file.h"

#define MEMFD_NAME_MAX 249 // bytes: with "memfd:" before them, NAME_MAX

// Create an empty file, open for reading and writing, which /proc shows as "/memfd:NAME (deleted)".
// `name` has at most MEMFD_NAME_MAX bytes. `flags`: MFD_ bits; MFD_CLOEXEC is for the caller to
// handle, who has checked the others. With MFD_NOEXEC_SEAL the file has the permissions 0666 and
// F_SEAL_EXEC; else 0777, and F_SEAL_SEAL unless MFD_ALLOW_SEALING is set. It does not count as
// open for writing (file_allow_exec). Sleeps and yields. Caller: holds no lock.
// Returns 0 with an open file with one reference in *store; with *store unchanged: -ENODEV if
// MFD_HUGETLB asks for a size of large pages other than 4 MiB (0 asks for any); -ENOMEM.
int memfd_create(const char *name, unsigned int flags, struct file **store);

// Returns the file's seals (F_GET_SEALS), 0 for none; a regular file that is no memfd has
// F_SEAL_SEAL. -EINVAL if it is not a file that can have any: of another type, or with contents
// made at each read.
int file_get_seals(const struct file *file);

// Add `seals`, F_SEAL_ bits, to the file (F_ADD_SEALS); F_SEAL_EXEC on an executable file also
// fixes its contents. Sleeps. Caller: does not hold the lock of the file's object. Returns 0; with
// no seal added, in this order: -EPERM if the file is not open for writing; -EINVAL for unknown
// seals or a file that can have none; -EPERM if F_SEAL_SEAL is set; -EBUSY while the file is being
// written, and for F_SEAL_WRITE while a shared mapping of it may be written.
int file_add_seals(struct file *file, unsigned int seals);

// Check whether the seals of the file admit the permissions `mode`; checks nothing else. Returns 0;
// -EPERM if the file has F_SEAL_EXEC and `mode` would change one of its three permissions to
// execute. A file without seals admits all.
int inode_check_mode(const struct inode *inode, mode_t mode);
