// aspace_clone.c: fork's copy of an address space. Areas and page-table entries are copied, pages
// are not: private pages become read-only in both spaces, and the first one to write gets a copy
// (anon_copy_on_write.c).
#include "cpu/trap.h"
#include "mem/tlb.h"
#include "thread/thread.h"
#include "thread/yield.h"
#include "vm/area_edit.h"
#include "vm/fault.h"
#include "vm/object_internal.h"
#include "vm/ptes.h"
#include "vm/uffd_internal.h"

// About how many instructions it takes to put an area into the tree of the copy.
#define BUILD_COST 40

static void build_step(void)
{
	if (yield_due(BUILD_COST))
		thread_yield_point(); // even a killed thread completes the tree
}

// Copy the areas that a child inherits, in address order. Also on failure the copy's tree is
// complete, so that aspace_put can free it.
// Caller: holds as->lock for writing; nobody else knows the copy.
// Returns 0, -ENOMEM, or -EINTR if the thread is killed.
static int clone_areas(struct aspace *as, struct aspace *copy, struct list *events)
{
	struct area_block *block = NULL;
	size_t left = as->areas.count;
	bool whole = true; // no area has been left out so far
	struct area *area, *twin;
	int error = 0;

	assert_write_held(&as->lock);
	list_for_each(area, &as->areas.list, link) {
		error = yield_after(AREA_COST);
		if (error)
			break;
		left--;
		if (unlikely(area->flags & AREA_DONTFORK)) {
			whole = false;
			continue;
		}
		twin = area_copy_next(area, copy, &block, left + 1);
		if (!twin) {
			error = -ENOMEM;
			break;
		}
		// A child inherits neither mlock() nor the parent's reserved pages.
		twin->flags &= ~(AREA_LOCKS | AREA_RESERVED);
		if (unlikely(twin->uffd))
			error = uffd_collect_fork(events, twin, copy);
		if (likely(whole)) // also after an error: the copy frees it
			area_append_copy(&copy->areas, twin);
		else
			area_append(&copy->areas, twin);
		copy->pages += (area->end - area->start) / PAGE_SIZE;
		if (error)
			break;
	}
	area_tree_build(&copy->areas, build_step);
	return error;
}

// Wait until no change of `obj` is under way. A fork copies an area of large pages without a
// yield, and object_catch_up does not handle large pages. So a change of the object must come
// wholly before the copy or wholly after it. Releases pt_lock meanwhile, because waiting sleeps;
// both batches are finished first and may be used again.
// Caller: as for ptes_clone.
static void wait_settled(struct aspace *as, struct tlb_batch *from, struct tlb_batch *to,
                         struct object *obj)
{
	assert_only_spinlock(&as->pt_lock);
	tlb_batch_finish(to);
	tlb_batch_finish(from);
	spin_unlock(&as->pt_lock);
	object_settle(obj);
	spin_lock(&as->pt_lock);
}

// Copy the page of the stack `area` at which the calling program's stack pointer is, if it is there.
// Parent and child write to it as soon as they run again: to copy it now costs less than two faults.
// The parent's entry stays as it is. Nothing is copied if the page is not exclusively owned, or if
// out of memory: then the faults will copy it.
// Caller: as for ptes_clone; the copy has no entries in `area`.
static void copy_top_of_stack(struct aspace *as, struct aspace *copy, const struct area *area)
{
	uintptr_t va = ROUND_DOWN(thread_user_frame(thread_current())->esp, PAGE_SIZE);
	pte_t *pte, *twin;
	page_t *pp;

	assert_spin_held(&as->pt_lock);
	if (va < area->start || va >= area->end || area->ops != &anon_ops)
		return;
	pte = pgdir_walk(as->pgdir, va, 0);
	if (!pte || (*pte & (PTE_P | PTE_W)) != (PTE_P | PTE_W) ||
	    !(twin = pgdir_walk(copy->pgdir, va, 1)) || page_alloc(&pp))
		return;
	page_copy(pp, phys_to_page(PTE_ADDR(*pte)));
	pte_set_page(copy->pgdir, va, twin, 0, pp, PTE_WRITABLE);
}

