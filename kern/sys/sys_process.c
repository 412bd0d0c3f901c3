// sys_process.c: calls that make, change and end processes. kern/proc does the work.
#include "proc/process.h"
#include "proc/process_groups.h"
#include "proc/process_permission.h"
#include "proc/thread_group.h"
#include "proc/tls.h"
#include "sys/syscall.h"
#include "vm/uaccess.h"
#include <abi/futex.h>
#include <abi/resource.h>
#include <abi/wait.h>

// exit(2) ends the thread. Only 8 bits of the status reach the parent, in the second byte of what
// wait returns.
SYSCALL1(exit, int, status)
{
	process_exit_thread((status & 0xff) << 8);
}

// exit_group(2) ends the process.
SYSCALL1(exit_group, int, status)
{
	process_exit((status & 0xff) << 8);
}

// The options that wait4 knows. WCLONE and WALL are about children whose end sends another
// signal than SIGCHLD: clone can make such (wait(2)).
#define WAIT4_OPTIONS (WNOHANG | WUNTRACED | WCONTINUED | WNOTHREAD | WALL | WCLONE)

// Do wait4(2). Unknown options are EINVAL first; INT32_MIN has no positive counterpart, so no
// group can be meant: ESRCH. A result that cannot be stored is EFAULT, though the child has been
// reaped: the status is lost, as on Linux. Returns the child's pid, 0 (WNOHANG) or -errno.
static long wait_for(pid_t pid, int __user *status_store, int options, void __user *usage)
{
	struct cpu_time before = { 0, 0 };
	struct child_report report;
	struct rusage used;
	pid_t child;

	if ((uint32_t)options & ~WAIT4_OPTIONS)
		return -EINVAL;
	if (pid == INT32_MIN)
		return -ESRCH;
	report.want_usage = usage;
	child = process_wait(pid, options | WEXITED, &report);
	if (child <= 0)
		return child;
	if (status_store && put_user(aspace_current(), status_store, report.status))
		return -EFAULT;
	if (!usage)
		return child;
	used = usage_report(&report.usage, &before);
	return copyout(aspace_current(), usage, &used, sizeof(used)) ? -EFAULT : child;
}

// wait4(2).
SYSCALL4(wait4, pid_t, pid, int __user *, status, int, options, void __user *, usage)
{
	return wait_for(pid, status, options, usage);
}

// waitpid(2): wait4 without usage.
SYSCALL3(waitpid, pid_t, pid, int __user *, status, int, options)
{
	return wait_for(pid, status, options, NULL);
}

// getpid(2).
SYSCALL0(getpid)
{
	return process_current()->pid;
}

// gettid(2).
SYSCALL0(gettid)
{
	return thread_current()->tid;
}

// getppid(2). An orphan's parent is process 1, which reaps it.
SYSCALL0(getppid)
{
	return process_current()->parent->pid;
}

// Returns the process that a call means by `pid`, a thread of it (0: the caller), or NULL if there is
// none. Process 1, the kernel's own, cannot be changed. Caller: holds process_lock.
static struct process *find_meant(pid_t pid)
{
	struct process *process = pid == 0 ? process_current() : process_of_tid(pid);

	assert_spin_held(&process_lock);
	return process && process->pid != PID_INIT ? process : NULL;
}

// getpgid(2). POSIX lets a kernel refuse other sessions; Linux does not.
SYSCALL1(getpgid, pid_t, pid)
{
	struct process *process;
	long result = -ESRCH;

	spin_lock(&process_lock);
	process = pid == 0 ? process_current() : process_of_tid(pid);
	if (process)
		result = process->pgid;
	spin_unlock(&process_lock);
	return result;
}

// getpgrp(2).
SYSCALL0(getpgrp)
{
	return process_current()->pgid;
}

// getsid(2).
SYSCALL1(getsid, pid_t, pid)
{
	struct process *process;
	long result = -ESRCH;

	spin_lock(&process_lock);
	process = pid == 0 ? process_current() : process_of_tid(pid);
	if (process)
		result = process->sid;
	spin_unlock(&process_lock);
	return result;
}

