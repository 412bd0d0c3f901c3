// splice.h: moving bytes into and out of pipes without a program's memory between (splice(2), tee(2),
// vmsplice(2)). The results are Linux's, also where bytes are copied that Linux would share.
#pragma once

#include "fs/pipe.h"

// Move up to `len` > 0 bytes from `in` to `out`, of which one is a pipe's end. *in_pos and *out_pos are
// where a file that is no pipe begins, and advance (NULL: at the file's own position, which advances).
// Waits until a byte can be moved, unless `flags` or an end of a pipe says not to. Sleeps and yields.
// Caller: holds no lock; gives no position of a pipe. Returns how many bytes were moved, 0 at the end; if
// none were: -EBADF (not opened for that); -EINVAL (no pipe, twice the same pipe, a file that
// cannot be spliced, a negative position, or O_APPEND); -EAGAIN; -EPIPE after SIGPIPE; -ERESTARTSYS;
// -ENOMEM; or the error of file_read or file_write.
ssize_t splice_files(struct file *in, uint64_t *in_pos, struct file *out, uint64_t *out_pos,
                     size_t len, uint32_t flags);

// Copy up to `len` > 0 bytes from a pipe to another, and leave them in the first. Waits as
// splice_files. At most 256 slots are copied. Caller: holds no lock. Returns how many bytes were copied;
// if none were, an error as splice_files.
ssize_t splice_tee(struct file *in, struct file *out, size_t len, uint32_t flags);

// Copy the bytes of `uio` into the pipe that `file` is the writing end of, each part of a page into a
// slot of its own. Only the first slot is waited for. Yields. Caller: holds no lock. Returns how many
// bytes were copied; if none were: -EAGAIN, -EPIPE after SIGPIPE, -ERESTARTSYS, -ENOMEM, -EFAULT.
ssize_t splice_from_user(struct file *file, struct uio *uio, uint32_t flags);

// Read from the pipe that `file` is the reading end of. Waits for the first byte unless `flags` says
// not to, whatever the flags of the end are. Yields. Caller: holds no lock. Returns as the read operation
// of a pipe.
ssize_t splice_to_user(struct file *file, struct uio *uio, uint32_t flags);
