// sys_signal.h: what the calls on signals share with their old forms (sys_old_signal.c).
#pragma once

#include "proc/signal.h"

// Replace the action of `signo` by *new (NULL: leave it), less the flags that the kernel does not
// know and the signals that cannot be blocked, which are removed from *new. Stores the action from
// before in *old. Returns 0; -EINVAL for a number that no signal has, or for a new action of SIGKILL
// or SIGSTOP; an error of signal_set_action.
int action_exchange(int signo, struct sigaction *new, struct sigaction *old);

// Change the thread's mask of blocked signals by `set`, as `how` says (SIG_BLOCK, ...). Returns 0
// or -EINVAL.
int mask_change(int how, sigmask_t set);

// Send a signal to thread `tid` of process `pid` (0: of any). Signal 0 only checks. Returns 0; -ESRCH;
// -EPERM; an error of signal_send_thread.
int send_to_thread(pid_t pid, pid_t tid, int signo, const struct signal_info *info);

// Wait for a signal with another mask (sigsuspend(2)). The old mask returns after the handler has
// returned: until then the signal could not be delivered. The wait looks first whether a signal
// is pending, so none gets lost between the change of the mask and the sleep.
// Returns -ERESTARTNOHAND.
long suspend_with(sigmask_t mask);
