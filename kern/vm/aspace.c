// aspace.c: the life of an address space: create, switch to, free.
#include "vm/aspace.h"

#include "debug/notice.h"
#include "mem/heap.h"
#include "mem/tlb.h"
#include "thread/thread.h"
#include "thread/yield.h"
#include "vm/area_edit.h"
#include "vm/fault.h"
#include "vm/kernel_window.h"
#include "vm/object.h"
#include "vm/ptes.h"
#include "vm/uaccess.h"
#include "vm/uffd.h"

// The new directory already has the kernel's half: a trap or a system call changes no directory.
int aspace_create(struct aspace **store)
{
	struct aspace *as = kmalloc(sizeof(*as));
	int error;

	if (!as)
		return -ENOMEM;
	memset(as, 0, sizeof(*as));
	error = pgdir_create(&as->pgdir);
	if (error) {
		kfree(as);
		return error;
	}
	spin_init(&as->pt_lock, "page tables", RANK_PAGETABLE);
	pgdir_guard(as->pgdir, &as->pt_lock);
	rwlock_init(&as->lock, "address space", RANK_ASPACE);
	area_tree_init(&as->areas);
	as->refs = 1;
	*store = as;
	return 0;
}

#ifdef DEBUG

static bool areas_still(const struct aspace *as)
{
	return !as || rwlock_write_held(&as->lock) || as->refs == 0 ||
	       (as->refs == 1 && as != thread_current()->aspace);
}

void assert_areas_still(const struct aspace *as)
{
	assert(areas_still(as));
}

void assert_may_unmap(const struct aspace *as)
{
	assert(areas_still(as) || (thread_current()->sleeping_ranks >> RANK_OBJECT & 1));
}

#endif

// Unmap all areas of a space that nobody uses any more. Areas whose ends share a page table are
// unmapped in one call, so that the table is walked once, and dropped whole if it is shared.
static void unmap_all(struct aspace *as)
{
	uintptr_t start = 0, end = 0; // of the areas that are to be unmapped next
	struct area *area;

	list_for_each(area, &as->areas.list, link) {
		if (end && PDX(area->start) != PDX(end - 1)) {
			ptes_unmap(as, start, end);
			end = 0;
		}
		if (!end)
			start = area->start;
		end = area->end;
		(void)yield_after(AREA_LOOK_COST);
	}
	ptes_unmap(as, start, end);
}

void (*aspace_named_hook)(struct aspace *as);

// No lock is taken: the last reference is gone, so nobody else can reach the space. It ends in
// this order: userfaultfd's contexts, named areas (they name this space as their owner), page-table entries, areas (they
// hold the objects), the program, its layout, the directory.
void aspace_put(struct aspace *as)
{
	struct area *area, *after;

	assert_no_lock();
	if (__atomic_sub_fetch(&as->refs, 1, __ATOMIC_ACQ_REL))
		return;
	assert(pgdir_current() != as->pgdir);
	if (unlikely(as->uffds))
		uffd_space_ends(as);
	if (as->named)
		aspace_named_hook(as);
	unmap_all(as);
	list_for_each_safe(area, after, &as->areas.list, link) {
		area_release(area); // without area_remove: the tree is not used again
		(void)yield_after(AREA_COST);
	}
	if (as->program) {
		object_allow_writes(as->program);
		object_put_hosted(as->program);
	}
	if (as->layout && __atomic_sub_fetch(&as->layout->refs, 1, __ATOMIC_ACQ_REL) == 0)
		kfree(as->layout);
	pgdir_destroy(as->pgdir);
	kfree(as);
}

int aspace_make_layout(struct aspace *as)
{
	as->layout = kzalloc(sizeof(*as->layout));
	if (!as->layout)
		return -ENOMEM;
	as->layout->refs = 1;
	return 0;
}

void aspace_set_program(struct aspace *as, struct object *obj)
{
	assert(!as->program);
	as->program = object_get_hosted(obj);
}

// Load the new directory before the old space is freed: the processor must never run on page
// tables that are on the free list.
void aspace_switch_to(struct aspace *as)
{
	struct thread *thread = thread_current();
	struct aspace *old = thread->aspace;

	assert_no_lock();
	thread->aspace = as;
	pgdir_load(as ? as->pgdir : kernel_pgdir);
	if (old)
		aspace_put(old);
}

// The hook at a thread switch. A kernel thread (no space) keeps the directory that is loaded: the
// kernel's half is equal in all directories, and loading CR3 would flush the TLB. The price is a
// rule that aspace_put asserts: a directory that is loaded cannot be freed.
static void switch_to_thread(struct thread *next)
{
	if (next->aspace)
		pgdir_load(next->aspace->pgdir);
}

void vm_init(void)
{
	kernel_space_init();
	thread_switch_hook = switch_to_thread;
	trap_register(TRAP_PAGE_FAULT, notice_port ? page_fault_noticed : page_fault);
}
