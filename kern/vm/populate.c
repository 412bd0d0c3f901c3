// populate.c: making the pages of mappings present before they are touched (MAP_POPULATE, mlock(),
// MADV_POPULATE_READ). Each page is pinned for a moment, which handles its fault.
#include <abi/mman.h>

#include "thread/why.h"
#include "thread/yield.h"
#include "vm/area_edit.h"
#include "vm/object.h"

// Returns 0 if the area at `va` has the protection bit `prot`, also where i386 would grant more;
// -ENOMEM without an area; else -EINVAL, as for devices.
static int check_protection(struct aspace *as, uintptr_t va, int prot)
{
	const struct area *area;
	int error = 0;

	rwlock_read_lock(&as->lock);
	area = area_find(&as->areas, va);
	if (!area)
		error = WHY(-ENOMEM, "nothing is mapped at %#x", va);
	else if (!(area->prot & prot) || area_is_device(area))
		error = WHY(-EINVAL, "the protection of %#x does not admit it", va);
	rwlock_read_unlock(&as->lock);
	return error;
}

// About how many instructions it takes to make a page present.
#define POPULATE_COST 1500

int advise_populate(struct aspace *as, uintptr_t va, uintptr_t end, enum fault_access access)
{
	assert_no_lock();
	for (; va < end; va += PAGE_SIZE) {
		int error = check_protection(as, va,
		                             access == ACCESS_WRITE ? PROT_WRITE : PROT_READ);
		page_t *pp;

		if (!error)
			error = aspace_pin_page(as, va, access, &pp);
		if (error)
			return error;
		page_unpin(pp);
		error = yield_after(POPULATE_COST);
		if (error)
			return error;
	}
	return 0;
}

// Fault in the page at `va`, for writing if it is private and writable: this saves a later copy.
// Skips devices, and areas locked on fault. Returns as aspace_populate. Caller: holds no lock.
static int populate_page(struct aspace *as, uintptr_t va)
{
	enum fault_access access = ACCESS_READ;
	const struct area *area;
	bool skip = false;
	page_t *pp;
	int error;

	assert_no_lock();
	rwlock_read_lock(&as->lock);
	area = area_find(&as->areas, va);
	if (area) {
		skip = (area->flags & AREA_ONFAULT) || area_is_device(area);
		if ((area->prot & PROT_WRITE) && !(area->flags & AREA_SHARED))
			access = ACCESS_WRITE;
	}
	rwlock_read_unlock(&as->lock);
	if (!area || skip)
		return area ? 0 : -ENOMEM;
	error = aspace_pin_page(as, va, access, &pp);
	if (!error)
		page_unpin(pp);
	return error;
}

int aspace_populate(struct aspace *as, uintptr_t va, size_t len)
{
	int error = 0;

	assert_no_lock();
	for (uintptr_t end = va + len; va < end && !error; va += PAGE_SIZE) {
		error = populate_page(as, va);
		if (!error)
			error = yield_after(POPULATE_COST);
	}
	return error;
}
