// splice.h: moving bytes into and out of pipes without a program's memory between (splice(2), tee(2),
// vmsplice(2)). The results are Linux's, also where bytes are copied that Linux would share.
#pragma once

#include "fs/pipe.h"

// Move up to `len` > 0 bytes from `in` to `out`, of which one is a pipe's end. *in_pos and *out_pos
// are where a file that is no pipe begins, and advance (NULL: at the file's own position, which
// advances). Waits until a byte can be moved, unless SPLICE_F_NONBLOCK in `flags` (the only one
// that counts) or O_NONBLOCK of an end of a pipe says not to. Sleeps and yields. Caller: holds no
// lock; gives no position of a pipe.
// Returns how many bytes were moved, 0 at the end; if none were: -EBADF (not opened for that);
// -EINVAL (no pipe, twice the same pipe, a file that cannot be spliced, a negative position, a
// position of a file without any, or O_APPEND); -EAGAIN; -EPIPE after SIGPIPE; -ERESTARTSYS;
// -ENOMEM; or the error of file_read or file_write.
ssize_t splice_files(struct file *in, uint64_t *in_pos, struct file *out, uint64_t *out_pos,
                     size_t len, uint32_t flags);

// Copy up to `len` > 0 bytes from a pipe to another, and leave them in the first. Waits as
// splice_files, but O_NONBLOCK of either end counts. At most 256 slots are copied. Sleeps and
// yields. Caller: holds no lock. Returns how many bytes were copied, 0 if the pipe is empty and has
// no writers; if none were: -EBADF (not opened for that); -EINVAL (not two different pipes);
// -EAGAIN; -EPIPE after SIGPIPE; -ERESTARTSYS; -ENOMEM.
ssize_t splice_tee(struct file *in, struct file *out, size_t len, uint32_t flags);

// Copy the bytes of `uio` into the pipe that `file` is the writing end of, each part of a page into
// a slot of its own, and advance `uio`. Only the first slot is waited for, unless SPLICE_F_NONBLOCK
// is in `flags`. Sleeps and yields. Caller: holds no lock. Returns how many bytes were copied; if
// none were: -EAGAIN, -EPIPE after SIGPIPE, -ERESTARTSYS, -ENOMEM, -EFAULT.
ssize_t splice_from_user(struct file *file, struct uio *uio, uint32_t flags);

// Read from the pipe that `file` is the reading end of into `uio`. Waits for the first byte unless
// SPLICE_F_NONBLOCK is in `flags`, whatever the flags of the end are. Sleeps and yields. Caller:
// holds no lock. Returns as pipe_read.
ssize_t splice_to_user(struct file *file, struct uio *uio, uint32_t flags);
