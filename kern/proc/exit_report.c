// exit_report.c: how a parent learns of the end of a child.
#include "proc/process.h"
#include "proc/process_groups.h"
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

// Report the end of `process` to its parent. If the parent ignores SIGCHLD or has set
// SA_NOCLDWAIT, it wants no zombies: then init gets the child and reaps it (wait4(2), NOTES). If
// it ignores SIGCHLD, it does not get the signal either, not even blocked. None of this is so for a
// child that the parent traces. Init ignores SIGCHLD, but waits.
void process_notify_parent(struct process *process)
{
	struct process *parent = process->parent;
	struct sigaction action;
	bool ordinary = process->exit_signal == SIGCHLD && !process->ended_trace, ignored;

	assert_spin_held(&process_lock);
	if (parent->pid == PID_INIT) {
		process_wake_parent(parent);
		return;
	}
	action = signal_action(&parent->signals, SIGCHLD);
	ignored = ordinary && action.sa_handler == SIG_IGN;
	if (process->exit_signal && !ignored)
		signal_parent(process);
	if (ignored || (ordinary && (action.sa_flags & SA_NOCLDWAIT))) {
		family_adopt(process_find(PID_INIT), process);
		process_wake_parent(parent); // it may have been the last child waited for
	}
	process_wake_parent(process->parent);
}
