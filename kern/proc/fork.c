// fork.c: copying a process, or adding a thread to it (fork, vfork, clone).
#include "cpu/x86.h"
#include "debug/notice.h"
#include "fs/fdtable.h"
#include "fs/path.h"
#include "proc/pidfd.h"
#include "proc/process.h"
#include "proc/ptrace.h"
#include "proc/thread_group.h"
#include "proc/tls.h"
#include "thread/credentials.h"
#include "thread/why.h"
#include "vm/aspace.h"
#include "vm/uaccess.h"
#include <abi/ldt.h>
#include <abi/sched.h>

// Flags for namespaces, which the kernel does not have.
#define CLONE_NAMESPACES                                                               \
	(CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER | \
	 CLONE_NEWPID | CLONE_NEWNET)

// Returns 0, or -EINVAL if the flags do not fit together (clone(2)): threads share their handlers,
// and handlers are addresses in a memory that is shared. A number that is no signal is refused, as
// clone3 does; the older call of Linux takes it.
static int check_flags(const struct fork_request *request)
{
	uint64_t flags = request->flags;

	if (flags & CLONE_NAMESPACES)
		return WHY(-EINVAL, "there are no namespaces");
	if ((flags & CLONE_THREAD) && !(flags & CLONE_SIGHAND))
		return WHY(-EINVAL, "CLONE_THREAD without CLONE_SIGHAND");
	if ((flags & CLONE_SIGHAND) && !(flags & CLONE_VM))
		return WHY(-EINVAL, "CLONE_SIGHAND without CLONE_VM");
	if ((flags & CLONE_SIGHAND) && (flags & CLONE_CLEAR_SIGHAND))
		return WHY(-EINVAL, "CLONE_SIGHAND and CLONE_CLEAR_SIGHAND");
	if ((flags & CLONE_PIDFD) && (flags & (CLONE_THREAD | CLONE_DETACHED)))
		return WHY(-EINVAL, "CLONE_PIDFD is for processes");
	if (request->exit_signal < 0 || request->exit_signal >= NSIG)
		return WHY(-EINVAL, "%d is no signal", request->exit_signal);
	return 0;
}

// Give the child a copy of the parent's space, or the same space with CLONE_VM.
static int copy_memory(struct process *child, struct process *parent, uint64_t flags)
{
	if (!(flags & CLONE_VM))
		return aspace_clone(parent->aspace, &child->aspace);
	child->aspace = aspace_get(parent->aspace);
	return 0;
}

// Give the child copies of the descriptors and directories, or the same ones if the flags ask for
// that. If this fails half-way, process_discard drops what the child has got.
static int copy_files(struct thread *child, const struct thread *parent, uint64_t flags)
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
	int error;

	memcpy(frame, thread_user_frame(parent), sizeof(*frame));
	frame->eax = 0;
	if (request->stack)
		frame->esp = request->stack;
	child->fs = read_fs();
	child->gs = read_gs();
	child->loads = parent->loads & LOAD_TLS;
	if (child->loads)
		memcpy(child->tls, parent->tls, sizeof(child->tls));
	child->sigmask = parent->sigmask;
	child->nice = parent->nice;
	if (!(request->flags & CLONE_VM) || (request->flags & CLONE_VFORK)) {
		child->altstack = parent->altstack;
		child->altstack_size = parent->altstack_size;
		child->altstack_flags = parent->altstack_flags;
	}
	error = thread_copy_fpu(child);
	if (unlikely(parent->trace) && !error)
		error = trace_prepare_child(child, request->flags, request->exit_signal);
	if (error || !(request->flags & CLONE_SETTLS))
		return error;
	if (copyin(aspace_current(), &desc, request->tls, sizeof(desc)))
		return -EFAULT;
	if (desc.entry_number == (uint32_t)-1)
		return WHY(-EINVAL, "CLONE_SETTLS chooses no entry");
	return tls_set(child, &desc);
}

// Copy all that the child gets from its parent. The memory comes last, because it is the most
// expensive to undo. Everything after it cannot fail.
static int copy_all(struct process *child, struct thread *thread, const struct fork_request *request)
{
	struct process *parent = process_current();
	uint64_t flags = request->flags;
	int error = copy_registers(thread, request);

	if (!error)
		error = copy_files(thread, thread_current(), flags);
	if (!error)
		error = flags & CLONE_CLEAR_SIGHAND ?
		                signal_state_fork_ignored(&child->signals, &parent->signals) :
		                signal_state_fork(&child->signals, &parent->signals,
		                                  flags & CLONE_SIGHAND);
	if (!error)
		error = copy_memory(child, parent, flags);
	if (error)
		return error;
	child->oom_score_adj = parent->oom_score_adj;
	child->oom_score_adj_min = parent->oom_score_adj_min;
	child->exit_signal = flags & CLONE_PARENT ? parent->exit_signal : request->exit_signal;
	thread->aspace = child->aspace;
	return 0;
}

