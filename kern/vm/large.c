// large.c: the backend for large pages. They come from the pool that is set aside at boot. The
// pool is small, so the pages that a program will need are reserved when it maps: to the object
// for a shared mapping, by directory entries (PDE_RESERVED) for a private one.
//
// A private large page is copied on write, like a small one. But fork reserves nothing for the
// child. If the parent writes and no page is left, it takes the page from its children, who get
// SIGBUS there. If a child writes and no page is left, the child gets SIGBUS. Linux decides in
// this way too.
#include "vm/large.h"

#include "mem/large_pool.h"
#include "thread/yield.h"
#include "vm/object_internal.h"
#include "vm/pagetree.h"
#include "vm/ptes.h"
#include <abi/mman.h>

void large_store(struct aspace *as, uintptr_t slot, pde_t entry)
{
	pde_t old;

	spin_lock(&as->pt_lock);
	pgdir_trim(as->pgdir, PDX(slot));
	old = as->pgdir[PDX(slot)];
	if (pde_has_large(entry))
		page_incref(phys_to_page(PDE_LARGE_ADDR(entry)));
	pde_store(as->pgdir, slot, entry);
	if (pde_has_large(old))
		page_decref(phys_to_page(PDE_LARGE_ADDR(old)));
	spin_unlock(&as->pt_lock);
}

// Install `pp` at `slot`, writable if `writable`, unless userfaultfd protects it. `marks`:
// PDE_RESERVED if a reservation remains, PDE_UFFD_WP for write-protection.
static void install(struct aspace *as, uintptr_t slot, const page_t *pp, bool writable, pde_t marks)
{
	pde_t bits = writable && !(marks & PDE_UFFD_WP) ? PTE_WRITABLE : PTE_READABLE;

	large_store(as, slot, page_to_phys(pp) | PTE_PS | bits | marks);
}

// Returns true if the page is exclusively owned, so that it may be written in place: no object has
// it, one entry names it, and nobody has pinned it.
static bool is_exclusively_owned(const page_t *pp)
{
	return !pp->owner && pp->count == 1 && pp->pins == 0;
}

// About how many instructions it takes to look at an area.
#define VISIT_COST 60

// Take page `index` of the object away from `area` if the area maps it privately and its page is
// `pp`: the entry becomes PDE_LOST. Returns true if it did. Caller: holds the object's lock.
static bool take_from(const struct area *area, uint32_t index, const page_t *pp)
{
	uint32_t first = large_index(area, area->start), end = large_index(area, area->end);
	uintptr_t slot;
	pde_t pde;

	assert_mutex_held(&area->object->lock);
	if ((area->flags & AREA_SHARED) || index < first || index >= end)
		return false;
	slot = area->start + ((index - first) << LARGE_SHIFT);
	pde = area->as->pgdir[PDX(slot)];
	if (!pde_has_large(pde) || PDE_LARGE_ADDR(pde) != page_to_phys(pp))
		return false;
	large_store(area->as, slot, PDE_LOST | (pde & PDE_RESERVED));
	return true;
}

// Visit all areas of the object, and take the page of `entry`, which `self` maps at `slot`, away from
// all others. Caller: holds the object's lock, which is released at yields, and has begun a change.
// Returns 1 if an area had the page, 0 if none had; -EAGAIN if the entry has changed meanwhile, or if the
// thread must die.
static int take_round(const struct area *self, uintptr_t slot, pde_t entry)
{
	const page_t *pp = phys_to_page(PDE_LARGE_ADDR(entry));
	struct object *obj = self->object;
	struct area *area;
	int found = 0;

	assert_mutex_held(&obj->lock);
	object_round_begin(obj);
	while ((area = object_round_next(obj))) {
		if (area != self && take_from(area, large_index(self, slot), pp))
			found = 1;
		object_round_visited(obj, area);
		if (!yield_due(VISIT_COST))
			continue;
		if (object_change_yield(obj) || self->as->pgdir[PDX(slot)] != entry)
			return -EAGAIN;
	}
	return found;
}

