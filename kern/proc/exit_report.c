// exit_report.c: how a parent learns of the end of a child.
#include "proc/family.h"
#include "proc/process.h"
#include "thread/credentials.h"
#include "thread/mutex.h"
#include <abi/wait.h>

// Send the signal with which `child`, which has ended, reports to its parent. Caller: holds
// process_lock.
static void signal_parent(struct process *child)
{
	int status = child->exit_status;
	struct signal_info info = {
		.code = WIFEXITED(status) ? CLD_EXITED : CLD_KILLED,
		.pid = child->pid,
		.uid = child->ended_credentials->user.real,
		.status = WIFEXITED(status) ? WEXITSTATUS(status) : WTERMSIG(status),
	};

	assert_spin_held(&process_lock);
	signal_send(child->parent, child->exit_signal, &info);
}

// Returns true if a parent with this action for SIGCHLD wants no zombies (wait4(2), NOTES).
static bool wants_no_zombies(const struct sigaction *action)
{
	return action->sa_handler == SIG_IGN || (action->sa_flags & SA_NOCLDWAIT);
}

// Let init reap `process`, a zombie. Its parent may have waited for it, as its last child. Caller: holds
// process_lock.
static void give_to_init(struct process *process)
{
	struct process *parent = process->parent;

	assert_spin_held(&process_lock);
	family_adopt(process_find(PID_INIT), process);
	process_wake_parent(parent);
	process_wake_parent(process->parent);
}

// If the parent wants no zombies, init gets the child and reaps it. If it ignores SIGCHLD, it does not get
// the signal either, not even blocked. None of this is so for a child that the parent traces. Init ignores
// SIGCHLD, but waits.
void process_notify_parent(struct process *process)
{
	struct process *parent = process->parent;
	struct sigaction action;
	bool ordinary = process->exit_signal == SIGCHLD && !process->ended_trace;

	assert_spin_held(&process_lock);
	if (parent->pid == PID_INIT) {
		process_wake_parent(parent);
		return;
	}
	action = signal_action(&parent->signals, SIGCHLD);
	if (process->exit_signal && !(ordinary && action.sa_handler == SIG_IGN))
		signal_parent(process);
	if (ordinary && wants_no_zombies(&action))
		give_to_init(process);
	else
		process_wake_parent(parent);
}

void process_zombie_unwatched(struct process *process)
{
	struct sigaction action = signal_action(&process->parent->signals, SIGCHLD);

	assert_spin_held(&process_lock);
	if (process->parent->pid != PID_INIT && wants_no_zombies(&action))
		give_to_init(process);
}
