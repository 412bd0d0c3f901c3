// signalfd.h: signals as a file (signalfd(2)): a read takes pending signals of a set, which are
// those of the process that reads.
#pragma once

#include "fs/file.h"
#include "proc/signal_queue.h"

struct signal_state;

// Make a file for the signals of `set`. `flags`: O_NONBLOCK. Returns 0 with the file in *store;
// -ENOMEM.
int signalfd_create(sigmask_t set, uint32_t flags, struct file **store);

// Returns true if `file` is such a file.
bool file_is_signalfd(const struct file *file);

// A signal is pending for the process of `signals`: wake the sets of files that watch such a file for
// it.
void signalfd_notify(struct signal_state *signals);

// The process of `signals` has ended: nobody watches a file for it any more.
void signalfd_process_ended(struct signal_state *signals);

// Replace the set of such a file.
void signalfd_set(struct file *file, sigmask_t set);
