// process_access.h: what a thread may do to other processes and threads: by the ids of both and by the
// thread's capabilities. Callers hold process_lock.
#pragma once

#include "kern.h"
#include "thread/credentials.h"
#include <abi/signal.h>

struct process;
struct thread;

// Like access_signal, for a valid signal and a thread without CAP_KILL.
int access_signal_by_ids(const struct process *process, int signo);

// Check whether the current thread may send `signo` (0: only ask) to `process` (kill(2)): its real or
// effective user must be the real or saved user of the process, or it needs CAP_KILL. SIGCONT may go to
// the whole session. Returns 0; -EINVAL if there is no such signal; -EPERM.
static inline int access_signal(const struct process *process, int signo)
{
	if (signo < 0 || signo >= NSIG)
		return -EINVAL;
	return likely(capable(CAP_KILL)) ? 0 : access_signal_by_ids(process, signo);
}

// Check whether the current thread may look into `process`, and change it: its memory, its descriptors
// (ptrace(2), "Ptrace access mode checking"). All ids of the process must be the thread's real ones, and
// the process must not have more capabilities; or the thread needs CAP_SYS_PTRACE. Returns 0 or -EPERM.
int access_inspect(const struct process *process);

// Check whether the current thread may change the limits of `process` (prlimit(2)). Returns 0 or -EPERM.
int access_limits(const struct process *process);

// Check whether the current thread may change how `thread` is scheduled (setpriority(2)). Returns 0 or
// -EPERM.
int access_schedule(const struct thread *thread);