// Copy what a new thread of the current process gets from the current thread, and add it. Memory
// and handlers are the process's. Returns 0 or -errno.
static int copy_to_thread(struct thread *thread, const struct fork_request *request)
{
	int error = copy_registers(thread, request);

	if (!error)
		error = copy_files(thread, thread_current(), request->flags);
	if (error)
		return error;
	thread->aspace = aspace_get(aspace_current());
	return group_add(thread);
}

// Store the number of the child where the request wants it, and note where the child's end clears
// it. As on Linux an address that cannot be written is not reported.
static void store_tids(struct thread *child, struct aspace *as, const struct fork_request *request)
{
	if (request->flags & CLONE_CHILD_CLEARTID)
		child->clear_tid = request->child_tid;
	if (request->flags & CLONE_CHILD_SETTID)
		(void)!put_user(as, request->child_tid, child->tid);
	if (request->flags & CLONE_PARENT_SETTID)
		(void)!put_user(aspace_current(), request->parent_tid, child->tid);
}

// Make the descriptor of CLONE_PIDFD, which is not open yet, and store its number for the program.
// Returns 0 with the file in *file_store; -errno with nothing left.
static int prepare_pidfd(struct process *child, const struct fork_request *request, int *fd_store,
                         struct file **file_store)
{
	struct fdtable *files = thread_current()->files;
	int fd, error = pidfd_create(child, 0, 0, file_store);

	if (error)
		return error;
	fd = fd_reserve(files, 0);
	error = fd < 0 ? fd : put_user(aspace_current(), request->pidfd, fd);
	if (error) {
		if (fd >= 0)
			fd_unreserve(files, fd);
		file_put(*file_store);
	}
	*fd_store = fd;
	return error;
}

// Let a new thread run, of this process or of a new one, and wait for it if the request is
// a vfork's. Returns its number, which is read before: afterwards the thread may end at any time.
static pid_t start(struct thread *thread, const struct fork_request *request)
{
	struct vfork_wait vfork;
	pid_t tid = thread->tid;
	int event = 0;

	if (request->flags & CLONE_VFORK)
		vfork_begin(&vfork, thread);
	if (unlikely(thread->trace))
		event = trace_begin_child(thread, request->flags, request->exit_signal);
	thread_start(thread);
	if (unlikely(event))
		trace_event(event, (uint32_t)tid);
	if (request->flags & CLONE_VFORK) {
		vfork_sleep(&vfork);
		if (unlikely(thread_current()->trace))
			trace_event(PTRACE_EVENT_VFORK_DONE, (uint32_t)tid);
	}
	return tid;
}

// Check RLIMIT_NPROC, after a new thread has been counted. As on Linux it does not bind root, nor those
// with either of two capabilities. Returns 0 or -EAGAIN.
static int check_task_limit(void)
{
	const struct account *account = credentials_current()->account;

	if (unlikely(account->tasks > thread_limit(RLIMIT_NPROC)) && account != &root_account &&
	    !capable(CAP_SYS_RESOURCE) && !capable(CAP_SYS_ADMIN))
		return WHY(-EAGAIN, "user %u has %u threads", account->uid, account->tasks - 1);
	thread_current()->over_nproc = false;
	return 0;
}

// Add a thread to the current process. It can be found once copy_to_thread has succeeded, but it
// does not run yet. Returns its number or -errno.
static pid_t add_thread(const struct fork_request *request)
{
	struct thread *thread;
	int error = group_create_thread(&thread);

	if (error)
		return error;
	error = check_task_limit();
	if (!error)
		error = copy_to_thread(thread, request);
	if (error) {
		group_discard_thread(thread);
		return error;
	}
	store_tids(thread, aspace_current(), request);
	return start(thread, request);
}

// Until process_publish nobody can see the child, so an error only has to discard it. With
// CLONE_PARENT the child is a child of this process's parent, which the lock keeps alive.
pid_t process_fork(const struct fork_request *request)
{
	struct process *parent = process_current(), *child;
	struct file *pidfd = NULL;
	struct thread *thread;
	int fd = -1, error = check_flags(request);

	assert_no_lock();
	if (error)
		return error;
	if (request->flags & CLONE_THREAD)
		return add_thread(request);
	error = process_create(&child, &thread, thread_current()->name, NULL, NULL);
	if (error)
		return error;
	error = check_task_limit();
	if (!error)
		error = copy_all(child, thread, request);
	if (!error && unlikely(request->flags & CLONE_PIDFD))
		error = prepare_pidfd(child, request, &fd, &pidfd);
	if (error) {
		process_discard(child, thread);
		return error;
	}
	store_tids(thread, child->aspace, request);
	process_publish(child, parent, request->flags & CLONE_PARENT);
	notice(NOTICE_FORK);
	if (unlikely(pidfd))
		fd_install(thread_current()->files, fd, pidfd, true);
	return start(thread, request);
}
