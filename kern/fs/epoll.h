// epoll.h: sets of files that a program waits for (epoll(7)). A file that becomes ready puts itself
// on its set's list of ready files, so a wait looks at these alone, however many files are in the
// set.
#pragma once

#include "fs/file.h"
#include "thread/waitq.h"
#include <abi/epoll.h>

// Prepare the lock. Once, at boot.
void epoll_init(void);

// Create an empty set as a file. Returns 0 with the file in *store; -ENOMEM.
int epoll_create(struct file **store);

// Returns true if `file` is such a set.
bool file_is_epoll(const struct file *file);

// Add `file`, which is descriptor `fd` of the program, to the set; change its events, or remove it.
// `op` is EPOLL_CTL_ADD, MOD or DEL.
// Returns 0; -EEXIST if it is in the set; -ENOENT if it is not; -EPERM if it is a file that never
// waits; -EINVAL for an unknown `op`, for the set itself, for EPOLLEXCLUSIVE where that is not
// allowed, and if too many paths would lead from a file up through sets in sets; -ELOOP if sets
// would contain each other, or be nested too deep; -ENOSPC if there are too many items, or too many
// in which the file's queue or a set is; -ENOMEM.
// Caller: holds no lock.
int epoll_control(struct file *set, int op, struct file *file, int fd, struct epoll_event event);

// Store at `events` of the current space up to `max` files of the set that are ready, with their events,
// and wait for the first until `deadline` (0: do not wait). A file whose event cannot be stored stays
// ready.
// Returns how many; 0 at the deadline; -EINTR for a signal; -EFAULT if none could be stored. Caller: holds
// no lock.
int epoll_collect(struct file *set, struct epoll_event __user *events, int max, uint64_t deadline);

// The last reference on `file` is gone, and it is in sets: take it out of them. Caller: holds no
// lock.
void epoll_file_closed(struct file *file);
