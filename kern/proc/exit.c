// exit.c: how threads and processes end, and how the parents learn of it.
#include "debug/notice.h"
#include "proc/family.h"
#include "proc/futex.h"
#include "proc/oom.h"
#include "proc/pidfd.h"
#include "proc/posix_timer.h"
#include "proc/process.h"
#include "proc/ptrace.h"
#include "proc/stop_continue.h"
#include "proc/thread_group.h"
#include "thread/credentials.h"
#include "thread/yield.h"
#include "tty/tty.h"
#include "vm/aspace.h"
#include "vm/uaccess.h"
#include <abi/wait.h>

#define GIVE_AWAY_COST 1000 // instructions, roughly, to give a child away

void (*process_files_closed_hook)(void);
void (*process_semaphores_hook)(struct process *process);

// Release what the current thread, which ends, holds. The memory goes first: a parent that waits by
// CLONE_VFORK runs on in it. Files and directories follow; dropping the last reference of a pipe or
// a terminal may wake other processes. `last`: no other thread of the process lives.
static void release_resources(struct process *process, bool last)
{
	futex_thread_leaves();
	if (last) {
		posix_timers_end(process);
		if (process->oom_victim)
			aspace_clear(process->aspace); // frees memory that another process reads
		usage_space_ends(process);
		process_set_aspace(process, NULL);
	}
	aspace_switch_to(NULL);
	vfork_done();
	if (last && unlikely(!avl_empty(&process->sem_undos)))
		process_semaphores_hook(process);
	thread_put_files(thread_current());
	if (last && process_files_closed_hook)
		process_files_closed_hook();
	if (last && process->sid == process->pid)
		tty_session_ended(process->sid);
}

// Returns true if the process has a child, alive or dead. Caller: holds process_lock, or is the
// process itself and tests again under the lock.
static bool has_children(const struct process *process)
{
	return !list_empty(&process->children) || !avl_empty(&process->dead_children);
}

// Make `child` of the ending `process` a child of `reaper`. Its end will send SIGCHLD to the reaper,
// which learns of a dead child at once. Caller: holds process_lock.
static void give_away(struct process *process, struct process *reaper, struct process *child)
{
	struct signal_info info = { .code = SI_USER, .pid = process->pid };
	bool dead = child->zombie;

	assert_spin_held(&process_lock);
	family_adopt(reaper, child);
	child->exit_signal = SIGCHLD;
	if (!dead)
		job_orphan_group(child, process);
	else if (!trace_hides(child))
		process_notify_parent(child);
	if (unlikely(child->parent_death_signal) && !dead)
		signal_send(child, child->parent_death_signal, &info);
}

// Make children of the ending process children of its reaper, until it is time to yield, or, without
// `may_stop`, all of them. Returns true if none is left. Caller: holds process_lock.
static bool give_away_children(struct process *process, bool may_stop)
{
	struct process *reaper = family_reaper(process), *child;

	assert_spin_held(&process_lock);
	do {
		if (!list_empty(&process->children))
			child = list_first(&process->children, struct process, sibling);
		else
			child = family_first_dead(process);
		if (!child)
			return true;
		give_away(process, reaper, child);
	} while (!yield_due(GIVE_AWAY_COST) || !may_stop);
	return false;
}

// Give children away, with yields in between, until at most a few are left. New
// ones may come meanwhile, by CLONE_PARENT of a child; process_exit gives those away under the
// lock.
static void give_away_many_children(struct process *process)
{
	bool more = true;

	while (more) {
		spin_lock(&process_lock);
		more = !give_away_children(process, true);
		spin_unlock(&process_lock);
		if (more)
			(void)thread_yield_point_killable();
	}
}

// The last thread of the process is about to go: the process is a zombie from now on. All steps
// under process_lock belong together: a parent that sees the zombie sees its status, its usage and
// its children's new parent too. Caller: holds process_lock.
static void become_zombie(struct process *process)
{
	assert_spin_held(&process_lock);
	process->zombie = true;
	family_set_subreaper(process, false);
	itimers_end(&process->itimers);
	pidfd_ended(process);
	family_child_died(process);
	oom_process_ended(process);
	if (unlikely(has_children(process)))
		give_away_children(process, false);
	if (process->parent->pgid != process->pgid)
		job_orphan_group(process, process->parent);
	if (likely(!process->ended_trace) || !trace_process_ended(process))
		process_notify_parent(process);
}

// End the current thread, which is marked as leaving. The last of several that end at the same time
// makes the zombie. The thread has no process after that, because the parent may reap the process
// while this thread still runs to its end. `last`: no other thread of the process lives. `status`: how
// the thread ends, for its tracer.
static void __noreturn leave(struct process *process, bool last, int status)
{
	release_resources(process, last);
	if (unlikely(!list_empty(&thread_current()->tracees)))
		trace_tracer_ends();
	if (last && unlikely(has_children(process)))
		give_away_many_children(process);
	spin_lock(&process_lock);
	usage_thread_ends(process);
	signal_thread_ended();
	if (unlikely(thread_current()->trace))
		trace_thread_ended(status);
	if (likely(process->thread_count == 1)) {
		group_release_tid(thread_current());
		process->ended_credentials = thread_current()->credentials;
		thread_current()->credentials = NULL;
		become_zombie(process);
	} else {
		group_remove_current(process);
	}
	thread_current()->process = NULL;
	thread_current()->limits = thread_no_limits;
	notice(NOTICE_EXIT);
	spin_unlock(&process_lock);
	thread_exit();
}

// Mark the current thread as leaving. Returns true if no other thread of its process lives. Caller:
// holds process_lock.
static bool begin_to_leave(struct process *process)
{
	assert_spin_held(&process_lock);
	thread_current()->leaving = true;
	process->live--;
	if (unlikely(process->live)) {
		signal_pass_on(process, ~thread_current()->sigmask);
		job_thread_left(process);
	}
	return process->live == 0;
}

// A thread that another one's execve ends must not decide on the end of the process.
void process_exit(int status)
{
	struct thread *thread = thread_current();
	struct process *process = thread->process;
	bool last;

	assert_no_lock();
	if (process->pid == PID_INIT)
		panic("init ends, with status %#x", status);
	spin_lock(&process_lock);
	if (!process->ending && (!process->execing || process->execing == thread)) {
		process->ending = true;
		process->exit_status = status;
		if (unlikely(process->thread_count > 1))
			group_kill_others(process);
	}
	if (unlikely(thread->trace)) {
		spin_unlock(&process_lock);
		trace_event(PTRACE_EVENT_EXIT, (uint32_t)status);
		spin_lock(&process_lock);
	}
	last = begin_to_leave(process);
	spin_unlock(&process_lock);
	leave(process, last, status);
}

void process_exit_thread(int status)
{
	struct process *process = process_current();
	bool last;

	assert_no_lock();
	if (unlikely(thread_current()->trace))
		trace_event(PTRACE_EVENT_EXIT, (uint32_t)status);
	spin_lock(&process_lock);
	last = begin_to_leave(process);
	if (last && !process->ending)
		process->exit_status = status;
	spin_unlock(&process_lock);
	leave(process, last, status);
}
