// process.c: making and finding processes.
#include "proc/process.h"

#include "fs/fdtable.h"
#include "fs/path.h"
#include "mem/heap.h"
#include "proc/altstack.h"
#include "proc/pidfd.h"
#include "proc/process_groups.h"
#include "proc/rlimits.h"
#include "thread/credentials.h"
#include "thread/timer.h"
#include "thread/yield.h"
#include "vm/aspace.h"

struct spinlock process_lock = SPINLOCK_INIT("processes", RANK_PROCESS);
struct list all_processes = LIST_INIT(all_processes);
size_t process_count;

struct process *process_find(pid_t pid)
{
	const struct pid_slot *slot = pid_slot(pid);

	assert_spin_held(&process_lock);
	return slot ? slot->process : NULL;
}

// Returns the process after the last one of the walk, or NULL. If that one is gone, its serial
// number tells where to go on: the list is ordered by it.
static struct process *walk_after(const struct process_walk *walk)
{
	struct process *process = process_find(walk->pid);
	struct list *link = NULL;

	if (process && process->serial == walk->serial)
		link = process->all_link.next;
	if (link)
		return link == &all_processes ? NULL : list_entry(link, struct process, all_link);
	list_for_each(process, &all_processes, all_link)
		if (process->serial > walk->serial)
			return process;
	return NULL;
}

// No pointer is kept across the yield: another thread may reap the process meanwhile.
struct process *process_walk_next(struct process_walk *walk, uint32_t cost)
{
	struct process *process;
	int error = 0;

	assert_only_spinlock(&process_lock);
	if (yield_due(cost)) {
		spin_unlock(&process_lock);
		error = thread_yield_point_killable();
		spin_lock(&process_lock);
	}
	process = error ? NULL : walk_after(walk);
	if (process) {
		walk->pid = process->pid;
		walk->serial = process->serial;
	}
	return process;
}

// Initialize a process: no relatives, no memory, no files, default signals. Limits come from the
// current process, or are the defaults for init.
static void process_setup(struct process *process)
{
	const struct process *parent = process_current();

	memset(process, 0, offsetof(struct process, limits));
	list_init(&process->children);
	list_init(&process->sibling);
	avl_node_init(&process->dead_node);
	list_init(&process->group_link);
	list_init(&process->all_link);
	list_init(&process->threads);
	list_init(&process->tracees);
	waitq_init(&process->child_wait);
	waitq_init(&process->exec_wait);
	signal_state_init(&process->signals);
	itimers_init(&process->itimers, process);
	process->exit_signal = SIGCHLD;
	if (parent) {
		process->inherited = parent->inherited;
		memcpy(process->limits, parent->limits, sizeof(process->limits));
	} else {
		limits_init(process->limits);
	}
}

// Everything that can fail comes first. The number is the last of these, and the only one that
// needs the lock.
int process_create(struct process **process_store, struct thread **thread_store, const char *name,
                   void (*entry)(void *arg), void *arg)
{
	struct process *process = kmalloc(sizeof(*process));
	struct thread *thread;
	int error;

	if (!process)
		return -ENOMEM;
	error = thread_create(&thread, name, entry, arg);
	if (error) {
		kfree(process);
		return error;
	}
	process_setup(process);
	spin_lock(&process_lock);
	process->pid = pid_take();
	spin_unlock(&process_lock);
	if (process->pid < 0) {
		error = process->pid;
		thread_discard(thread);
		kfree(process);
		return error;
	}
	process->started = clock_ns();
	memcpy(process->name, thread->name, sizeof(process->name));
	thread->process = process;
	thread->limits = process->limits;
	thread->tid = process->pid;
	altstack_reset(thread);
	list_add_tail(&process->threads, &thread->process_link);
	process->thread_count = process->live = 1;
	*process_store = process;
	*thread_store = thread;
	return 0;
}

// The process may be half made, so each of its parts may be missing.
void process_discard(struct process *process, struct thread *thread)
{
	assert_no_lock();
	thread_put_files(thread);
	if (process->aspace)
		aspace_put(process->aspace);
	signal_state_destroy(&process->signals);
	thread_discard(thread);
	spin_lock(&process_lock);
	pidfd_reaped(process);
	pid_release(process->pid);
	spin_unlock(&process_lock);
	kfree(process);
}

// Like a fork, but the child has no address space: it runs in the kernel until it executes a
// program.
pid_t process_spawn(const char *name, void (*entry)(void *arg), void *arg)
{
	const struct thread *parent = thread_current();
	struct process *process;
	struct thread *thread;
	int error = process_create(&process, &thread, name, entry, arg);

	assert_no_lock();
	if (error)
		return error;
	thread->files = fdtable_copy(parent->files);
	thread->fs_context = fs_context_copy(parent->fs_context);
	if (!thread->files || !thread->fs_context) {
		process_discard(process, thread);
		return -ENOMEM;
	}
	process_publish(process, parent->process, false);
	thread_start(thread);
	return process->pid;
}

void process_set_aspace(struct process *process, struct aspace *as)
{
	spin_lock(&process_lock);
	process->aspace = as;
	spin_unlock(&process_lock);
}

// The reference is taken under the lock: without it the process could end in between and free its
// space.
struct aspace *process_get_aspace(pid_t pid)
{
	struct aspace *as = NULL;
	struct process *process;

	spin_lock(&process_lock);
	process = process_find(pid);
	if (process && process->aspace)
		as = aspace_get(process->aspace);
	spin_unlock(&process_lock);
	return as;
}

struct fdtable *process_files(const struct process *process)
{
	struct thread *thread;

	assert_spin_held(&process_lock);
	if (process->zombie)
		return NULL;
	list_for_each(thread, &process->threads, process_link)
		if (thread->files)
			return thread->files;
	return NULL;
}

// Others may be looking at the thread's files under the lock.
static void replace_files(struct thread *thread, struct fdtable *new_files,
                          struct fs_context *new_fs)
{
	struct fdtable *files = NULL;
	struct fs_context *fs_context = NULL;

	spin_lock(&process_lock);
	if (thread->files != new_files) {
		files = thread->files;
		thread->files = new_files;
	}
	if (thread->fs_context != new_fs) {
		fs_context = thread->fs_context;
		thread->fs_context = new_fs;
	}
	spin_unlock(&process_lock);
	if (files)
		fdtable_put(files);
	if (fs_context)
		fs_context_put(fs_context);
}

void thread_set_files(struct thread *thread, struct fdtable *files, struct fs_context *fs_context)
{
	assert_no_lock();
	replace_files(thread, files ? files : thread->files,
	              fs_context ? fs_context : thread->fs_context);
}

void thread_put_files(struct thread *thread)
{
	assert_no_lock();
	replace_files(thread, NULL, NULL);
}

// Others may be looking at the thread's credentials under the lock.
void thread_set_credentials(struct credentials *credentials)
{
	struct thread *thread = thread_current();
	struct credentials *old = thread->credentials;

	assert_no_lock();
	spin_lock(&process_lock);
	thread->credentials = credentials;
	spin_unlock(&process_lock);
	account_count(&credentials->account->tasks, 1);
	account_count(&old->account->tasks, -1);
	credentials_put(old);
}
