// file_owner.h: the owners of files: the threads, processes and groups that get a signal when a
// file is ready (fs/async_file.h).
#pragma once

#include "fs/async_file.h"
#include "kern.h"

// Fill *owner with what `pid` names, for `type` F_OWNER_TID, F_OWNER_PID or F_OWNER_PGRP, and with
// the ids of the current thread, which must allow the signals. `pid` 0: nobody. As on Linux it is
// enough that the number is taken, whatever it names. Takes process_lock. Returns 0; -ESRCH if
// `pid` is not taken or negative, with *owner undefined.
int file_owner_find(int type, pid_t pid, struct file_owner *owner);

// Returns the number of the owner; 0 if there is none or it has ended: a thread or process when it
// was reaped. Takes process_lock.
pid_t file_owner_pid(const struct file_owner *owner);

// Let the owners of files get their signals: registers async_send_hook. Called once, at boot.
void file_owner_init(void);
