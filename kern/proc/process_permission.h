// process_permission.h: what a thread may do to other processes and threads (kill them, look into
// them): by the ids of both and by the thread's capabilities. Callers hold process_lock.
#pragma once

#include "kern.h"
#include "thread/credentials.h"
#include <abi/signal.h>

struct process;
struct thread;

// The part of access_signal that compares ids, for a valid signal (0 to 64) and a thread without
// CAP_KILL. Returns 0 or -EPERM. Caller: holds process_lock.
int access_signal_by_ids(const struct process *process, int signo);

// Check whether the current thread may send `signo` (0: only ask) to `process` (kill(2)): its real
// or effective user must be the real or saved user of the process, or it needs CAP_KILL. SIGCONT
// may go to the whole session, and any signal to the thread's own process. Needs process_lock.
// Returns 0; -EINVAL if there is no such signal; -EPERM.
static inline int access_signal(const struct process *process, int signo)
{
	if (signo < 0 || signo >= NSIG)
		return -EINVAL;
	return likely(capable(CAP_KILL)) ? 0 : access_signal_by_ids(process, signo);
}

// Check whether the current thread may look into `process`, and change it: its memory, its
// descriptors (ptrace(2), "Ptrace access mode checking"). It may look into its own process. Else
// the real, effective and saved ids of the process, user and group, must be the thread's real ones,
// and the process must be dumpable, in no exec, and without capabilities (permitted) that the
// thread lacks; or the thread needs CAP_SYS_PTRACE. Caller: holds process_lock. Returns 0 or
// -EPERM.
int access_inspect(const struct process *process);

// Check whether the current thread may read and change the limits of `process` (prlimit(2)): it is
// its own; the real, effective and saved ids of the process, user and group, are the thread's real
// ones; or the thread has CAP_SYS_RESOURCE. Caller: holds process_lock. Returns 0 or -EPERM.
int access_limits(const struct process *process);

// Check whether the current thread may change how `thread` is scheduled (setpriority(2)): it is the
// same thread, its effective user is the real or effective user of `thread`, or it has
// CAP_SYS_NICE. Caller: holds process_lock. Returns 0 or -EPERM.
int access_schedule(const struct thread *thread);
