// protect.c: mprotect: other rights for a stretch of an address space.
#include <abi/mman.h>
#include "vm/internal.h"

// Change the rights of `area`'s part of [start, end). May let go of the lock for a while at the end.
static int protect_area(struct aspace *as, struct area *area, uintptr_t start, uintptr_t end,
                        int prot)
{
	bool populate = (area->flags & (AREA_LOCKED | AREA_SHARED)) == AREA_LOCKED &&
	                !(area->prot & PROT_WRITE) && (prot & PROT_WRITE);
	bool device;
	int error;

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
		// Locked private memory that becomes writable is the space's own from the start.
		rwlock_write_unlock(&as->lock);
		(void)aspace_populate(as, start, end - start);
		rwlock_write_lock(&as->lock);
	}
	return 0;
}

#define PROT_GROWS (PROT_GROWSDOWN | PROT_GROWSUP)

// Where to begin: at *va, or with PROT_GROWSDOWN where the stack begins that is first in [*va, end).
// No stack grows upwards.
static int protect_from(struct aspace *as, uintptr_t *va, uintptr_t end, uint32_t grows)
{
	struct area *area = area_find_from(&as->areas, *va);

	if (!area || area->start >= end || ((grows & PROT_GROWSUP) && area->start > *va))
		return -ENOMEM;
	if ((grows & PROT_GROWSUP) || !(area->flags & AREA_GROWSDOWN))
		return -EINVAL;
	*va = area->start;
	return 0;
}

int aspace_protect(struct aspace *as, uintptr_t va, size_t len, uint32_t prot)
{
	uint32_t grows = prot & PROT_GROWS;
	uintptr_t end;
	int error = 0;

	if (va % PAGE_SIZE || grows == PROT_GROWS)
		return -EINVAL;
	if (len == 0)
		return 0;
	if (!range_valid(va, len))
		return -ENOMEM;
	prot &= ~PROT_GROWS;
	if (prot & ~(PROT_READ | PROT_WRITE | PROT_EXEC | PROT_SEM))
		return -EINVAL;
	prot &= ~PROT_SEM; // for processors that are not ours
	end = va + ROUND_UP(len, PAGE_SIZE);
	rwlock_write_lock(&as->lock);
	if (grows)
		error = protect_from(as, &va, end, grows);
	while (va < end && !error) {
		struct area *area = area_find(&as->areas, va);
		uintptr_t area_end;

		if (!area) {
			error = -ENOMEM;
			break;
		}
		area_end = area->end; // the area may become part of another
		if ((prot & PROT_WRITE) && (area->flags & AREA_NOWRITE))
			error = -EACCES;
		else if (area->prot != prot)
			error = protect_area(as, area, va, end, (int)prot);
		va = area_end;
		if (!error)
			error = yield_after(AREA_COST);
	}
	rwlock_write_unlock(&as->lock);
	return error;
}
