// sys_locks.h: the commands of fcntl(2) on locks.
#pragma once

#include "fs/file.h"
#include "kern.h"

// Returns true if `command` is F_GETLK, F_SETLK, F_SETLKW, or one of their relatives for 64 bits or
// for open files (F_OFD_).
bool is_lock_command(unsigned int command);

// Do such a command (is_lock_command) on descriptor `fd` with the struct at `arg`: a struct flock
// for F_GETLK, F_SETLK and F_SETLKW, else a struct flock64. F_SETLKW and its relatives sleep until
// the lock is free. Caller: holds no lock.
// Returns 0; in this order: -EBADF if `fd` is not open, or only a path; -EFAULT; -EINVAL for a bad
// struct, or -EOVERFLOW if the range reaches beyond 2^63 - 1; -EBADF if `fd` is not open for
// reading or writing as the lock needs; -EINVAL if l_pid is not 0 (F_OFD_); -EAGAIN if another's
// lock is in the way (F_SETLK); -EDEADLK; -ENOLCK if there are too many locks; -ERESTARTSYS if a
// signal ends the wait; -EBADF if `fd` was closed meanwhile. F_GETLK and its relatives: -EOVERFLOW
// if the lock found does not fit into the struct; -EFAULT.
int fcntl_lock(int fd, unsigned int command, void __user *arg);

// F_SETLEASE: give `file`, of which `fd` is a descriptor, a lease of `type`, or end it (F_UNLCK).
// Yields. Caller: holds no lock. Returns 0; -EACCES for a file of another user without CAP_LEASE;
// -EINVAL for a type that does not exist, or a file that is not regular; -EAGAIN, -ENOMEM or -ENOLCK
// (file_lease_set, file_lease_end).
int fcntl_set_lease(int fd, struct file *file, int type);

// Make /proc/sys/fs/lease-break-time. Called once, at boot.
void leases_files_init(void);
