// pidfd.h: processes as files (pidfd_open(2)). Such a file means one process for ever, also after
// its number means another one.
#pragma once

#include "kern.h"

struct file;
struct process;

// Create a file that means a process: `process`, which the caller has created and not published yet
// (`pid` does not count then); or with `process` NULL the process `pid`, perhaps a zombie. The file
// keeps no process alive, and no descriptor is opened. `flags`, not checked: O_NONBLOCK or 0.
// Returns 0 with a new reference on the file in *store; with *store unchanged: -ESRCH if `pid`, any
// number, is that of no process or thread; -ENOENT if it is a thread that is not the first of its
// process; -ENOMEM. Caller: holds no lock.
int pidfd_create(struct process *process, pid_t pid, uint32_t flags, struct file **store);

// Returns true if `file` was made by pidfd_create.
bool file_is_pidfd(const struct file *file);

// Returns the process that `file`, a pidfd (not checked), means, perhaps a zombie; NULL once it has
// been reaped. Borrowed: valid until the caller releases process_lock. Caller: holds process_lock.
struct process *pidfd_process(const struct file *file);

// Wake those that wait for the file of `process`, which has become a zombie. Does nothing if it has
// no file. Caller: holds process_lock.
void pidfd_ended(struct process *process);

// Let the file of `process` mean nothing from now on, because the process is reaped, or was never
// published; wake those that wait for it. Does nothing if it has no file. Caller: holds
// process_lock.
void pidfd_reaped(struct process *process);