// Take the page of `entry`, which `self` maps at `slot`, away from all other areas. A fork may copy the
// page into an area that was visited already: a round that has found something is followed by another,
// unless nobody else has the page. Caller: holds the object's lock, got by object_lock_settled; it is
// released at yields. Returns 0; -EAGAIN as take_round.
static int take_from_others(const struct area *self, uintptr_t slot, pde_t entry)
{
	const page_t *pp = phys_to_page(PDE_LARGE_ADDR(entry));
	struct object *obj = self->object;
	int found;

	assert_mutex_held(&obj->lock);
	object_change_begin(obj, false);
	do {
		found = take_round(self, slot, entry);
	} while (found > 0 && !is_exclusively_owned(pp));
	object_change_end(obj);
	return MIN(found, 0);
}

// A write to `entry`, which is present and read-only, in a private area: write in place if the
// page is exclusively owned, else to a copy. Without a free page for the copy, the owner of the
// reservation takes the page from all others. Returns 0 or -ENXIO. Caller: holds the object's
// lock.
static int copy_on_write(struct aspace *as, struct area *area, uintptr_t slot, pde_t entry)
{
	page_t *pp = phys_to_page(PDE_LARGE_ADDR(entry)), *copy;

	assert_mutex_held(&area->object->lock);
	if (!is_exclusively_owned(pp) && !large_alloc(&copy, entry & PDE_RESERVED)) {
		object_fill_large(area->object, copy, pp);
		install(as, slot, copy, true, 0);
		return 0;
	}
	if (!pp->owner && (area->flags & AREA_RESERVED) && take_from_others(area, slot, entry))
		return 0; // the instruction runs again
	if (!is_exclusively_owned(pp))
		return -ENXIO;
	install(as, slot, pp, true, entry & PDE_RESERVED);
	return 0;
}

// Returns PDE_UFFD_WP if a marker demands that the page to come at `slot` is write-protected.
static pde_t protection_to_come(const struct area *area, uintptr_t slot)
{
	return (area->flags & AREA_UFFD_WP) && (area->as->pgdir[PDX(slot)] & PDE_MARKER_WP) ?
	               PDE_UFFD_WP :
	               0;
}

// The first access to `slot` of a private area: a read maps the object's page read-only if there
// is one; otherwise the program gets its own page, a copy or zeroes. A page that userfaultfd protects
// comes as for a read. Returns 0, or -ENXIO without a free page (SIGBUS, as on Linux). Caller: holds
// the object's lock.
static int bring_private(struct aspace *as, struct area *area, uintptr_t slot, bool write)
{
	page_t *theirs = pagetree_get(&area->object->pages, large_index(area, slot)), *own;
	pde_t old = as->pgdir[PDX(slot)], mark = protection_to_come(area, slot);

	assert_mutex_held(&area->object->lock);
	if (theirs && (!write || mark)) {
		install(as, slot, theirs, false, (old & PDE_RESERVED) | mark);
		return 0;
	}
	if (large_alloc(&own, old & PDE_RESERVED))
		return -ENXIO;
	object_fill_large(area->object, own, theirs);
	install(as, slot, own, area->prot & PROT_WRITE, mark);
	return 0;
}

// The first access to `slot` of a shared area: map the object's page. Returns 0 or -ENXIO. Caller:
// holds the object's lock.
static int bring_shared(struct aspace *as, struct area *area, uintptr_t slot)
{
	page_t *pp;

	assert_mutex_held(&area->object->lock);
	if (object_find_or_make(area->object, large_index(area, slot), &pp))
		return -ENXIO;
	install(as, slot, pp, area->prot & PROT_WRITE, protection_to_come(area, slot));
	return 0;
}

