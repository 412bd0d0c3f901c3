// family.c: parents and children: who gets the children of a process that ends, and the dead children that
// their parent does not know of yet.
#include "proc/family.h"

#include "proc/pids.h"
#include "proc/process.h"
#include "proc/process_groups.h"

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

void family_leave(struct process *process)
{
	assert_spin_held(&process_lock);
	if (process->zombie)
		avl_remove(&process->parent->dead_children, &process->dead_node);
	else
		list_remove(&process->sibling);
}

void family_enter(struct process *process, struct process *parent)
{
	static uint64_t births; // [process_lock]

	assert_spin_held(&process_lock);
	process->parent = parent;
	process->birth = ++births;
	if (process->zombie)
		avl_insert(&parent->dead_children, &process->dead_node, is_elder);
	else
		list_add_tail(&parent->children, &process->sibling);
	group_count_guardian(process);
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
	family_leave(process);
	family_enter(process, parent);
}

void family_child_died(struct process *process)
{
	assert_spin_held(&process_lock);
	list_remove(&process->sibling);
	avl_insert(&process->parent->dead_children, &process->dead_node, is_elder);
	if (process->guarded)
		group_count_guardian(process);
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
