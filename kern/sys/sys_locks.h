// sys_locks.h: the commands of fcntl(2) on locks.
#pragma once

#include "kern.h"

// Returns true if `command` is F_GETLK, F_SETLK, F_SETLKW, or one of their relatives.
bool is_lock_command(unsigned int command);

// Do such a command with the struct at `arg`. Returns 0 or -errno, as fcntl(2).
int fcntl_lock(int fd, unsigned int command, void __user *arg);
