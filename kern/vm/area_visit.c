// area_visit.c: walks over the areas of a range, and what seals (mseal) forbid there.
#include "thread/why.h"
#include "thread/yield.h"
#include "vm/area_edit.h"

int areas_visit(struct aspace *as, uintptr_t va, uintptr_t end, bool stop_at_hole, visit_fn visit,
                intptr_t what)
{
	int hole = 0, error;

	assert_write_held(&as->lock);
	while (va < end) {
		struct area *area = area_find_from(&as->areas, va);
		uintptr_t part_end;

		if (!area || area->start > va) {
			hole = WHY(-ENOMEM, "nothing is mapped at %#x", va);
			if (stop_at_hole || !area)
				return hole;
			va = area->start;
			continue;
		}
		part_end = MIN(area->end, end);
		error = visit(as, area, va, part_end, what);
		if (!error)
			error = yield_after(AREA_COST);
		if (error)
			return error;
		va = part_end;
	}
	return hole;
}

int areas_check_seals(struct aspace *as, uintptr_t start, uintptr_t end)
{
	const struct area *area = area_find_from(&as->areas, start);

	assert_read_held(&as->lock);
	for (; area && area->start < end; area = area_next(&as->areas, area)) {
		if (area->flags & AREA_SEALED)
			return WHY(-EPERM, "%s at %#x is sealed", area_title(area), area->start);
		(void)yield_after(AREA_LOOK_COST);
	}
	return 0;
}

int area_check_discard(const struct area *area)
{
	assert_read_held(&area->as->lock);
	if (likely(!(area->flags & AREA_SEALED)) || area->object || (area->prot & PROT_WRITE))
		return 0;
	return WHY(-EPERM, "%s at %#x is sealed, and not writable", area_title(area), area->start);
}
