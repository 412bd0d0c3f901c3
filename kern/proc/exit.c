// exit.c: how processes end, and how their parents learn of it.
#include <abi/wait.h>
#include "fs/fdtable.h"
#include "fs/path.h"
#include "tty/tty.h"
#include "mem/heap.h"
#include "proc/futex.h"
#include "proc/group_signals.h"
#include "proc/process_groups.h"
#include "proc/stop_continue.h"
#include "proc/oom.h"
#include "proc/process.h"
#include "thread/yield.h"
#include "vm/aspace.h"
#include "vm/uaccess.h"

#define GIVE_AWAY_COST 1000 // instructions, roughly, to give a child away

#define SEARCH_COST 60 // instructions, roughly, to test a child that has ended

// Release what an ending process holds. The memory goes first: the parent of a vfork runs on in
// it, and waits for that. Files and directories follow; dropping the last reference of a pipe or a
// terminal may wake other processes.
static void release_resources(struct process *process)
{
	futex_clear_tid();
	if (process->oom_victim)
		aspace_clear(process->aspace); // frees memory that another process still reads
	usage_space_ends(process);
	process_set_aspace(process, NULL);
	aspace_switch_to(NULL);
	process_vfork_done(process);
	thread_put_files(thread_current());
	if (process->sid == process->pid)
		tty_session_ended(process->sid);
}

// Returns true if the process has a child, alive or dead. Caller: holds process_lock, or is the
// process itself and tests again under the lock.
static bool has_children(const struct process *process)
{
	return !list_empty(&process->children) || !avl_empty(&process->dead_children);
}

// Make `child` of the ending `process` a child of init. Its end will send SIGCHLD to init. A dead
// child wakes init, which reaps it. Caller: holds process_lock.
static void give_away(struct process *process, struct process *init, struct process *child)
{
	bool dead = child->zombie;

	assert_spin_held(&process_lock);
	family_adopt(init, child);
	child->exit_signal = SIGCHLD;
	if (dead)
		process_wake_parent(init);
	else
		job_orphan_group(child, process);
}

