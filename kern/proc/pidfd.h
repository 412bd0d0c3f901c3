// pidfd.h: processes as files (pidfd_open(2)). Such a file means one process for ever, also after
// its number means another one.
#pragma once

#include "kern.h"

struct file;
struct process;

// Create a file that means `process`. `flags`: O_NONBLOCK or 0. The process is the caller's, and not
// published yet, or `pid` names it and `process` is NULL. Returns 0 with the file in *store; -ESRCH;
// -ENOENT if `pid` is a thread that is not the first of its process; -ENOMEM. Caller: holds no lock.
int pidfd_create(struct process *process, pid_t pid, uint32_t flags, struct file **store);

// Returns true if `file` means a process.
bool file_is_pidfd(const struct file *file);

// Returns the process that `file`, a pidfd, means, perhaps a zombie; NULL once it has been reaped.
// Caller: holds process_lock.
struct process *pidfd_process(const struct file *file);

// The process has become a zombie: wake those that wait for its file. Caller: holds process_lock.
void pidfd_ended(struct process *process);

// The process is reaped: its file means nothing from now on. Caller: holds process_lock.
void pidfd_reaped(struct process *process);
