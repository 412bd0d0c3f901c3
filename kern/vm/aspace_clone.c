// aspace_clone.c: fork's copy of an address space: private pages shared until somebody writes.
#include "vm/internal.h"

// What it costs to give an area its place in the copy's tree, in instructions or so.
#define BUILD_COST 40

static void build_step(void)
{
	if (yield_due(BUILD_COST))
		thread_yield_point(); // the tree is completed even for a thread that is killed
}

// Copy the areas that a child inherits. Also on failure the copy's tree is a tree: aspace_put takes it
// apart. Caller: holds the space's lock for writing; nobody else knows the copy.
// Returns 0, -ENOMEM, or -EINTR for a thread that is killed.
static int clone_areas(struct aspace *as, struct aspace *copy)
{
	struct area *area, *twin;
	int error = 0;

	list_for_each(area, &as->areas.list, link) {
		error = yield_after(AREA_COST);
		if (error)
			break;
		if (area->flags & AREA_DONTFORK)
			continue;
		twin = area_copy(area, copy);
		if (!twin) {
			error = -ENOMEM;
			break;
		}
		// Locks are not inherited, nor what was put aside for the parent.
		twin->flags &= (uint16_t)(~(AREA_LOCKS | AREA_RESERVED));
		area_append(&copy->areas, twin);
		copy->pages += (area->end - area->start) / PAGE_SIZE;
	}
	area_tree_build(&copy->areas, build_step);
	return error;
}

// A fork copies an area of large pages without a yield, and object_catch_up does not know such pages:
// so a change of the object comes before, and is waited for, or after. Caller: as for ptes_clone.
static void wait_settled(struct aspace *as, struct tlb_batch *from, struct tlb_batch *to,
                         struct object *obj)
{
	tlb_batch_finish(to);
	tlb_batch_finish(from);
	spin_unlock(&as->pt_lock);
	object_lock_settled(obj);
	mutex_unlock(&obj->lock);
	spin_lock(&as->pt_lock);
}

static int clone_ptes(struct aspace *as, struct aspace *copy)
{
	struct tlb_batch from, to;
	struct area *area;
	int error = 0;

	spin_lock(&as->pt_lock);
	tlb_batch_begin(&from, as->pgdir);
	tlb_batch_begin(&to, copy->pgdir);
	list_for_each(area, &as->areas.list, link) {
		if ((area->flags & (AREA_DONTFORK | AREA_WIPEONFORK)) || area_is_device(area))
			continue; // device memory comes back with the child's first fault
		if (unlikely(area->ops->uncut))
			wait_settled(as, &from, &to, area->object);
		error = ptes_clone(&from, &to, area);
		if (error)
			break;
	}
	tlb_batch_finish(&to);
	tlb_batch_finish(&from);
	spin_unlock(&as->pt_lock);
	return error;
}

static void catch_up(struct aspace *copy)
{
	struct area *area;

	list_for_each(area, &copy->areas.list, link)
		object_catch_up(area);
}

int aspace_clone(struct aspace *as, struct aspace **store)
{
	uint32_t mark = object_changes();
	struct aspace *copy;
	int error = aspace_create(&copy);

	if (error)
		return error;
	rwlock_write_lock(&as->lock);
	error = clone_areas(as, copy);
	if (!error)
		error = clone_ptes(as, copy);
	if (unlikely(object_changed_since(mark)))
		catch_up(copy);
	copy->brk_start = as->brk_start;
	copy->brk = as->brk;
	copy->args_start = as->args_start;
	copy->args_end = as->args_end;
	if (as->program) {
		object_deny_writes_again(as->program);
		aspace_set_program(copy, as->program);
	}
	rwlock_write_unlock(&as->lock);
	if (error)
		aspace_put(copy);
	else
		*store = copy;
	return error;
}
