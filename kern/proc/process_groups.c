// process_groups.c: who is in a group, and who is whose child.
#include "proc/process_groups.h"

#include "proc/pids.h"
#include "proc/process.h"

bool group_guards(const struct process *parent, const struct process *process)
{
	if (!parent || (parent->pid == PID_INIT && process->pid != PID_FIRST))
		return false;
	return parent->sid == process->sid && parent->pgid != process->pgid;
}

// Count whether `process` is guarded now. It is in a group.
static void count_guardian(struct process *process)
{
	bool guarded = !process->zombie && group_guards(process->parent, process);

	if (guarded == process->guarded)
		return;
	process->guarded = guarded;
	pid_slot_taken(process->pgid)->guardians += guarded ? 1 : -1;
}

// Put `process`, which is in none, into a group and a session. Its guardian is to be counted then.
static void enter(struct process *process, pid_t pgid, pid_t sid)
{
	process->pgid = pgid;
	process->sid = sid;
	list_add_tail(&pid_slot_taken(pgid)->members, &process->group_link);
	pid_slot_taken(sid)->session_members++;
}

// Take `process` out of its group and its session, whose numbers stay taken.
static void withdraw(struct process *process)
{
	if (process->guarded)
		pid_slot_taken(process->pgid)->guardians--;
	process->guarded = false;
	list_remove(&process->group_link);
	pid_slot_taken(process->sid)->session_members--;
}

// Free the numbers of a group and a session, if nobody is in them any more.
static void release_numbers(pid_t pgid, pid_t sid)
{
	if (list_empty(&pid_slot_taken(pgid)->members))
		pid_release(pgid);
	if (sid != pgid && !pid_slot_taken(sid)->session_members)
		pid_release(sid);
}

void group_move(struct process *process, pid_t pgid, pid_t sid)
{
	pid_t old_pgid = process->pgid, old_sid = process->sid;
	struct process *child;

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

	if (!group || list_empty(&group->members))
		return 0;
	return list_first(&group->members, struct process, group_link)->sid;
}

bool group_orphaned(pid_t pgid)
{
	return pid_slot_taken(pgid)->guardians == 0;
}

static struct process *process_of(struct avl_node *node)
{
	return node ? container_of(node, struct process, dead_node) : NULL;
}

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

// Make `process`, which nobody has, the youngest child of `parent`.
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

void family_adopt(struct process *parent, struct process *process)
{
	leave(process);
	enter_family(process, parent);
}

void family_mourn(struct process *process)
{
	list_remove(&process->sibling);
	avl_insert(&process->parent->dead_children, &process->dead_node, is_elder);
	if (process->guarded)
		count_guardian(process);
}

struct process *family_first_dead(const struct process *parent)
{
	return process_of(avl_first(&parent->dead_children));
}

struct process *family_next_dead(const struct process *child)
{
	return process_of(avl_next(&child->dead_node));
}

struct process *family_dead_after(const struct process *parent, uint64_t birth)
{
	struct avl_node *node = parent->dead_children.root, *best = NULL;

	while (node) {
		bool after = process_of(node)->birth > birth;

		if (after)
			best = node;
		node = node->child[!after];
	}
	return process_of(best);
}

void process_publish(struct process *process, struct process *parent)
{
	static uint64_t serial; // [process_lock]

	spin_lock(&process_lock);
	pid_slot_taken(process->pid)->process = process;
	process->serial = ++serial;
	list_add_tail(&all_processes, &process->all_link);
	process_count++;
	if (parent) {
		enter(process, parent->pgid, parent->sid);
		enter_family(process, parent);
	} else {
		enter(process, process->pid, process->pid);
	}
	spin_unlock(&process_lock);
}

void process_unpublish(struct process *process)
{
	list_remove(&process->all_link);
	process_count--;
	leave(process);
	withdraw(process);
	pid_slot_taken(process->pid)->process = NULL;
	release_numbers(process->pgid, process->sid);
	pid_release(process->pid);
}
