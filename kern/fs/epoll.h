// epoll.h: sets of files that a program waits for (epoll(7)). A file that becomes ready puts itself
// on its set's list of ready files, so a wait looks at these alone, however many files are in the
// set.
#pragma once

#include "fs/file.h"
#include "thread/waitq.h"
#include <abi/epoll.h>

// Initialise epoll_lock. Once, at boot.
void epoll_init(void);

// Create an empty set as a file, open for reading and writing. Yields if out of memory. Caller:
// holds no spinlock. Returns 0 with the file in *store, with one reference; -ENOMEM with *store
// unchanged.
int epoll_create(struct file **store);

// Returns true if `file` was made by epoll_create.
bool file_is_epoll(const struct file *file);

// Add `file`, which is descriptor `fd` of the program, to `set`, which may be any open file; change
// its events, or remove it. `op` is EPOLL_CTL_ADD, MOD or DEL; `event` does not matter for DEL, and
// always includes POLLERR and POLLHUP else. An item is a pair of `file` and `fd`. The set takes no
// reference on `file`: epoll_file_closed ends the item. Sleeps. Caller: holds no lock.
// Returns 0; with the set unchanged, in this order: -EPERM if `file` never waits; -EINVAL if `set`
// is no set or is `file` itself; -EINVAL for EPOLLEXCLUSIVE with MOD, on a set, or with other
// events than it allows; -EEXIST (ADD) if `file` and `fd` are in the set; -EINVAL for an unknown
// `op`; -ENOENT (MOD, DEL) if they are not in it; -EINVAL (MOD) if they were added with
// EPOLLEXCLUSIVE. ADD also: -ELOOP if sets would contain each other, or be nested deeper than
// NESTED_MAX; -ENOSPC with 100,000 items in all sets, or 2,000 that are sets; -ENOMEM; -EINVAL if
// too many paths would lead from a file up through sets in sets; -ENOSPC if the file's queue has
// WATCHES_MAX watches.
int epoll_control(struct file *set, int op, struct file *file, int fd, struct epoll_event event);

// Store at `events` of the current space the events of up to `max` > 0 files of the set that are
// ready. While none is, wait until clock_ns() reaches `deadline` (0: do not wait; NO_DEADLINE: for
// ever). A file whose event cannot be stored stays ready. Sleeps and yields. Caller: holds no lock;
// `set` is a set. Returns how many events were stored; 0 at the deadline; -EINTR if a signal ends
// the wait, or the thread must die; -EFAULT if none could be stored.
int epoll_collect(struct file *set, struct epoll_event __user *events, int max, uint64_t deadline);

// Take `file`, whose last reference is gone, out of all sets that it is in; if it is in none, do
// nothing. Sleeps and yields; completes the work also if the thread is killed. Caller: holds no
// lock.
void epoll_file_closed(struct file *file);