// Handle a fault at `slot`. The entry decides: present and sufficient, write-protected meanwhile,
// lost, or none yet. Returns 0, -EAGAIN or -ENXIO. Caller: holds the object's lock.
static int handle(struct aspace *as, struct area *area, uintptr_t slot, enum fault_access access)
{
	pde_t entry = as->pgdir[PDX(slot)];

	assert_mutex_held(&area->object->lock);
	if (pde_has_large(entry) && (access == ACCESS_READ || (entry & PTE_W)))
		return 0;
	if (pde_has_large(entry) && (entry & PDE_UFFD_WP) && (area->flags & AREA_UFFD_WP))
		return -EAGAIN;
	if (!pde_has_large(entry) && (entry & PDE_LOST))
		return -ENXIO;
	// The last page may be only partly within the file. As on Linux it can be accessed only if
	// fallocate() has made it.
	if (large_index(area, slot) >= area->object->size >> LARGE_SHIFT &&
	    !pagetree_get(&area->object->pages, large_index(area, slot)))
		return -ENXIO;
	if (area->flags & AREA_SHARED)
		return bring_shared(as, area, slot);
	return pde_has_large(entry) ? copy_on_write(as, area, slot, entry) :
	                              bring_private(as, area, slot, access == ACCESS_WRITE);
}

// All faults on pages of one object run one after the other, under its lock. So an entry that has
// been looked at stays as it is, without pt_lock.
int large_fault(struct aspace *as, struct area *area, uintptr_t va, enum fault_access access)
{
	int error;

	assert_read_held(&as->lock);
	object_lock_settled(area->object);
	error = handle(as, area, ROUND_DOWN(va, LARGE_SIZE), access);
	mutex_unlock(&area->object->lock);
	return error;
}

// Reserve the area's pages, unless it has AREA_NORESERVE: in the object if the area is shared,
// else in the directory's entries. As on Linux, a file that is mapped for writing grows to the end
// of the mapping.
static int large_area_reserve(struct aspace *as, struct area *area)
{
	struct object *obj = area->object;
	uint32_t first = large_index(area, area->start), end = large_index(area, area->end);
	bool reserves = !(area->flags & AREA_NORESERVE);
	int error = 0;

	assert_write_held(&as->lock);
	object_lock_settled(obj);
	if (reserves && (area->flags & AREA_SHARED))
		error = object_reserve(obj, first, end);
	else if (reserves)
		error = large_reserve(end - first);
	if (!error && (area->prot & PROT_WRITE))
		obj->size = MAX(obj->size, (uint64_t)end << LARGE_SHIFT);
	mutex_unlock(&obj->lock);
	if (error || !reserves || (area->flags & AREA_SHARED))
		return error;
	area->flags |= AREA_RESERVED;
	for (uintptr_t slot = area->start; slot < area->end; slot += LARGE_SIZE)
		large_store(as, slot, PDE_RESERVED);
	return 0;
}

#define DISCARD_COST 200 // about how many instructions it takes to remove a large page

// Remove the entry for `slot`. With `reserve` a reservation comes back in its place, if a page is
// free; with `mark` a marker, if the page was write-protected, or was to be. An empty entry stays
// empty: the area may be about to go, and nobody would release the reservation.
static void discard_slot(struct aspace *as, uintptr_t slot, bool reserve, bool mark)
{
	struct tlb_batch batch;
	pde_t old, left;

	spin_lock(&as->pt_lock);
	pgdir_trim(as->pgdir, PDX(slot));
	old = as->pgdir[PDX(slot)];
	tlb_batch_begin(&batch, as->pgdir);
	large_unmap(&batch, slot);
	tlb_batch_finish(&batch); // the page is free
	left = mark && pde_protection(old) ? PDE_MARKER_WP : 0;
	if (old && reserve && !large_reserve(1))
		left |= PDE_RESERVED;
	if (left)
		pde_store(as->pgdir, slot, left);
	spin_unlock(&as->pt_lock);
}

// The pages go, and their reservations come back: the area may touch the addresses again.
void large_discard(struct area *area, uintptr_t start, uintptr_t end, bool keep_marks)
{
	bool mark = keep_marks && (area->flags & AREA_UFFD_WP);

	assert_may_unmap(area->as);
	for (uintptr_t slot = start; slot < end; slot += LARGE_SIZE) {
		discard_slot(area->as, slot, area->flags & AREA_RESERVED, mark);
		(void)yield_due(DISCARD_COST); // only counts; the caller yields
	}
}

const struct area_ops large_ops = {
	.kind = "large",
	.plain = &large_ops,
	.registered = &uffd_large_ops,
	.fault = large_fault,
	.uncut = LARGE_SIZE - 1,
	.reserve = large_area_reserve,
	.discard = large_discard,
};
