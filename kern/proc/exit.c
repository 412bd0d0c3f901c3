// exit.c: how processes end, and how their parents learn of it.
#include <abi/wait.h>
#include "fs/fdtable.h"
#include "fs/path.h"
#include "tty/tty.h"
#include "mem/heap.h"
#include "proc/futex.h"
#include "proc/process_groups.h"
#include "proc/stop_continue.h"
#include "proc/oom.h"
#include "proc/process.h"
#include "vm/aspace.h"
#include "vm/uaccess.h"

// Give back what an ending process holds. Its memory goes first: a parent that waits for a vfork
// runs on in it, and what is left then is quickly done.
static void release_resources(struct process *process)
{
	struct fdtable *files = process->files;
	struct fs_context *fs = process->fs;

	futex_clear_tid();
	if (process->oom_victim)
		aspace_clear(process->aspace); // somebody who waits for its memory may be reading it
	usage_space_ends(process);
	process_set_aspace(process, NULL);
	aspace_switch_to(NULL);
	process_vfork_done(process);
	spin_lock(&process_lock); // others find them by the process
	process->files = NULL;
	process->fs = NULL;
	spin_unlock(&process_lock);
	fdtable_put(files);
	fs_context_put(fs);
	if (process->sid == process->pid)
		tty_session_ended(process->sid);
}

// Children of the dead become init's, whom SIGCHLD tells of their ends. Caller: holds process_lock.
static void give_away_children(struct process *process)
{
	struct process *init, *child, *after;

	if (list_empty(&process->children) && avl_empty(&process->dead_children))
		return;
	init = process_find(PID_INIT);
	list_for_each_safe(child, after, &process->children, sibling) {
		family_adopt(init, child);
		child->exit_signal = SIGCHLD;
		job_orphan_group(child, process);
	}
	while ((child = family_first_dead(process))) {
		family_adopt(init, child);
		child->exit_signal = SIGCHLD;
		waitq_wake_all(&init->child_wait);
	}
}

// Send the signal with which `child`, which has ended, reports to its parent. Caller: holds
// process_lock.
static void signal_parent(struct process *child)
{
	int status = child->exit_status;
	struct signal_info info = {
		.code = WIFEXITED(status) ? CLD_EXITED : CLD_KILLED,
		.pid = child->pid,
		.status = WIFEXITED(status) ? WEXITSTATUS(status) : WTERMSIG(status),
	};

	signal_send(child->parent, child->exit_signal, &info);
}

// A parent that ignores SIGCHLD, or says SA_NOCLDWAIT, leaves no zombies: then init buries the
// dead. The first gets no signal either, not even a blocked one. Caller: holds process_lock.
static void notify_parent(struct process *process)
{
	struct process *parent = process->parent;
	struct sigaction action = signal_action(&parent->signals, SIGCHLD);
	bool ignored = process->exit_signal == SIGCHLD && action.sa_handler == SIG_IGN;

	if (process->exit_signal && !ignored)
		signal_parent(process);
	if (ignored || (process->exit_signal == SIGCHLD && (action.sa_flags & SA_NOCLDWAIT))) {
		family_adopt(process_find(PID_INIT), process);
		waitq_wake_all(&parent->child_wait); // it may have been the last child waited for
	}
	waitq_wake_all(&process->parent->child_wait);
}

void process_exit(int status)
{
	struct process *process = process_current();

	if (process->pid == PID_INIT)
		panic("init ends, with status %#x", status);
	release_resources(process);
	spin_lock(&process_lock);
	process->exit_status = status;
	usage_thread_ends(process);
	process->zombie = true;
	family_mourn(process);
	signal_thread_ended();
	oom_process_ended(process);
	give_away_children(process);
	if (process->parent->pgid != process->pgid)
		job_orphan_group(process, process->parent);
	notify_parent(process);
	thread_current()->process = NULL; // the parent may reap the process before this thread is gone
	thread_current()->limits = thread_no_limits;
	spin_unlock(&process_lock);
	thread_exit();
}

// Returns true if wait4 with `pid` and `options` means this child. A child that reports its end by
// another signal than SIGCHLD is meant only with WCLONE or WALL, the others only without WCLONE.
static bool is_meant(const struct process *child, pid_t pid, int options,
                     const struct process *parent)
{
	bool clone = child->exit_signal != SIGCHLD, clones = (uint32_t)options & WCLONE;

	if (!(options & WALL) && clone != clones)
		return false;
	if (pid > 0)
		return child->pid == pid;
	if (pid == -1)
		return true;
	return child->pgid == (pid == 0 ? parent->pgid : -pid);
}

// Has `child` something to report that wait4 with `options` asks for? Then its status is in
// *status_store, and a report that is made once is made. Caller: holds process_lock.
static bool take_report(struct process *child, int options, int *status_store)
{
	if (child->zombie) {
		*status_store = child->exit_status;
		return true;
	}
	return (options & (WUNTRACED | WCONTINUED)) &&
	       job_take_report(&child->signals, options, status_store);
}

// Take the report of the eldest child meant that has one. Returns the child, or NULL; *any_store
// says whether any child is meant at all. The living are looked at only where they can matter:
// there may be many. Caller: holds process_lock.
static struct process *find_report(struct process *parent, pid_t pid, int options,
                                   int *status_store, bool *any_store)
{
	struct process *child, *dead = family_first_dead(parent);
	bool living = options & (WUNTRACED | WCONTINUED);

	while (dead && !is_meant(dead, pid, options, parent))
		dead = family_next_dead(dead);
	*any_store = dead;
	list_for_each(child, &parent->children, sibling) {
		if (dead && (!living || dead->birth < child->birth))
			break;
		if (!is_meant(child, pid, options, parent))
			continue;
		*any_store = true;
		if (!living)
			break;
		if (take_report(child, options, status_store))
			return child;
	}
	if (dead)
		take_report(dead, options, status_store);
	return dead;
}

// The same for the child `pid` alone.
static struct process *find_report_of(struct process *parent, pid_t pid, int options,
                                      int *status_store, bool *any_store)
{
	struct process *child = process_find(pid);

	*any_store = child && child->parent == parent && is_meant(child, pid, options, parent);
	return *any_store && take_report(child, options, status_store) ? child : NULL;
}

static void reap(struct process *process)
{
	signal_state_destroy(&process->signals);
	kfree(process);
}

pid_t process_wait(pid_t pid, int options, int *status_store, struct usage *usage)
{
	struct process *parent = process_current(), *child, *dead = NULL;
	pid_t result = 0;
	bool any;

	spin_lock(&process_lock);
	for (;;) {
		child = pid > 0 ? find_report_of(parent, pid, options, status_store, &any) :
		                  find_report(parent, pid, options, status_store, &any);
		if (child || !any || (options & WNOHANG))
			break;
		if (waitq_sleep(&parent->child_wait, &process_lock, WAIT_INTERRUPTIBLE,
		                NO_DEADLINE)) {
			spin_unlock(&process_lock);
			return -ERESTARTSYS;
		}
	}
	if (child) {
		result = child->pid;
		if (usage) {
			usage_of_process(child, usage);
			usage_add(usage, &child->reaped);
		}
		if (child->zombie) {
			usage_add(&parent->reaped, &child->ended);
			if (child->reaped.cpu.cycles)
				usage_add(&parent->reaped, &child->reaped);
			process_unpublish(child);
			dead = child;
		}
	} else if (!any) {
		result = -ECHILD;
	}
	spin_unlock(&process_lock);
	if (dead)
		reap(dead);
	return result;
}
