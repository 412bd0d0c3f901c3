// sys_signal.h: what the calls on signals share with their old forms (sys_old_signal.c).
#pragma once

#include "proc/signal.h"

// Replace the current process's action of `signo` by *new (NULL: leave it), less the flags that the
// kernel does not know and the signals that cannot be blocked, which are removed from *new. Stores
// the action from before in *old. Yields. Caller: holds no lock. Returns 0; -EINVAL for a number
// that no signal has, or for a new action of SIGKILL or SIGSTOP; -ENOMEM. After an error no action
// has changed; *old is undefined, and *new may have lost those bits.
int action_exchange(int signo, struct sigaction *new, struct sigaction *old);

// Change the current thread's mask of blocked signals by `set`, as `how` says: SIG_BLOCK,
// SIG_UNBLOCK or SIG_SETMASK. SIGKILL and SIGSTOP stay unblocked, also if `set` has them. Takes
// process_lock and the lock of the signals. Returns 0; -EINVAL for another `how`, with the mask
// unchanged.
int mask_change(int how, sigmask_t set);

// Send `signo`, described by *info, which is copied, to thread `tid` of process `pid` (0: of any
// process). Signal 0 only checks. Takes process_lock. Returns 0, also if `tid` is the number of a
// process whose first thread has ended: then nothing is sent. In this order: -ESRCH if there is no
// such thread, also for a `tid` of 0 or less; -EINVAL if there is no such signal; -EPERM; -EAGAIN
// for a real-time signal whose description finds no room.
int send_to_thread(pid_t pid, pid_t tid, int signo, const struct signal_info *info);

// Sleep until a signal is to be delivered, with `mask` as the thread's mask (sigsuspend(2)),
// without SIGKILL and SIGSTOP. Caller: holds no lock. The old mask returns after the handler has
// returned: until then the signal could not be delivered. The wait looks first whether a signal is
// pending, so none gets lost between the change of the mask and the sleep.
// Returns -ERESTARTNOHAND.
long suspend_with(sigmask_t mask);
