// uffd_large.c: userfaultfd's fills of large pages. A directory's entry has all
// that concerns one large page: the page or a marker, its protection, and a reservation (mem/pgdir.h).
// The lock of the object guards such entries, as in large.c; a fill of 4 MiB releases it meanwhile, as
// a change of the object does.
//
// A page is allocated with the reservation that the entry or the object has for it. Until the page is
// installed that reservation stays recorded, and an error returns the page to it. So no error changes
// what the pool has, and all of this happens with as->lock held: the area stays.
#include "mem/large_pool.h"
#include "thread/why.h"
#include "thread/yield.h"
#include "vm/large.h"
#include "vm/object_internal.h"
#include "vm/pagetree.h"
#include "vm/uaccess.h"
#include "vm/uffd_internal.h"
#include <abi/mman.h>

#define COPY_COST 800 // about how many instructions it takes to copy a small page

// Copy the large page at `source` in the current space to `pp`, without handling a fault. The object
// is unlocked meanwhile, and counts as changing. Yields. Returns how many bytes were present.
// Caller: holds as->lock and the object's lock, got by object_lock_settled.
static size_t copy_present(struct object *obj, page_t *pp, uintptr_t source)
{
	size_t done = 0, n = PAGE_SIZE;

	assert_mutex_held(&obj->lock);
	object_change_begin(obj, false);
	mutex_unlock(&obj->lock);
	while (done < LARGE_SIZE && n == PAGE_SIZE) {
		n = copyin_nofault((char *)page_to_virt(pp) + done,
		                   (__force const void __user *)(source + done), PAGE_SIZE);
		done += n;
		if (yield_due(COPY_COST))
			thread_yield_point();
	}
	mutex_lock(&obj->lock);
	object_change_end(obj);
	return done;
}

// Install `pp` at `slot`, where no page is, protected as the area and the fill demand. A writable
// entry needs `writable` and the area's protection. Caller: holds as->lock and the object's lock.
static void install(struct aspace *as, const struct area *area, uintptr_t slot, const page_t *pp,
                    bool writable, pde_t marks)
{
	pde_t bits = PTE_READABLE;

	assert_mutex_held(&area->object->lock);
	if (writable && (area->prot & PROT_WRITE) && !(marks & PDE_UFFD_WP))
		bits = PTE_WRITABLE;
	if (area->prot == 0)
		bits = (bits & ~PTE_P) | PTE_PROT_NONE;
	large_store(as, slot, page_to_phys(pp) | PTE_PS | bits | marks);
}

// Give `pp` to the object, whose hole at `index` it fills, with the reservation of that hole, if it
// has one. Returns 0 or -ENOMEM. Caller: holds the object's lock.
static int give_to_object(struct object *obj, uint32_t index, page_t *pp, bool reserved)
{
	int error = object_insert_page(obj, index, pp);

	assert_mutex_held(&obj->lock);
	if (!error && reserved)
		object_reserve_used(obj, index);
	return error;
}

// uffd_large_copy with the object's lock held, got by object_lock_settled.
static int copy_locked(struct aspace *as, const struct uffd_fill *fill, const struct area *area,
                       uintptr_t slot, size_t *present)
{
	struct object *obj = area->object;
	bool reserved, share = area->flags & AREA_SHARED;
	uint32_t index = large_index(area, slot);
	pde_t old = as->pgdir[PDX(slot)];
	page_t *pp;
	int error = 0;

	assert_mutex_held(&obj->lock);
	if (pde_has_large(old) || (share && pagetree_get(&obj->pages, index)))
		return -EEXIST;
	if (share && index >= obj->size >> LARGE_SHIFT)
		return WHY(-EFAULT, "%#x lies beyond the end of the file", slot);
	reserved = share ? pagetree_get(&obj->reservations, index) != NULL : old & PDE_RESERVED;
	if (large_alloc(&pp, reserved))
		return WHY(-EEXIST, "no large page is left: Linux says so");
	*present = copy_present(obj, pp, fill->source + (slot - fill->start));
	if (*present < LARGE_SIZE)
		error = -EFAULT;
	else if (share)
		error = give_to_object(obj, index, pp, reserved);
	if (error)
		large_return(pp, reserved);
	else
		install(as, area, slot, pp, true, fill->protect ? PDE_UFFD_WP : 0);
	return error;
}

int uffd_large_copy(struct aspace *as, const struct uffd_fill *fill, const struct area *area,
                    uintptr_t slot, size_t *present)
{
	int error;

	assert_read_held(&as->lock);
	*present = LARGE_SIZE;
	object_lock_settled(area->object);
	error = copy_locked(as, fill, area, slot, present);
	mutex_unlock(&area->object->lock);
	return error;
}

int uffd_large_continue(struct aspace *as, const struct uffd_fill *fill, const struct area *area,
                        uintptr_t slot)
{
	struct object *obj = area->object;
	const page_t *pp;
	int error = 0;
	pde_t old;

	assert_read_held(&as->lock);
	object_lock_settled(obj);
	pp = pagetree_get(&obj->pages, large_index(area, slot));
	old = as->pgdir[PDX(slot)];
	if (!pp)
		error = WHY(-EFAULT, "the object has no page for %#x", slot);
	else if (pde_has_large(old))
		error = -EEXIST;
	else
		install(as, area, slot, pp, area->flags & AREA_SHARED,
		        (old & PDE_RESERVED) | (fill->protect ? PDE_UFFD_WP : 0));
	mutex_unlock(&obj->lock);
	return error;
}

int uffd_large_poison(struct aspace *as, const struct area *area, uintptr_t slot)
{
	int error = 0;
	pde_t old;

	assert_read_held(&as->lock);
	if (!(area->flags & AREA_MARKED))
		return WHY(-EAGAIN, "the mapping at %#x has changed meanwhile", slot);
	object_lock_settled(area->object);
	old = as->pgdir[PDX(slot)];
	if (pde_has_large(old) || (old & (PDE_MARKER_WP | PDE_MARKER_POISON)))
		error = -EEXIST;
	else
		large_store(as, slot, (old & PDE_RESERVED) | PDE_MARKER_POISON);
	mutex_unlock(&area->object->lock);
	return error;
}
