// large.c: large pages behind areas. They come from the pool that was put aside at boot, and as there
// are few, what a program will need is reserved when it maps: to the object for what is shared, by
// the directory's entries for what is private.
//
// A private page is copied when it is written, as a small one. A fork reservations the child nothing: if
// the parent writes and no page is left, it takes the page from its children, who find nothing there
// (SIGBUS); if a child writes and no page is left, it has none (SIGBUS).
#include "mem/large_pool.h"
#include "vm/internal.h"
#include "vm/pagetree.h"

// Store the entry for `slot`, and count on its page instead of the old entry's.
static void store_entry(struct aspace *as, uintptr_t slot, pde_t entry)
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

// Let the program use `pp`, for writing too if `writable`. `old` is the entry until now, `reserved`
// what its reservation becomes.
static void install(struct aspace *as, uintptr_t slot, const page_t *pp, bool writable,
                    pde_t reserved)
{
	store_entry(as, slot,
	            page_to_phys(pp) | PTE_PS | (writable ? PTE_WRITABLE : PTE_READABLE) | reserved);
}

#define FILL_PIECE (64u << 10)

void object_fill_large(struct object *obj, page_t *pp, page_t *from)
{
	char *to = page_to_virt(pp);

	object_change_begin(obj, false);
	mutex_unlock(&obj->lock);
	for (size_t at = 0; at < LARGE_SIZE; at += FILL_PIECE) {
		if (from)
			memcpy(to + at, (char *)page_to_virt(from) + at, FILL_PIECE);
		else
			memset(to + at, 0, FILL_PIECE);
		if (yield_due(FILL_PIECE / 4))
			thread_yield_point();
	}
	mutex_lock(&obj->lock);
	object_change_end(obj);
}

// Which page of the object belongs to `slot`.
static uint32_t index_at(const struct area *area, uintptr_t slot)
{
	return (uint32_t)((area->offset + (slot - area->start)) >> LARGE_SHIFT);
}

// Take the page `pp` from everybody else who maps page `index` of the object privately.
static void take_from_others(struct object *obj, const struct area *self, uint32_t index,
                             const page_t *pp)
{
	struct area *area;

	list_for_each(area, &obj->areas, object_link) {
		uint32_t first = index_at(area, area->start), end = index_at(area, area->end);
		uintptr_t slot;
		pde_t pde;

		if (area == self || (area->flags & AREA_SHARED) || index < first || index >= end)
			continue;
		slot = area->start + ((index - first) << LARGE_SHIFT);
		pde = area->as->pgdir[PDX(slot)];
		if (pde_has_large(pde) && PDE_LARGE_ADDR(pde) == page_to_phys(pp))
			store_entry(area->as, slot, PDE_LOST | (pde & PDE_RESERVED));
	}
}

// Is the page the space's alone, so that it may be written in place?
static bool is_own(const page_t *pp)
{
	return !pp->owner && pp->count == 1 && pp->pins == 0;
}

// A write met `entry`, present and read-only, in a private area.
static int copy_on_write(struct aspace *as, struct area *area, uintptr_t slot, pde_t entry)
{
	page_t *pp = phys_to_page(PDE_LARGE_ADDR(entry)), *copy;

	if (!is_own(pp) && !large_alloc(&copy, entry & PDE_RESERVED)) {
		object_fill_large(area->object, copy, pp);
		install(as, slot, copy, true, 0);
		return 0;
	}
	if (!pp->owner && (area->flags & AREA_RESERVED))
		take_from_others(area->object, area, index_at(area, slot), pp);
	if (!is_own(pp))
		return -ENXIO;
	install(as, slot, pp, true, entry & PDE_RESERVED);
	return 0;
}

// Nothing is at `slot` of a private area, or nothing yet: give it the object's page to read, or one of
// its own.
static int bring_private(struct aspace *as, struct area *area, uintptr_t slot, bool write)
{
	page_t *theirs = pagetree_get(&area->object->pages, index_at(area, slot)), *own;
	pde_t old = as->pgdir[PDX(slot)];

	if (theirs && !write) {
		install(as, slot, theirs, false, old & PDE_RESERVED);
		return 0;
	}
	if (large_alloc(&own, old & PDE_RESERVED))
		return -ENXIO;
	object_fill_large(area->object, own, theirs);
	install(as, slot, own, area->prot & PROT_WRITE, 0);
	return 0;
}

static int bring_shared(struct aspace *as, struct area *area, uintptr_t slot)
{
	page_t *pp;

	if (object_find_or_make(area->object, index_at(area, slot), &pp))
		return -ENXIO;
	install(as, slot, pp, area->prot & PROT_WRITE, 0);
	return 0;
}

// Caller: holds the object's lock.
static int handle(struct aspace *as, struct area *area, uintptr_t slot, enum fault_access access)
{
	pde_t entry = as->pgdir[PDX(slot)];

	if (pde_has_large(entry) && (access == ACCESS_READ || (entry & PTE_W)))
		return 0;
	if (entry & PDE_LOST)
		return -ENXIO;
	// What fallocate() has put into a page that is not whole can be reached, as on Linux.
	if (index_at(area, slot) >= area->object->size >> LARGE_SHIFT &&
	    !pagetree_get(&area->object->pages, index_at(area, slot)))
		return -ENXIO;
	if (area->flags & AREA_SHARED)
		return bring_shared(as, area, slot);
	return pde_has_large(entry) ? copy_on_write(as, area, slot, entry) :
	                              bring_private(as, area, slot, access == ACCESS_WRITE);
}

// All faults on an object's pages stand in line here, so that an entry looked at stays as it is.
static int large_fault(struct aspace *as, struct area *area, uintptr_t va, enum fault_access access)
{
	int error;

	object_lock_settled(area->object);
	error = handle(as, area, ROUND_DOWN(va, LARGE_SIZE), access);
	mutex_unlock(&area->object->lock);
	return error;
}

// As on Linux, a file that is mapped to be written gets as long as its mapping.
static int large_area_reserve(struct aspace *as, struct area *area)
{
	struct object *obj = area->object;
	uint32_t first = index_at(area, area->start), end = index_at(area, area->end);
	bool reservation = !(area->flags & AREA_NORESERVE);
	int error = 0;

	mutex_lock(&obj->lock);
	if (reservation && (area->flags & AREA_SHARED))
		error = object_reserve(obj, first, end);
	else if (reservation)
		error = large_reserve(end - first);
	if (!error && (area->prot & PROT_WRITE))
		obj->size = MAX(obj->size, (uint64_t)end << LARGE_SHIFT);
	mutex_unlock(&obj->lock);
	if (error || !reservation || (area->flags & AREA_SHARED))
		return error;
	area->flags |= AREA_RESERVED;
	for (uintptr_t slot = area->start; slot < area->end; slot += LARGE_SIZE)
		store_entry(as, slot, PDE_RESERVED);
	return 0;
}

// What was put aside for the area is put aside again, as far as pages are left.
static void large_discard(struct area *area, uintptr_t start, uintptr_t end)
{
	for (uintptr_t at = start; at < end;) // short: a large page each
		at = ptes_unmap_some(area->as, at, end);
	if (!(area->flags & AREA_RESERVED))
		return;
	for (uintptr_t slot = start; slot < end && !large_reserve(1); slot += LARGE_SIZE)
		store_entry(area->as, slot, PDE_RESERVED);
}

const struct area_ops large_ops = {
	.kind = "large",
	.fault = large_fault,
	.uncut = LARGE_SIZE - 1,
	.reserve = large_area_reserve,
	.discard = large_discard,
};
