// process_permission.c: what a thread may do to other processes and threads. The rules are those of Linux's
// kernel/signal.c (kill_ok_by_cred), kernel/ptrace.c (__ptrace_may_access) and kernel/sys.c.
#include "proc/process_permission.h"

#include "proc/process.h"
#include "thread/credentials.h"
#include "thread/why.h"

int access_signal_by_ids(const struct process *process, int signo)
{
	const struct credentials *own = credentials_current(), *other;
	const struct process *self = process_current();

	assert_spin_held(&process_lock);
	if (process == self)
		return 0;
	other = process_credentials(process);
	if (own->user.effective == other->user.saved || own->user.effective == other->user.real ||
	    own->user.real == other->user.saved || own->user.real == other->user.real)
		return 0;
	if (signo == SIGCONT && process->sid == self->sid)
		return 0;
	return WHY(-EPERM, "process %d is another user's", process->pid);
}

// Returns true if all ids in `ids` but that of the file system are `id`.
static bool all_are(const struct ids *ids, uint32_t id)
{
	return ids->effective == id && ids->saved == id && ids->real == id;
}

int access_inspect(const struct process *process)
{
	const struct credentials *own = credentials_current(), *other;

	assert_spin_held(&process_lock);
	if (process == process_current() || capable(CAP_SYS_PTRACE))
		return 0;
	other = process_credentials(process);
	if (!process->execs && !process->inherited.undumpable &&
	    all_are(&other->user, own->user.real) && all_are(&other->group, own->group.real) &&
	    !(other->permitted & ~own->permitted))
		return 0;
	return WHY(-EPERM, "process %d is another user's, or has more privileges", process->pid);
}

int access_limits(const struct process *process)
{
	const struct credentials *own = credentials_current(), *other;

	assert_spin_held(&process_lock);
	if (process == process_current() || capable(CAP_SYS_RESOURCE))
		return 0;
	other = process_credentials(process);
	if (all_are(&other->user, own->user.real) && all_are(&other->group, own->group.real))
		return 0;
	return WHY(-EPERM, "process %d is another user's", process->pid);
}

int access_schedule(const struct thread *thread)
{
	uid_t effective = credentials_current()->user.effective;

	assert_spin_held(&process_lock);
	if (thread == thread_current() || effective == thread->credentials->user.real ||
	    effective == thread->credentials->user.effective || capable(CAP_SYS_NICE))
		return 0;
	return WHY(-EPERM, "thread %d is another user's", thread->tid);
}
