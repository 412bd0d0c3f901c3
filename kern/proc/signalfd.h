// signalfd.h: signals as a file (signalfd(2)): a read takes pending signals of a set, which are
// those of the process that reads.
#pragma once

#include "fs/file.h"
#include "proc/signal_queue.h"

struct signal_state;

// Make a file for the signals of `set`; SIGKILL and SIGSTOP are left out. `flags`, not checked:
// O_NONBLOCK or 0. Opens no descriptor, and blocks no signal. Returns 0 with a new reference on the
// file in *store; with *store unchanged: -ENFILE if 4,000 signalfds are open in all; -ENOMEM.
int signalfd_create(sigmask_t set, uint32_t flags, struct file **store);

// Returns true if `file` was made by signalfd_create.
bool file_is_signalfd(const struct file *file);

// Wake the epoll sets that watch a signalfd for the process of `signals`, because a signal is
// pending for it. Takes signalfd_lock; the caller may hold signals->lock.
void signalfd_notify(struct signal_state *signals);

// Let no epoll set watch a file for the process of `signals` any more, because it has ended. Takes
// signalfd_lock.
void signalfd_process_ended(struct signal_state *signals);

// Replace the set of `file`, a signalfd (not checked), by `set` without SIGKILL and SIGSTOP, for
// all that use the file. Wakes the threads of the current process that read or poll a signalfd, and
// the epoll sets that watch `file`. Takes the lock of the current process's signals.
void signalfd_set(struct file *file, sigmask_t set);
