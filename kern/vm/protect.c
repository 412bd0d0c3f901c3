// protect.c: mprotect(): change the protection of a range.
#include "thread/why.h"
#include "thread/yield.h"
#include "vm/area_edit.h"
#include "vm/mapping.h"
#include "vm/ptes.h"
#include <abi/mman.h>

// Returns true if a part of `area`, of `len` bytes, may get the protection `prot`: as on Linux,
// RLIMIT_DATA counts what becomes private and writable. *room, from aspace_data_room, loses what is
// counted.
static bool may_become_data(const struct area *area, size_t len, int prot, uint64_t *room)
{
	if (*room == UINT64_MAX || !area_is_data(prot, area->flags) ||
	    area_is_data(area->prot, area->flags))
		return true;
	if (len > *room)
		return false;
	*room -= len;
	return true;
}

// Change the protection of the part of `area` in [start, end). The area changes before the
// entries: when an entry gets less permission, a fault on it must find the new protection. A
// device's entries are removed, not changed: its faults make them again. May release and take the
// lock at the end.
// Returns 0, or the errors of areas_split_at.
// Caller: holds as->lock for writing.
static int protect_area(struct aspace *as, struct area *area, uintptr_t start, uintptr_t end,
                        int prot)
{
	bool populate = (area->flags & (AREA_LOCKED | AREA_SHARED)) == AREA_LOCKED &&
	                !(area->prot & PROT_WRITE) && (prot & PROT_WRITE);
	bool device;
	int error;

	assert_write_held(&as->lock);
	start = MAX(start, area->start);
	end = MIN(end, area->end);
	device = area_is_device(area);
	error = tables_make_private(as, start, end);
	if (!error)
		error = area_change(as, area, start, end, prot, area->flags);
	if (error)
		return error;
	if (device)
		ptes_unmap(as, start, end); // there are no pages to hold
	else
		ptes_protect(as, start, end, prot);
	if (populate) {
		// As on Linux, locked private memory that becomes writable gets its own pages at
		// once. Faults need the lock for reading, so it is released here.
		rwlock_write_unlock(&as->lock);
		(void)aspace_populate(as, start, end - start);
		rwlock_write_lock(&as->lock);
	}
	return 0;
}

#define PROT_GROWS (PROT_GROWSDOWN | PROT_GROWSUP)

// Handle PROT_GROWSDOWN: move *va down to the start of the first area in [*va, end), which must be
// a stack. PROT_GROWSUP always fails: no stack of ours grows upwards. Returns 0, -ENOMEM or
// -EINVAL.
static int protect_from(struct aspace *as, uintptr_t *va, uintptr_t end, uint32_t grows)
{
	struct area *area = area_find_from(&as->areas, *va);

	if (!area || area->start >= end || ((grows & PROT_GROWSUP) && area->start > *va))
		return WHY(-ENOMEM, "nothing is mapped at %#x", *va);
	if ((grows & PROT_GROWSUP) || !(area->flags & AREA_GROWSDOWN))
		return WHY(-EINVAL, "%s at %#x is no stack that grows so", area_title(area),
		           area->start);
	*va = area->start;
	return 0;
}

// The range may cover many areas. As on Linux they change one by one, up to the first that cannot.
int aspace_protect(struct aspace *as, uintptr_t va, size_t len, uint32_t prot)
{
	uint32_t grows = prot & PROT_GROWS;
	uint64_t room = UINT64_MAX;
	uintptr_t end;
	int error = 0;

	assert_no_lock();
	if (va % PAGE_SIZE || grows == PROT_GROWS)
		return WHY(-EINVAL,
		           "the address %#x is not page-aligned, or both PROT_GROWS are given", va);
	if (len == 0)
		return 0;
	end = va + ROUND_UP(len, PAGE_SIZE);
	if (end <= va)
		return WHY(-ENOMEM, "%#x bytes from %#x reach beyond the last address", len, va);
	prot &= ~PROT_GROWS;
	if (prot & ~(PROT_READ | PROT_WRITE | PROT_EXEC | PROT_SEM))
		return WHY(-EINVAL, "unknown bits in the protection %#x", prot);
	prot &= ~PROT_SEM; // PROT_SEM means nothing on x86
	rwlock_write_lock(&as->lock);
	if (prot & PROT_WRITE)
		room = aspace_data_room(as);
	if (grows)
		error = protect_from(as, &va, end, grows);
	while (va < end && !error) {
		struct area *area = area_find(&as->areas, va);
		uintptr_t area_end;

		if (!area) {
			error = WHY(-ENOMEM, "nothing is mapped at %#x", va);
			break;
		}
		area_end = area->end; // protect_area may merge the area
		if ((prot & PROT_WRITE) && (area->flags & AREA_NOWRITE))
			error = WHY(-EACCES, "%s at %#x shows a file that is not open for writing",
			            area_title(area), va);
		else if (!may_become_data(area, MIN(area_end, end) - va, (int)prot, &room))
			error = WHY(-ENOMEM, "RLIMIT_DATA admits no %#x writable bytes more",
			            MIN(area_end, end) - va);
		else if (area->flags & AREA_SEALED)
			error = WHY(-EPERM, "%s at %#x is sealed", area_title(area), va);
		else if (area->prot != prot)
			error = protect_area(as, area, va, end, (int)prot);
		va = area_end;
		if (!error)
			error = yield_after(AREA_COST);
	}
	rwlock_write_unlock(&as->lock);
	return error;
}
