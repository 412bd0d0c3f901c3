// thread_group.c: the threads of a process: adding, finding and ending them.
#include "proc/thread_group.h"

#include "proc/altstack.h"
#include "proc/ptrace.h"
#include "proc/stop_continue.h"
#include "vm/aspace.h"

// Everything that can fail comes first, as in process_create.
int group_create_thread(struct thread **store)
{
	struct process *process = process_current();
	struct thread *thread;
	pid_t tid;
	int error = thread_create(&thread, thread_current()->name, NULL, NULL);

	if (error)
		return error;
	spin_lock(&process_lock);
	tid = pid_take();
	spin_unlock(&process_lock);
	if (tid < 0) {
		thread_discard(thread);
		return tid;
	}
	thread->tid = tid;
	thread->process = process;
	thread->limits = process->limits;
	altstack_reset(thread);
	*store = thread;
	return 0;
}

// The thread may be half made, so each of its parts may be missing.
void group_discard_thread(struct thread *thread)
{
	assert_no_lock();
	thread_put_files(thread);
	if (thread->aspace)
		aspace_put(thread->aspace);
	spin_lock(&process_lock);
	pid_release(thread->tid);
	spin_unlock(&process_lock);
	thread_discard(thread);
}

// A signal to the process is sent to one of its threads under the lock, so none is sent between the
// test and the change. A thread that is added later takes no part in a stop or an end of the
// process that has begun: hence the test. Only a tracee runs while its process is stopped; a thread that it
// adds stops before its first instruction.
int group_add(struct thread *thread)
{
	struct process *process = thread->process;
	int error = 0;

	spin_lock(&process_lock);
	if (thread_signal_pending()) {
		error = -ERESTARTNOINTR;
	} else {
		list_add_tail(&process->threads, &thread->process_link);
		process->thread_count++;
		process->live++;
		pid_slot_taken(thread->tid)->thread = thread;
		if (unlikely(thread_current()->trace))
			job_thread_added(thread);
	}
	spin_unlock(&process_lock);
	return error;
}

// The first thread needs no entry in its slot: while it lives it is the first on the list of the
// process that the slot names.
struct thread *thread_find(pid_t tid)
{
	const struct pid_slot *slot = pid_slot(tid);
	struct thread *first;

	assert_spin_held(&process_lock);
	if (!slot || slot->thread || !slot->process || slot->process->zombie)
		return slot ? slot->thread : NULL;
	first = process_thread(slot->process);
	return first->tid == tid ? first : NULL;
}

struct process *process_of_tid(pid_t tid)
{
	const struct pid_slot *slot = pid_slot(tid);

	assert_spin_held(&process_lock);
	if (slot && slot->thread)
		return slot->thread->process;
	return slot ? slot->process : NULL;
}

void group_kill_others(struct process *process)
{
	struct thread *thread;

	assert_spin_held(&process_lock);
	list_for_each(thread, &process->threads, process_link)
		if (thread != thread_current())
			thread_interrupt(thread, WORK_KILL | WORK_SIGNAL);
}

void group_release_tid(const struct thread *thread)
{
	assert_spin_held(&process_lock);
	if (thread->tid == thread->process->pid)
		return;
	pid_slot_taken(thread->tid)->thread = NULL;
	pid_release(thread->tid);
}

void group_remove_current(struct process *process)
{
	struct thread *thread = thread_current();

	assert_spin_held(&process_lock);
	list_remove(&thread->process_link);
	process->thread_count--;
	group_release_tid(thread);
	if (process->execing && process->thread_count == 1)
		waitq_wake_all(&process->exec_wait);
}

// The sleep ends early only if this thread is killed too. The others end then in any case.
static int wait_for_others(struct process *process)
{
	int error = 0;

	assert_only_spinlock(&process_lock);
	process->execing = thread_current();
	group_kill_others(process);
	while (process->thread_count > 1 && !error)
		error = waitq_sleep(&process->exec_wait, &process_lock, WAIT_KILLABLE, NO_DEADLINE);
	process->execing = NULL;
	return error;
}

// A thread that is the only one may have another number than its process: the first thread has
// ended. The number of the process means this thread from now on, as on Linux.
int group_become_only(void)
{
	struct thread *thread = thread_current();
	struct process *process = thread->process;
	int error = 0;

	assert_no_lock();
	spin_lock(&process_lock);
	if (process->ending || process->execing)
		error = -EAGAIN;
	else if (process->thread_count > 1)
		error = wait_for_others(process);
	if (!error) {
		group_release_tid(thread);
		thread->tid = process->pid;
		if (unlikely(process->ended_trace))
			trace_forget_first(process);
	}
	spin_unlock(&process_lock);
	return error;
}

void vfork_begin(struct vfork_wait *vfork, struct thread *child)
{
	vfork->child = child;
	waitq_init(&vfork->wait);
	child->vfork = vfork;
}

// The child may run longer than this thread: then it must not find the struct any more.
void vfork_sleep(struct vfork_wait *vfork)
{
	assert_no_lock();
	spin_lock(&process_lock);
	while (vfork->child)
		if (waitq_sleep(&vfork->wait, &process_lock, WAIT_KILLABLE, NO_DEADLINE))
			break;
	if (vfork->child)
		vfork->child->vfork = NULL;
	spin_unlock(&process_lock);
}

// The pointer is tested without the lock first, because nearly no thread has one. Only this thread
// and the one that waits change it.
void vfork_done(void)
{
	struct thread *thread = thread_current();

	assert_no_lock();
	if (!thread->vfork)
		return;
	spin_lock(&process_lock);
	if (thread->vfork) {
		thread->vfork->child = NULL;
		waitq_wake_all(&thread->vfork->wait);
		thread->vfork = NULL;
	}
	spin_unlock(&process_lock);
}
