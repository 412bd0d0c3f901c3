// sys_signal_wait.h: descriptions that programs give to signals.
#pragma once

#include "kern.h"

struct signal_info;

// Fetch the description that a program gives a signal, and the signal that it names. Only for itself
// may a program claim to be the kernel or tkill: `own` says that the target is the caller. Returns 0;
// -EFAULT; -EPERM.
int signal_fetch_info(struct signal_info *info, int *signo_store, const void __user *user, bool own);
