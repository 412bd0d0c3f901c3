// sys_locks.h: the commands of fcntl(2) on locks.
#pragma once

#include "kern.h"

// Returns true if `command` is F_GETLK, F_SETLK, F_SETLKW, or one of their relatives.
bool is_lock_command(unsigned int command);

// Do such a command on descriptor `fd` with the struct at `arg`. F_SETLKW and its relatives sleep
// until the lock is free. Caller: holds no lock. Returns 0; -EBADF, also if `fd` is not open for
// reading or writing as the lock needs; -EFAULT if the struct cannot be read or written; -EINVAL
// for a bad struct; -EOVERFLOW if the range or the result does not fit into it; -EAGAIN if
// another's lock is in the way (F_SETLK); -EDEADLK; -ENOLCK if there are too many locks;
// -ERESTARTSYS if a signal ends the wait.
int fcntl_lock(int fd, unsigned int command, void __user *arg);
