// sem_undo.c: what processes have done to System V semaphores with SEM_UNDO, and what their ends take
// back.
#include "ipc/sem.h"
#include "mem/heap.h"
#include "proc/process.h"
#include "thread/mutex.h"
#include "thread/yield.h"

#define FREE_COST 500u // instructions, roughly, to free an undo

static struct sem_undo *undo_of(const struct avl_node *node)
{
	return list_entry(node, struct sem_undo, node);
}

static bool id_before(const struct avl_node *a, const struct avl_node *b)
{
	return undo_of(a)->id < undo_of(b)->id;
}

struct sem_undo *sem_find_undo(const struct sem_set *set)
{
	struct avl_node *node = process_current()->sem_undos.root;

	assert_spin_held(&sysv_lock);
	while (node && undo_of(node)->id != set->ipc.id)
		node = node->child[set->ipc.id > undo_of(node)->id];
	return node ? undo_of(node) : NULL;
}

void sem_add_undo(struct sem_set *set, struct sem_undo *undo)
{
	struct process *process = process_current();

	assert_spin_held(&sysv_lock);
	undo->process = process;
	undo->set = set;
	undo->id = set->ipc.id;
	undo->generation = set->generation;
	avl_insert(&process->sem_undos, &undo->node, id_before);
	process->sem_undo_bytes += undo->size;
	list_add_tail(&set->undos, &undo->set_link);
}

void sem_refresh_undo(struct sem_undo *undo)
{
	assert_spin_held(&sysv_lock);
	if (likely(undo->generation == undo->set->generation))
		return;
	undo->generation = undo->set->generation;
	memset(undo->adjust, 0, undo->set->count * sizeof(undo->adjust[0]));
}

void sem_forget_undos(struct sem_set *set, uint32_t number)
{
	struct sem_undo *undo;

	assert_spin_held(&sysv_lock);
	list_for_each(undo, &set->undos, set_link)
		undo->adjust[number] = 0;
}

// Take an undo away from its process and its set. It is the caller's to free.
static void take_out(struct sem_undo *undo)
{
	assert_spin_held(&sysv_lock);
	avl_remove(&undo->process->sem_undos, &undo->node);
	undo->process->sem_undo_bytes -= undo->size;
	list_remove(&undo->set_link);
}

void sem_free_undos(struct sem_set *set)
{
	assert_only_spinlock(&sysv_lock);
	while (!list_empty(&set->undos)) {
		struct sem_undo *undo = list_first(&set->undos, struct sem_undo, set_link);

		take_out(undo);
		kfree(undo);
		if (!yield_due(FREE_COST))
			continue;
		spin_unlock(&sysv_lock);
		thread_yield_point();
		spin_lock(&sysv_lock);
	}
}

// Add to each semaphore what the undo says, within the range of values.
static void apply(struct sem_set *set, struct sem_undo *undo)
{
	assert_spin_held(&sysv_lock);
	sem_refresh_undo(undo);
	for (uint32_t i = 0; i < set->count; i++) {
		int value = set->sems[i].value + undo->adjust[i];

		if (!undo->adjust[i])
			continue;
		set->sems[i].value = (uint16_t)MAX(0, MIN(value, SEMVMX));
		set->sems[i].pid = undo->process->pid;
	}
	set->op_time = sysv_now();
}

struct sem_set *sem_apply_undo(struct process *process)
{
	struct sem_undo *undo = undo_of(process->sem_undos.root);
	struct sem_set *set = undo->set;

	assert_spin_held(&sysv_lock);
	take_out(undo);
	apply(set, undo);
	kfree(undo);
	return set;
}
