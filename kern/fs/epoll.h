// epoll.h: sets of files that a program waits for (epoll(7)). A file that becomes ready puts itself
// on its set's list of ready files, so a wait looks at these alone, however many files are in the
// set.
#pragma once

#include "fs/file.h"
#include "thread/waitq.h"
#include <abi/epoll.h>

// Initialise epoll_lock. Once, at boot.
void epoll_init(void);

// Create an empty set as a file. Caller: holds no spinlock. Returns 0 with the file in *store, with
// one reference; -ENOMEM with *store unchanged.
int epoll_create(struct file **store);

// Returns true if `file` was made by epoll_create.
bool file_is_epoll(const struct file *file);

// Add `file`, which is descriptor `fd` of the program, to the set; change its events, or remove it.
// `op` is EPOLL_CTL_ADD, MOD or DEL; `event` does not matter for DEL. The set takes no reference on
// `file`: epoll_file_closed ends the item. Sleeps. Caller: holds no lock.
// Returns 0; -EPERM if `file` never waits; -EINVAL if `set` is no set or is `file` itself, for an
// unknown `op`, for EPOLLEXCLUSIVE where that is not allowed, and if too many paths would lead from
// a file up through sets in sets; -EEXIST (ADD) if `file` and `fd` are in the set; -ENOENT (MOD,
// DEL) if they are not; -ELOOP if sets would contain each other, or be nested too deep; -ENOSPC if
// there are too many items, or too many in which the file's queue or a set is; -ENOMEM.
int epoll_control(struct file *set, int op, struct file *file, int fd, struct epoll_event event);

// Store at `events` of the current space the events of up to `max` files of the set that are ready.
// While none is, wait until clock_ns() reaches `deadline` (0: do not wait; NO_DEADLINE: for ever).
// A file whose event cannot be stored stays ready. Yields. Caller: holds no lock; `set` is a set.
// Returns how many events were stored; 0 at the deadline; -EINTR if a signal ends the wait; -EFAULT
// if none could be stored.
int epoll_collect(struct file *set, struct epoll_event __user *events, int max, uint64_t deadline);

// The last reference on `file` is gone, and it is in sets: take it out of them. Yields; completes
// the work also if the thread is killed. Caller: holds no lock.
void epoll_file_closed(struct file *file);
