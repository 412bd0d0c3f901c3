// sys_open.h: what open(2) and openat2(2) share.
#pragma once

#include "fs/path.h"
#include "sys/user_path.h"

// Open the file at the path *arg (path_arg_get), with the directories of `fs`, and give it the
// lowest free descriptor of the current thread. `flags`: O_ bits, with O_CLOEXEC; `mode` counts
// only where a file is created (O_CREAT, O_TMPFILE). The descriptor is reserved first, as in
// Linux's do_sys_openat2: a full table is EMFILE before the file is looked for, and O_CREAT leaves
// no file that the program cannot use. *arg stays the caller's. Sleeps. Caller: holds no lock.
// Returns the descriptor; -EMFILE or -ENOMEM if there is none; or an error of file_open: -ENOENT,
// -EACCES, -EEXIST, -EISDIR, -ENOTDIR, -ELOOP, -EINVAL, -ETXTBSY, -ENXIO, -ERESTARTSYS and others,
// with no descriptor taken.
int open_at(struct fs_context *fs, const struct path_arg *arg, uint32_t flags, mode_t mode);
