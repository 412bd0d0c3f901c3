// sys_signal_wait.h: descriptions that programs give to signals.
#pragma once

#include "kern.h"

struct signal_info;

// Fetch the description at `user` that a program gives a signal, and the number of the signal that
// it names, which is not checked. Only for itself may a program claim to be the kernel or tkill:
// `own` says that the target is the caller. Copies from the user: the caller holds no lock. Returns
// 0; -EFAULT; -EPERM for such a claim.
int signal_fetch_info(struct signal_info *info, int *signo_store, const void __user *user, bool own);