// Make children of the ending process children of init, until it is time to yield, or, without
// `may_stop`, all of them. Returns true if none is left. Caller: holds process_lock.
static bool give_away_children(struct process *process, bool may_stop)
{
	struct process *init = process_find(PID_INIT), *child;

	assert_spin_held(&process_lock);
	do {
		if (!list_empty(&process->children))
			child = list_first(&process->children, struct process, sibling);
		else
			child = family_first_dead(process);
		if (!child)
			return true;
		give_away(process, init, child);
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

	assert_spin_held(&process_lock);
	signal_send(child->parent, child->exit_signal, &info);
}

// Report the end of `process` to its parent. If the parent ignores SIGCHLD or has set
// SA_NOCLDWAIT, it wants no zombies: then init gets the child and reaps it (wait4(2), NOTES). If
// it ignores SIGCHLD, it does not get the signal either, not even blocked. Caller: holds
// process_lock.
static void notify_parent(struct process *process)
{
	struct process *parent = process->parent;
	struct sigaction action = signal_action(&parent->signals, SIGCHLD);
	bool ignored = process->exit_signal == SIGCHLD && action.sa_handler == SIG_IGN;

	assert_spin_held(&process_lock);
	if (process->exit_signal && !ignored)
		signal_parent(process);
	if (ignored || (process->exit_signal == SIGCHLD && (action.sa_flags & SA_NOCLDWAIT))) {
		family_adopt(process_find(PID_INIT), process);
		process_wake_parent(parent); // it may have been the last child waited for
	}
	process_wake_parent(process->parent);
}

// All steps under process_lock belong together: a parent that sees the zombie sees its status, its
// usage and its children's new parent too. The thread has no process after that, because the
// parent may reap the process while this thread still runs to its end.
void process_exit(int status)
{
	struct process *process = process_current();

	if (process->pid == PID_INIT)
		panic("init ends, with status %#x", status);
	release_resources(process);
	if (unlikely(has_children(process)))
		give_away_many_children(process);
	spin_lock(&process_lock);
	process->exit_status = status;
	usage_thread_ends(process);
	process->zombie = true;
	family_child_died(process);
	signal_thread_ended();
	oom_process_ended(process);
	if (unlikely(has_children(process)))
		give_away_children(process, false);
	if (process->parent->pgid != process->pgid)
		job_orphan_group(process, process->parent);
	if (process->parent->pid == PID_INIT)
		process_wake_parent(process->parent); // it ignores SIGCHLD, but waits
	else
		notify_parent(process);
	thread_current()->process = NULL; // may be reaped before this thread is gone
	thread_current()->limits = thread_no_limits;
	spin_unlock(&process_lock);
	thread_exit();
}

// Returns true if wait4 with `pid` and `options` means this child. A child that reports its end by
// another signal than SIGCHLD is meant only with WCLONE or WALL, any other child only without
// WCLONE.
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

// Take a report of `child` that wait4 with `options` asks for. Returns true with the status in
// *status_store if there is one. Caller: holds process_lock.
static bool take_report(struct process *child, int options, int *status_store)
{
	assert_spin_held(&process_lock);
	if (child->zombie) {
		*status_store = child->exit_status;
		return true;
	}
	return (options & (WUNTRACED | WCONTINUED)) &&
	       job_take_report(&child->signals, options, status_store);
}

// The state of a call of process_wait.
struct wait_call {
	struct process *parent;
	pid_t pid;
	int options;
	int *status_store;
	bool any;         // at least one child is meant
	bool yielded;     // process_lock was released in the middle of the search
	bool interrupted; // the caller must die
};

// Returns the dead child after `dead`, which is not meant. There may be thousands of them, so this
// yields if it is time, with process_lock released. `dead` may be gone after that; its birth still
// tells where to go on.
static struct process *search_after(struct wait_call *call, const struct process *dead)
{
	uint64_t birth = dead->birth;

	assert_only_spinlock(&process_lock);
	if (!yield_due(SEARCH_COST))
		return family_next_dead(dead);
	spin_unlock(&process_lock);
	call->yielded = true;
	call->interrupted = thread_yield_point_killable() != 0;
	spin_lock(&process_lock);
	return call->interrupted ? NULL : family_dead_after(call->parent, birth);
}

// Take the report of the eldest child that is meant and has one. Returns the child, or NULL. Sets
// call->any if any child is meant. Living children are looked at only if they can matter, because
// there may be many. Caller: holds process_lock.
static struct process *find_report(struct wait_call *call)
{
	struct process *parent = call->parent, *child, *dead = family_first_dead(parent);
	bool living = call->options & (WUNTRACED | WCONTINUED);

	assert_spin_held(&process_lock);
	while (dead && !is_meant(dead, call->pid, call->options, parent))
		dead = search_after(call, dead);
	call->any = dead;
	list_for_each(child, &parent->children, sibling) {
		if (dead && (!living || dead->birth < child->birth))
			break;
		if (!is_meant(child, call->pid, call->options, parent))
			continue;
		call->any = true;
		if (!living)
			break;
		if (take_report(child, call->options, call->status_store))
			return child;
	}
	if (dead)
		take_report(dead, call->options, call->status_store);
	return dead;
}

// Like find_report, but for the child call->pid alone. Caller: holds process_lock.
static struct process *find_report_of(struct wait_call *call)
{
	struct process *child = process_find(call->pid);

	assert_spin_held(&process_lock);
	call->any = child && child->parent == call->parent &&
	            is_meant(child, call->pid, call->options, call->parent);
	if (call->any && take_report(child, call->options, call->status_store))
		return child;
	return NULL;
}

// Wait until a child has a report. Returns 0 with the child in *store, or NULL there if no child
// is meant, or if there is no report yet and WNOHANG is set; -ERESTARTSYS. A search that has
// yielded may have missed the report of a child that it had passed: parent->reports shows that,
// and the search is repeated. Caller: holds process_lock.
static int wait_for_report(struct wait_call *call, struct process **store)
{
	struct process *parent = call->parent;
	uint32_t reports;

	assert_only_spinlock(&process_lock);
	for (;;) {
		reports = parent->reports;
		call->yielded = call->interrupted = false;
		*store = call->pid > 0 ? find_report_of(call) : find_report(call);
		if (call->interrupted)
			return -ERESTARTSYS;
		if (*store || !call->any || (call->options & WNOHANG))
			return 0;
		if (call->yielded && parent->reports != reports)
			continue;
		if (waitq_sleep(&parent->child_wait, &process_lock, WAIT_INTERRUPTIBLE, NO_DEADLINE))
			return -ERESTARTSYS;
	}
}

// Free a zombie that nobody can find any more.
static void reap(struct process *process)
{
	signal_state_destroy(&process->signals);
	kfree(process);
}

// Account the resources of `child`, a zombie of `parent`, as used by a child of `parent`, and take
// it out of all lists. The caller reaps it after the lock's release. Caller: holds process_lock.
static void take_out(struct process *parent, struct process *child)
{
	assert_spin_held(&process_lock);
	usage_add(&parent->reaped, &child->ended);
	if (child->reaped.cpu.cycles)
		usage_add(&parent->reaped, &child->reaped);
	process_unpublish(child);
}

// Process 1 wants every child, and neither stops nor signals concern it: no search is needed. It also
// sends the signals that others have left to it.
pid_t process_wait_as_init(int *status_store)
{
	struct process *init = process_current(), *child;
	pid_t pid;

	assert_no_lock();
	spin_lock(&process_lock);
	while (group_signals_left() || !(child = family_first_dead(init))) {
		if (group_signals_left()) {
			spin_unlock(&process_lock);
			group_signals_send();
			spin_lock(&process_lock);
		} else {
			(void)waitq_sleep(&init->child_wait, &process_lock, WAIT_UNINTERRUPTIBLE,
			                  NO_DEADLINE);
		}
	}
	pid = child->pid;
	*status_store = child->exit_status;
	take_out(init, child);
	spin_unlock(&process_lock);
	reap(child);
	return pid;
}

pid_t process_wait(pid_t pid, int options, int *status_store, struct usage *usage)
{
	struct process *parent = process_current(), *child, *dead = NULL;
	struct wait_call call = {
		.parent = parent, .pid = pid, .options = options, .status_store = status_store
	};
	pid_t result;

	assert_no_lock();
	spin_lock(&process_lock);
	result = wait_for_report(&call, &child);
	if (result == 0 && child) {
		result = child->pid;
		if (usage) {
			usage_of_process(child, usage);
			usage_add(usage, &child->reaped);
		}
		if (child->zombie) {
			take_out(parent, child);
			dead = child;
		}
	} else if (result == 0 && !call.any) {
		result = -ECHILD;
	}
	spin_unlock(&process_lock);
	if (dead)
		reap(dead);
	return result;
}
