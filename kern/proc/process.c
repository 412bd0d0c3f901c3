// process.c: the table of processes.
#include "proc/process.h"

#include "fs/fdtable.h"
#include "fs/path.h"
#include "mem/heap.h"
#include "proc/altstack.h"
#include "proc/limits.h"
#include "thread/timer.h"
#include "vm/aspace.h"

#define HASH_BUCKETS 64
#define PID_FIRST_AGAIN 300 // where numbers go on after PID_MAX

struct spinlock process_lock = SPINLOCK_INIT("processes", RANK_PROCESS);
struct list all_processes = LIST_INIT(all_processes);

static struct process *buckets[HASH_BUCKETS]; // [p] linked by hash_next
static pid_t last_pid;                        // [p]
static bool pids_wrapped;                     // [p] numbers have been used once already

static struct process **bucket_of(pid_t pid)
{
	return &buckets[(uint32_t)pid % HASH_BUCKETS];
}

struct process *process_find(pid_t pid)
{
	struct process *process = *bucket_of(pid);

	while (process && process->pid != pid)
		process = process->hash_next;
	return process;
}

// Is `pid` the number of a process, a group or a session? Caller: holds process_lock.
static bool pid_in_use(pid_t pid)
{
	struct process *process;

	list_for_each(process, &all_processes, all_link)
		if (process->pid == pid || process->pgid == pid || process->sid == pid)
			return true;
	return false;
}

// The next number, or 0 when all are taken. Numbers go up; only when they have run out once must
// each be looked for among those in use. Caller: holds process_lock.
static pid_t pid_alloc(void)
{
	for (unsigned int tries = 0; tries < PID_MAX; tries++) {
		if (++last_pid >= PID_MAX) {
			last_pid = PID_FIRST_AGAIN;
			pids_wrapped = true;
		}
		if (!pids_wrapped || !pid_in_use(last_pid))
			return last_pid;
	}
	return 0;
}

static void process_setup(struct process *process)
{
	const struct process *parent = process_current();

	memset(process, 0, offsetof(struct process, limits));
	list_init(&process->children);
	list_init(&process->sibling);
	list_init(&process->all_link);
	list_init(&process->threads);
	waitq_init(&process->child_wait);
	waitq_init(&process->vfork_wait);
	signal_state_init(&process->signals);
	process->exit_signal = SIGCHLD;
	if (parent)
		memcpy(process->limits, parent->limits, sizeof(process->limits));
	else
		limits_init(process->limits);
}

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
	process->pid = pid_alloc();
	spin_unlock(&process_lock);
	if (process->pid == 0) {
		thread_discard(thread);
		kfree(process);
		return -EAGAIN;
	}
	process->started = clock_ns();
	memcpy(process->name, thread->name, sizeof(process->name));
	thread->process = process;
	thread->limits = process->limits;
	thread->tid = process->pid;
	altstack_reset(thread);
	list_add_tail(&process->threads, &thread->process_link);
	*process_store = process;
	*thread_store = thread;
	return 0;
}

void process_discard(struct process *process, struct thread *thread)
{
	if (process->files)
		fdtable_put(process->files);
	if (process->fs)
		fs_context_put(process->fs);
	if (process->aspace)
		aspace_put(process->aspace);
	signal_state_destroy(&process->signals);
	thread_discard(thread);
	kfree(process);
}

void process_publish(struct process *process, struct process *parent)
{
	struct process **bucket = bucket_of(process->pid);

	spin_lock(&process_lock);
	process->hash_next = *bucket;
	*bucket = process;
	list_add_tail(&all_processes, &process->all_link);
	process->parent = parent;
	if (parent) {
		process->pgid = parent->pgid;
		process->sid = parent->sid;
		list_add_tail(&parent->children, &process->sibling);
	} else {
		process->pgid = process->sid = process->pid;
	}
	spin_unlock(&process_lock);
}

void process_unpublish(struct process *process)
{
	struct process **link = bucket_of(process->pid);

	while (*link != process)
		link = &(*link)->hash_next;
	*link = process->hash_next;
	list_remove(&process->all_link);
	list_remove(&process->sibling);
}

pid_t process_spawn(const char *name, void (*entry)(void *arg), void *arg)
{
	struct process *parent = process_current(), *process;
	struct thread *thread;
	int error = process_create(&process, &thread, name, entry, arg);

	if (error)
		return error;
	process->files = fdtable_copy(parent->files);
	process->fs = fs_context_copy(parent->fs);
	if (!process->files || !process->fs) {
		process_discard(process, thread);
		return -ENOMEM;
	}
	process_publish(process, parent);
	thread_start(thread);
	return process->pid;
}

void process_set_aspace(struct process *process, struct aspace *as)
{
	spin_lock(&process_lock);
	process->aspace = as;
	spin_unlock(&process_lock);
}

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