// Copy the entries of all areas that the child inherits with their pages. Both batches run through
// the whole copy, so that the parent's TLB is flushed once at the end (and at yields), not once
// for each page. Returns 0, -ENOMEM or -EINTR, as ptes_clone.
//
// The copy's pt_lock is not held, for it has the rank of the parent's. Nobody writes to the copy's
// tables meanwhile but a truncation, which finds the copy's areas through their object. It runs
// while ptes_clone yields, that is between two entries, since the kernel is not preempted. It
// removes what has been copied; catch_up removes what is copied later. With a second CPU the copy's
// lock would have to be held, with a rank of its own.
// Caller: holds as->lock for writing.
static int clone_ptes(struct aspace *as, struct aspace *copy)
{
	struct tlb_batch from, to;
	struct area *area;
	int error = 0;

	assert_write_held(&as->lock);
	spin_lock(&as->pt_lock);
	tlb_batch_begin(&from, as->pgdir);
	tlb_batch_begin(&to, copy->pgdir);
	pgdir_guard(copy->pgdir, NULL); // no lock: see above
	list_for_each(area, &as->areas.list, link) {
		if ((area->flags & (AREA_DONTFORK | AREA_WIPEONFORK)) || area_is_device(area)) {
			(void)yield_due(AREA_LOOK_COST); // only counts: pt_lock is held
			continue; // the child's first fault maps device memory again
		}
		if (unlikely(area->ops->uncut))
			wait_settled(as, &from, &to, area->object);
		if ((area->flags & AREA_GROWSDOWN) && as == thread_current()->aspace)
			copy_top_of_stack(as, copy, area);
		error = ptes_clone(&from, &to, area);
		if (error)
			break;
	}
	tlb_batch_finish(&to);
	tlb_batch_finish(&from);
	pgdir_guard(copy->pgdir, &copy->pt_lock);
	spin_unlock(&as->pt_lock);
	return error;
}

// A truncation has run during the copy and may have missed the new areas: remove what it would
// have removed. Yields.
static void catch_up(struct aspace *copy)
{
	struct area *area;

	list_for_each(area, &copy->areas.list, link) {
		object_catch_up(area);
		(void)yield_after(area->object ? AREA_COST : AREA_LOOK_COST);
	}
}

// Where an area of the parent may have marks of userfaultfd and the child's is not registered for
// write-protection, remove them from the child's entries. Shared memory loses its poison, too: on
// Linux a child does not inherit its entries. Caller: holds as->lock for writing.
static void clear_marks(struct aspace *as, struct aspace *copy)
{
	struct area *area, *twin;

	assert_write_held(&as->lock);
	list_for_each(area, &as->areas.list, link) {
		bool shared = (area->flags & AREA_SHARED) && (area->flags & AREA_MARKED);

		twin = uffd_may_mark(area) ? area_find(&copy->areas, area->start) : NULL;
		if (twin && !(twin->flags & AREA_UFFD_WP)) {
			if (shared && twin->ops->uncut)
				ptes_unmap(copy, twin->start, twin->end);
			else if (shared)
				uffd_unmap(twin, twin->start, twin->end);
			uffd_clear_entries(copy, twin->start, twin->end);
		}
		(void)yield_after(AREA_COST);
	}
}

// The parent's lock is held for writing from the first area to the last entry: no thread of the
// parent may fault or map meanwhile, else the copy would not be a state that the parent was ever
// in.
int aspace_clone(struct aspace *as, struct aspace **store)
{
	uint32_t mark = object_changes();
	struct list events = LIST_INIT(events);
	struct aspace *copy;
	int error = aspace_create(&copy);

	assert_no_lock();
	if (error)
		return error;
	rwlock_write_lock(&as->lock);
	error = clone_areas(as, copy, &events);
	if (!error)
		error = clone_ptes(as, copy);
	if (unlikely(as->had_uffds))
		clear_marks(as, copy);
	if (unlikely(object_changed_since(mark)))
		catch_up(copy);
	copy->brk_start = as->brk_start;
	copy->brk = as->brk;
	copy->layout = as->layout;
	if (copy->layout)
		__atomic_add_fetch(&copy->layout->refs, 1, __ATOMIC_RELAXED);
	if (as->program) {
		object_deny_writes_again(as->program);
		aspace_set_program(copy, as->program);
	}
	rwlock_write_unlock(&as->lock);
	if (error)
		uffd_cancel(&events);
	else if (unlikely(!list_empty(&events)))
		uffd_send(&events);
	if (error)
		aspace_put(copy);
	else
		*store = copy;
	return error;
}