// Move a process into a group, for setpgid(2). Returns 0 or -errno, with checks in Linux's
// order: only the caller or a child (ESRCH), in the same session (EPERM), a child only before it
// has execed (EACCES), no session leader (EPERM), and the group must be new or of the session
// (EPERM). Caller: holds process_lock.
static long set_group(struct process *process, pid_t pgid)
{
	struct process *self = process_current();

	assert_spin_held(&process_lock);
	if (!process || (process != self && process->parent != self))
		return -ESRCH;
	if (process->sid != self->sid)
		return -EPERM;
	if (process != self && process->programs)
		return -EACCES;
	if (process->sid == process->pid)
		return -EPERM;
	if (pgid != process->pid && group_session(pgid) != self->sid)
		return -EPERM;
	if (pgid != process->pgid)
		group_move(process, pgid, process->sid);
	return 0;
}

// setpgid(2). `pid` 0 is the caller, `pgid` 0 a new group of the process itself.
SYSCALL2(setpgid, pid_t, pid, pid_t, pgid)
{
	struct process *process;
	long result;

	if (pid == 0)
		pid = process_current()->pid;
	if (pgid == 0)
		pgid = pid;
	if (pgid < 0)
		return -EINVAL;
	spin_lock(&process_lock);
	process = find_meant(pid);
	if (process && process->pid != pid)
		result = -EINVAL; // a thread that is not the first of its process
	else
		result = set_group(process, pgid);
	spin_unlock(&process_lock);
	return result;
}

// setsid(2). A group leader may not: the new group would have the number of its old one. A
// member that is left in that group is enough to forbid it.
SYSCALL0(setsid)
{
	struct process *self = process_current();
	long result = self->pid;

	spin_lock(&process_lock);
	if (group_session(self->pid)) // the group exists already
		result = -EPERM;
	else
		group_move(self, self->pid, self->pid);
	spin_unlock(&process_lock);
	return result;
}

// set_thread_area(2): sets a segment for the thread's own data. Entry -1 asks for any free one,
// whose number is stored.
SYSCALL1(set_thread_area, void __user *, user_desc)
{
	struct user_desc desc;
	bool wanted_any;
	int error;

	if (copyin(aspace_current(), &desc, user_desc, sizeof(desc)))
		return -EFAULT;
	wanted_any = desc.entry_number == (uint32_t)-1;
	error = tls_set(thread_current(), &desc);
	if (!error && wanted_any &&
	    copyout(aspace_current(), user_desc, &desc.entry_number, sizeof(desc.entry_number)))
		return -EFAULT;
	return error;
}

// get_thread_area(2). The entry's number is read from the struct, which is then filled in.
SYSCALL1(get_thread_area, void __user *, user_desc)
{
	struct user_desc desc;
	int error;

	if (copyin(aspace_current(), &desc, user_desc, sizeof(desc.entry_number)))
		return -EFAULT;
	error = tls_get(thread_current(), &desc);
	if (error)
		return error;
	return copyout(aspace_current(), user_desc, &desc, sizeof(desc));
}

// set_tid_address(2): the word that is set to 0 when the thread ends. Cannot fail; a bad address
// shows at the end, as no error.
SYSCALL1(set_tid_address, pid_t __user *, address)
{
	thread_current()->clear_tid = address;
	return thread_current()->tid;
}

// set_robust_list(2): a list of locks that become free when the thread ends (proc/futex_robust.c).
SYSCALL2(set_robust_list, uintptr_t, head, size_t, len)
{
	if (len != sizeof(struct robust_list_head))
		return -EINVAL;
	thread_current()->robust_list = head;
	return 0;
}

// get_robust_list(2), of any thread. The length is stored before the head.
SYSCALL3(get_robust_list, pid_t, tid, uintptr_t __user *, head_store, size_t __user *, len_store)
{
	const struct thread *thread = thread_current();
	uintptr_t head = 0;
	int error;

	spin_lock(&process_lock);
	if (tid)
		thread = thread_find(tid);
	error = thread ? access_inspect(thread->process) : -ESRCH;
	if (!error)
		head = thread->robust_list;
	spin_unlock(&process_lock);
	if (error)
		return error;
	if (put_user(aspace_current(), len_store, sizeof(struct robust_list_head)))
		return -EFAULT;
	return put_user(aspace_current(), head_store, head);
}
