// file_leases.h: leases on files (fcntl(2), F_SETLEASE): who has one gets a signal when another
// opens or truncates the file in a way that conflicts with it, and has time to write back or forget
// what it keeps of the contents. The other sleeps until the lease is given up or lowered, or until
// lease_break_time has passed: then that happens by force. As on Linux nobody watches the time: who
// waits for the lease, or asks for it, looks.
#pragma once

#include "fs/async_file.h"
#include "fs/file.h"
#include "fs/file_locks.h"
#include "fs/inode.h"
#include "kern.h"

// Seconds that the owner of a lease has (/proc/sys/fs/lease-break-time); 0: for ever.
extern uint32_t lease_break_time;

// Give the open file `file` a lease of `type`, F_RDLCK or F_WRLCK, or change the type of the one
// that it has; `fd` is the descriptor that the signals name, and `owner`, a process, gets them if
// the file has no owner yet (async_file.h). Checks no right. Yields. Caller: holds no lock. Returns
// 0; with nothing changed: -EINVAL for a file that is not regular; -ENOMEM; -EAGAIN if others have
// the file open: for F_RDLCK for writing; for F_WRLCK at all; or if others have leases that are
// being broken, or for F_WRLCK any; -ENOLCK if there are FILE_LOCKS_MAX locks and leases.
int file_lease_set(struct file *file, int fd, short type, const struct file_owner *owner);

// End the lease of `file`, wake those that wait for that, and forget owner and signal of `file`.
// Yields. Caller: holds no lock. Returns 0; -EINVAL for a file that is not regular; -EAGAIN if it
// has no lease.
int file_lease_end(struct file *file);

// Returns the type of the lease of `file`, F_RDLCK or F_WRLCK; if it is being broken, the type that
// it has to get; F_UNLCK if it has none. Yields. Caller: holds no lock.
short file_lease_type(struct file *file);

// Break the leases on `inode` that conflict with an open for writing (`write`) or reading: signal
// their owners, and sleep until no lease conflicts any more. Yields. Caller: holds no lock.
// Returns 0; -EWOULDBLOCK, after the signals, if `nonblocking` and a lease conflicts; -ERESTARTSYS
// for a signal; -ENOMEM if too many wait.
int file_leases_break_all(struct inode *inode, bool write, bool nonblocking);

// Do file_leases_break_all if there are leases on `inode`. The look takes no lock.
static inline int file_leases_break(struct inode *inode, bool write, bool nonblocking)
{
	const struct lock_list *list = inode->locks;

	if (likely(!list || !list->leases))
		return 0;
	return file_leases_break_all(inode, write, nonblocking);
}
