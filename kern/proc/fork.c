// fork.c: copying a process (fork, vfork, clone).
#include <abi/ldt.h>
#include <abi/sched.h>
#include "cpu/x86.h"
#include "fs/fdtable.h"
#include "fs/path.h"
#include "proc/process.h"
#include "proc/tls.h"
#include "vm/aspace.h"
#include "vm/uaccess.h"

// The flags of clone() that the kernel accepts. CLONE_THREAD is not among them.
#define CLONE_KNOWN                                                                        \
	(CSIGNAL | CLONE_VM | CLONE_VFORK | CLONE_FS | CLONE_FILES | CLONE_SETTLS |        \
	 CLONE_PARENT_SETTID | CLONE_CHILD_SETTID | CLONE_CHILD_CLEARTID | CLONE_SYSVSEM | \
	 CLONE_UNTRACED | CLONE_DETACHED | CLONE_IO)

// Give the child a copy of the parent's space, or the same space with CLONE_VM.
static int copy_memory(struct process *child, struct process *parent, uint32_t flags)
{
	if (!(flags & CLONE_VM))
		return aspace_clone(parent->aspace, &child->aspace);
	child->aspace = aspace_get(parent->aspace);
	return 0;
}

// Give the child copies of the descriptors and directories, or the same ones if the flags ask for
// that. If this fails half-way, process_discard drops what the child has got.
static int copy_files(struct thread *child, const struct thread *parent, uint32_t flags)
{
	child->files = flags & CLONE_FILES ? fdtable_get(parent->files) :
	                                     fdtable_copy(parent->files);
	child->fs_context = flags & CLONE_FS ? fs_context_get(parent->fs_context) :
	                                       fs_context_copy(parent->fs_context);
	return child->files && child->fs_context ? 0 : -ENOMEM;
}

// Give the child the parent's registers, except for the result of the call (0 in the child) and
// for what the request changes. FS and GS are in the processor, not in the frame. A child in the
// same space keeps no alternate stack, for two threads must not run on one; a vfork's child may,
// because its parent sleeps.
static int copy_registers(struct thread *child, const struct fork_request *request)
{
	struct thread *parent = thread_current();
	struct trapframe *frame = thread_user_frame(child);
	struct user_desc desc;

	memcpy(frame, thread_user_frame(parent), sizeof(*frame));
	frame->eax = 0;
	if (request->stack)
		frame->esp = request->stack;
	child->fs = read_fs();
	child->gs = read_gs();
	child->has_tls = parent->has_tls;
	if (parent->has_tls)
		memcpy(child->tls, parent->tls, sizeof(child->tls));
	child->sigmask = parent->sigmask;
	child->nice = parent->nice;
	if (!(request->flags & CLONE_VM) || (request->flags & CLONE_VFORK)) {
		child->altstack = parent->altstack;
		child->altstack_size = parent->altstack_size;
		child->altstack_flags = parent->altstack_flags;
	}
	if (request->flags & CLONE_SETTLS) {
		if (copyin(aspace_current(), &desc, request->tls, sizeof(desc)))
			return -EFAULT;
		return tls_set(child, &desc);
	}
	return thread_copy_fpu(child);
}

// Copy all that the child gets from its parent. The memory comes last, because it is the most
// expensive to undo. Everything after it cannot fail.
static int copy_all(struct process *child, struct thread *thread, const struct fork_request *request)
{
	struct process *parent = process_current();
	int error = copy_registers(thread, request);

	if (!error)
		error = copy_files(thread, thread_current(), request->flags);
	if (!error)
		error = copy_memory(child, parent, request->flags);
	if (error)
		return error;
	signal_state_fork(&child->signals, &parent->signals);
	child->oom_score_adj = parent->oom_score_adj;
	child->exit_signal = (int)(request->flags & CSIGNAL);
	child->vforked = request->flags & CLONE_VFORK;
	thread->aspace = child->aspace;
	if (request->flags & CLONE_CHILD_CLEARTID)
		thread->clear_tid = request->child_tid;
	return 0;
}

// Store the child's number where the request wants it. As on Linux an address that cannot be
// written is not reported.
static void store_tids(struct process *child, const struct fork_request *request)
{
	if (request->flags & CLONE_CHILD_SETTID)
		(void)!put_user(child->aspace, request->child_tid, child->pid);
	if (request->flags & CLONE_PARENT_SETTID)
		(void)!put_user(aspace_current(), request->parent_tid, child->pid);
}

// Sleep until the child execs or ends. Of signals only the parent's own death ends the sleep
// earlier. The child is looked up each time, because it may be gone.
static void wait_for_vfork(struct process *parent, pid_t pid)
{
	struct process *child;

	spin_lock(&process_lock);
	while ((child = process_find(pid)) && child->vforked && child->parent == parent)
		if (waitq_sleep(&parent->vfork_wait, &process_lock, WAIT_KILLABLE, NO_DEADLINE))
			break;
	spin_unlock(&process_lock);
}

// `vforked` is tested without the lock first, because nearly all processes are not vforked.
void process_vfork_done(struct process *process)
{
	if (!process->vforked)
		return;
	spin_lock(&process_lock);
	process->vforked = false;
	waitq_wake_all(&process->parent->vfork_wait);
	spin_unlock(&process_lock);
}

// Until process_publish nobody can see the child, so an error only has to discard it. Its number
// is read before it is published: afterwards it may end at any time.
pid_t process_fork(const struct fork_request *request)
{
	struct process *parent = process_current(), *child;
	struct thread *thread;
	pid_t pid;
	int error;

	if ((request->flags & ~CLONE_KNOWN) || (request->flags & CSIGNAL) >= NSIG)
		return -EINVAL;
	error = process_create(&child, &thread, thread_current()->name, NULL, NULL);
	if (error)
		return error;
	error = copy_all(child, thread, request);
	if (error) {
		process_discard(child, thread);
		return error;
	}
	store_tids(child, request);
	pid = child->pid;
	process_publish(child, parent);
	thread_start(thread);
	if (request->flags & CLONE_VFORK)
		wait_for_vfork(parent, pid);
	return pid;
}
