// sys_clone.c: calls that make processes and threads (fork(2), clone(2)), or end what they share.
// kern/proc does the work.
#include "fs/fdtable.h"
#include "fs/path.h"
#include "proc/process.h"
#include "sys/syscall.h"
#include "sys/user_struct.h"
#include "thread/why.h"
#include "vm/aspace.h"
#include "vm/uaccess.h"
#include <abi/sched.h>
#include <abi/signal.h>

// fork(2): returns twice, with the child's pid in the parent and 0 in the child.
SYSCALL0(fork)
{
	struct fork_request request = { .exit_signal = SIGCHLD };

	return process_fork(&request);
}

// vfork(2): the child runs in the parent's memory, and the parent waits until it execs or ends.
SYSCALL0(vfork)
{
	struct fork_request request = { .flags = CLONE_VFORK | CLONE_VM, .exit_signal = SIGCHLD };

	return process_fork(&request);
}

// clone(2), with the arguments in the order of i386, where `tls` comes before `child_tid`.
SYSCALL5(clone, uint32_t, flags, uintptr_t, stack, pid_t __user *, parent_tid, const void __user *,
         tls, pid_t __user *, child_tid)
{
	struct fork_request request = {
		.flags = flags & ~CSIGNAL,
		.exit_signal = flags & CSIGNAL,
		.stack = stack,
		.parent_tid = parent_tid,
		.child_tid = child_tid,
		.pidfd = parent_tid,
		.tls = tls,
	};

	if ((flags & CLONE_PIDFD) && (flags & CLONE_PARENT_SETTID))
		return WHY(-EINVAL, "CLONE_PIDFD and CLONE_PARENT_SETTID store at one address");
	return process_fork(&request);
}

// Returns true if the arguments fit together, with the checks that only clone3 makes. The low byte
// of the flags is no exit signal here.
static bool clone_args_ok(const struct clone_args *args)
{
	uint64_t known = (uint64_t) ~(uint32_t)(CLONE_DETACHED | CSIGNAL) | CLONE_CLEAR_SIGHAND;

	if (args->flags & ~known)
		return false;
	if (args->exit_signal >= NSIG)
		return false;
	if ((args->flags & (CLONE_THREAD | CLONE_PARENT)) && args->exit_signal)
		return false;
	if ((args->stack == 0) != (args->stack_size == 0))
		return false;
	return args->stack >> 32 == 0 && args->stack_size >> 32 == 0 &&
	       user_range_ok((const void __user *)(uintptr_t)args->stack, (size_t)args->stack_size);
}

// clone3(2), in its first version: no chosen numbers (set_tid), no control groups.
SYSCALL2(clone3, const void __user *, user, size_t, size)
{
	struct clone_args args;
	struct fork_request request;
	int error = user_struct_get(&args, sizeof(args), user, size, CLONE_ARGS_SIZE_VER0);

	if (error)
		return error;
	if (!clone_args_ok(&args))
		return -EINVAL;
	request = (struct fork_request){
		.flags = args.flags,
		.exit_signal = (int)args.exit_signal,
		.stack = (uintptr_t)(args.stack + args.stack_size),
		.parent_tid = (pid_t __user *)(uintptr_t)args.parent_tid,
		.child_tid = (pid_t __user *)(uintptr_t)args.child_tid,
		.pidfd = (int __user *)(uintptr_t)args.pidfd,
		.tls = (const void __user *)(uintptr_t)args.tls,
	};
	return process_fork(&request);
}

// The parts that a thread has alone after unshare, of those that the kernel knows.
#define UNSHARE_KNOWN \
	(CLONE_FILES | CLONE_FS | CLONE_VM | CLONE_SIGHAND | CLONE_THREAD | CLONE_SYSVSEM)

// Returns 0, or -EINVAL if the calling process shares what only a process without other threads may
// ask to have alone.
static int check_unshare(uint32_t flags)
{
	const struct process *process = process_current();
	const struct action_table *table = process->signals.table;

	if (flags & ~UNSHARE_KNOWN)
		return WHY(-EINVAL, "there are no namespaces");
	if ((flags & (CLONE_THREAD | CLONE_SIGHAND | CLONE_VM)) && process->thread_count > 1)
		return WHY(-EINVAL, "the process has several threads");
	if ((flags & (CLONE_SIGHAND | CLONE_VM)) && table && table->joined)
		return WHY(-EINVAL, "the process shares its signal handlers");
	if ((flags & CLONE_VM) && aspace_current()->refs > 1)
		return WHY(-EINVAL, "the process shares its memory");
	return 0;
}

// unshare(2): the thread goes on with copies of its own. Both copies are made before one is used.
SYSCALL1(unshare, uint32_t, flags)
{
	struct thread *thread = thread_current();
	struct fdtable *files = NULL;
	struct fs_context *fs_context = NULL;
	int error = check_unshare(flags);

	if (error)
		return error;
	if ((flags & CLONE_FILES) && thread->files->refs > 1) {
		files = fdtable_copy(thread->files);
		error = files ? 0 : -ENOMEM;
	}
	if (!error && (flags & CLONE_FS) && thread->fs_context->refs > 1) {
		fs_context = fs_context_copy(thread->fs_context);
		error = fs_context ? 0 : -ENOMEM;
	}
	if (error) {
		if (files)
			fdtable_put(files);
		return error;
	}
	thread_set_files(thread, files, fs_context);
	return 0;
}
