// process_groups.c: the members of groups and sessions, and the families of processes.
#include "proc/process_groups.h"

#include "proc/group_signals.h"
#include "proc/pidfd.h"
#include "proc/pids.h"
#include "proc/process.h"

bool group_guards(const struct process *parent, const struct process *process)
{
	assert_spin_held(&process_lock);
	if (!parent || (parent->pid == PID_INIT && process->pid != PID_FIRST))
		return false;
	return parent->sid == process->sid && parent->pgid != process->pgid;
}

// Update `guarded` of a process that is in a group, and the group's count of guarded members. The
// count makes group_orphaned a single comparison.
static void count_guardian(struct process *process)
{
	bool guarded = !process->zombie && group_guards(process->parent, process);

	if (guarded == process->guarded)
		return;
	process->guarded = guarded;
	pid_slot_taken(process->pgid)->guardians += guarded ? 1 : -1;
}

// Put `process`, which is in no group, into a group and a session. If it has a parent, the caller
// must call count_guardian afterwards.
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
	count_guardian(process);
	list_for_each(child, &process->children, sibling)
		count_guardian(child);
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

// Returns the process of a node among dead children, or NULL.
static struct process *process_of(struct avl_node *node)
{
	return node ? container_of(node, struct process, dead_node) : NULL;
}

// The order of dead children: by birth.
static bool is_elder(const struct avl_node *a, const struct avl_node *b)
{
	return container_of(a, struct process, dead_node)->birth <
	       container_of(b, struct process, dead_node)->birth;
}

// Take `process` away from its parent.
static void leave(struct process *process)
{
	if (process->zombie)
		avl_remove(&process->parent->dead_children, &process->dead_node);
	else
		list_remove(&process->sibling);
}

// Make `process`, which has no parent, the youngest child of `parent`.
static void enter_family(struct process *process, struct process *parent)
{
	static uint64_t births; // [process_lock]

	process->parent = parent;
	process->birth = ++births;
	if (process->zombie)
		avl_insert(&parent->dead_children, &process->dead_node, is_elder);
	else
		list_add_tail(&parent->children, &process->sibling);
	count_guardian(process);
}

// How many processes adopt orphans: without any, nobody looks for them.
static uint32_t subreaper_count; // [process_lock]

void family_set_subreaper(struct process *process, bool on)
{
	assert_spin_held(&process_lock);
	if (process->subreaper == on)
		return;
	process->subreaper = on;
	subreaper_count += on ? 1 : -1u;
}

struct process *family_reaper(const struct process *process)
{
	struct process *above;

	assert_spin_held(&process_lock);
	if (subreaper_count)
		for (above = process->parent; above; above = above->parent)
			if (above->subreaper && above->live)
				return above;
	return process_find(PID_INIT);
}

void family_adopt(struct process *parent, struct process *process)
{
	assert_spin_held(&process_lock);
	leave(process);
	enter_family(process, parent);
}

void family_child_died(struct process *process)
{
	assert_spin_held(&process_lock);
	list_remove(&process->sibling);
	avl_insert(&process->parent->dead_children, &process->dead_node, is_elder);
	if (process->guarded)
		count_guardian(process);
}

struct process *family_first_dead(const struct process *parent)
{
	assert_spin_held(&process_lock);
	return process_of(avl_first(&parent->dead_children));
}

struct process *family_next_dead(const struct process *child)
{
	assert_spin_held(&process_lock);
	return process_of(avl_next(&child->dead_node));
}

// A descent from the root: `best` is the eldest so far that is young enough.
struct process *family_dead_after(const struct process *parent, uint64_t birth)
{
	struct avl_node *node = parent->dead_children.root, *best = NULL;

	assert_spin_held(&process_lock);
	while (node) {
		bool after = process_of(node)->birth > birth;

		if (after)
			best = node;
		node = node->child[!after];
	}
	return process_of(best);
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
		enter_family(process, sibling ? parent->parent : parent);
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
	leave(process);
	withdraw(process);
	pidfd_reaped(process);
	pid_slot_taken(process->pid)->process = NULL;
	release_numbers(process->pgid, process->sid);
	pid_release(process->pid);
}
