// process_groups.c: the members of groups and sessions.
#include "proc/process_groups.h"

#include "proc/family.h"
#include "proc/group_signals.h"
#include "proc/pidfd.h"
#include "proc/pids.h"
#include "proc/process.h"
#include "tty/tty.h"

bool group_guards(const struct process *parent, const struct process *process)
{
	assert_spin_held(&process_lock);
	if (!parent || (parent->pid == PID_INIT && process->pid != PID_FIRST))
		return false;
	return parent->sid == process->sid && parent->pgid != process->pgid;
}

// The count makes group_orphaned a single comparison.
void group_count_guardian(struct process *process)
{
	bool guarded = !process->zombie && group_guards(process->parent, process);

	assert_spin_held(&process_lock);
	if (guarded == process->guarded)
		return;
	process->guarded = guarded;
	pid_slot_taken(process->pgid)->guardians += guarded ? 1 : -1;
}

// Put `process`, which is in no group, into a group and a session. If it has a parent, the caller
// must call group_count_guardian afterwards.
static void enter(struct process *process, pid_t pgid, pid_t sid)
{
	process->pgid = pgid;
	process->sid = sid;
	list_add_tail(&pid_slot_taken(pgid)->members, &process->group_link);
	pid_slot_taken(sid)->session_members++;
}

// Take `process` out of its group and its session. Their numbers stay taken.
static void withdraw(struct process *process)
{
	if (process->guarded)
		pid_slot_taken(process->pgid)->guardians--;
	process->guarded = false;
	list_remove(&process->group_link);
	pid_slot_taken(process->sid)->session_members--;
}

// Free the numbers of a group and a session that have no members any more.
static void release_numbers(pid_t pgid, pid_t sid)
{
	if (list_empty(&pid_slot_taken(pgid)->members)) {
		group_signals_forget(pgid);
		tty_group_ended(pgid);
		pid_release(pgid);
	}
	if (sid != pgid && !pid_slot_taken(sid)->session_members)
		pid_release(sid);
}

// The old numbers are released after the new ones are in use: they may be the same. The move
// changes who guards the process, and whether it guards its children.
void group_move(struct process *process, pid_t pgid, pid_t sid)
{
	pid_t old_pgid = process->pgid, old_sid = process->sid;
	struct process *child;

	assert_spin_held(&process_lock);
	withdraw(process);
	enter(process, pgid, sid);
	release_numbers(old_pgid, old_sid);
	group_count_guardian(process);
	list_for_each(child, &process->children, sibling)
		group_count_guardian(child);
}

pid_t group_session(pid_t pgid)
{
	const struct pid_slot *group = pid_slot(pgid);

	assert_spin_held(&process_lock);
	if (!group || list_empty(&group->members))
		return 0;
	return list_first(&group->members, struct process, group_link)->sid;
}

bool group_orphaned(pid_t pgid)
{
	assert_spin_held(&process_lock);
	return pid_slot_taken(pgid)->guardians == 0;
}

// The process becomes visible to all others at once, under one hold of the lock. It joins its
// parent's group and session; init makes its own.
void process_publish(struct process *process, struct process *parent, bool sibling)
{
	static uint64_t serial; // [process_lock]

	spin_lock(&process_lock);
	pid_slot_taken(process->pid)->process = process;
	process->serial = ++serial;
	process->parent_tid = parent && sibling ? parent->parent_tid : thread_current()->tid;
	list_add_tail(&all_processes, &process->all_link);
	process_count++;
	if (parent) {
		enter(process, parent->pgid, parent->sid);
		family_enter(process, sibling ? parent->parent : parent);
	} else {
		enter(process, process->pid, process->pid);
	}
	spin_unlock(&process_lock);
}

void process_unpublish(struct process *process)
{
	assert_spin_held(&process_lock);
	list_remove(&process->all_link);
	process_count--;
	family_leave(process);
	withdraw(process);
	pidfd_reaped(process);
	pid_slot_taken(process->pid)->process = NULL;
	release_numbers(process->pgid, process->sid);
	pid_release(process->pid);
}
