// sys_signal_wait.h: descriptions that programs give to signals.
#pragma once

#include "kern.h"

struct signal_info;

// Fetch the description at `user`, a siginfo_t, that a program gives a signal, and in *signo_store
// the number of the signal that it names, which is not checked. Only for itself may a program claim
// to be the kernel or tkill (si_code 0 or more, or SI_TKILL): `own`: true if the target is the
// current process. Copies from the user. Caller: holds no lock.
// Returns 0; with nothing stored: -EFAULT if the memory cannot be read; -EPERM for such a claim.
int signal_fetch_info(struct signal_info *info, int *signo_store, const void __user *user, bool own);
