// clone.c: fork's copy of an address space: private pages shared until somebody writes.
#include "vm/internal.h"

static int clone_areas(struct aspace *as, struct aspace *copy)
{
	struct area *area, *twin;

	list_for_each(area, &as->areas.list, link) {
		if (area->flags & AREA_DONTFORK)
			continue;
		twin = area_copy(area, copy);
		if (!twin)
			return -ENOMEM;
		// Locks are not inherited, nor what was put aside for the parent.
		twin->flags &= (uint16_t) ~(AREA_LOCKS | AREA_PROMISED);
		area_insert(&copy->areas, twin);
		copy->pages += (area->end - area->start) / PAGE_SIZE;
	}
	return 0;
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
		error = ptes_clone(&from, &to, area);
		if (error)
			break;
	}
	tlb_batch_finish(&to);
	tlb_batch_finish(&from);
	spin_unlock(&as->pt_lock);
	return error;
}

int aspace_clone(struct aspace *as, struct aspace **store)
{
	struct aspace *copy;
	int error = aspace_create(&copy);

	if (error)
		return error;
	rwlock_write_lock(&as->lock);
	error = clone_areas(as, copy);
	if (!error)
		error = clone_ptes(as, copy);
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
