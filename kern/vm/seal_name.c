// seal_name.c: mseal() and PR_SET_VMA. Whatever unmaps, moves or protects a mapping asks
// areas_check_seals, or looks at AREA_SEALED.
#include "vm/seal_name.h"

#include "thread/why.h"
#include "vm/area_edit.h"
#include "vm/counted_name.h"

// Visit: check that the part can be sealed.
static int check(struct aspace *as, struct area *area, uintptr_t start, uintptr_t end, intptr_t what)
{
	(void)as;
	(void)what;
	if (area->flags & AREA_NAMED)
		return WHY(-EINVAL, "%s belongs to a named area", area_title(area));
	if (uncut_at(area->ops, start | end))
		return WHY(-EINVAL, "[%#x, %#x) would cut a large page", start, end);
	return 0;
}

// Visit: seal the part.
static int seal(struct aspace *as, struct area *area, uintptr_t start, uintptr_t end, intptr_t what)
{
	(void)what;
	return area_change(as, area, start, end, area->prot, area->flags | AREA_SEALED);
}

// As on Linux a hole is found before the first area is sealed.
int aspace_seal(struct aspace *as, uintptr_t va, size_t len)
{
	uintptr_t end = va + ROUND_UP(len, PAGE_SIZE);
	int error;

	assert_no_lock();
	if (va % PAGE_SIZE)
		return WHY(-EINVAL, "%#x is not page-aligned", va);
	if (len == 0)
		return 0;
	if (end <= va)
		return WHY(-ENOMEM, "%#x bytes from %#x reach beyond the last address", len, va);
	rwlock_write_lock(&as->lock);
	error = areas_visit(as, va, end, true, check, 0);
	if (!error) {
		as->sealed = true;
		error = areas_visit(as, va, end, true, seal, 0);
	}
	rwlock_write_unlock(&as->lock);
	return error;
}

// Visit: give the part of an area the counted name `what`, or none.
static int set_name(struct aspace *as, struct area *area, uintptr_t start, uintptr_t end,
                    intptr_t what)
{
	const char *name = (const char *)what;

	if ((area->object && area->object->host) || area_is_device(area) ||
	    (area->flags & AREA_NAMED))
		return WHY(-EBADF, "%s at %#x shows a file", area_title(area), area->start);
	if (area->name && !(area->flags & AREA_LABELLED))
		return 0; // the heap, or a stack: Linux keeps the name, but never shows it
	if (area->name == name || (name && area->name && strcmp(name, area->name) == 0))
		return 0;
	return area_change_name(as, area, start, end, name);
}

// The caller's reference on the counted name keeps the name until all areas have theirs.
int aspace_set_name(struct aspace *as, uintptr_t va, size_t len, const char *name)
{
	uintptr_t end = va + ROUND_UP(len, PAGE_SIZE);
	const char *counted = NULL;
	int error;

	assert_no_lock();
	if (va % PAGE_SIZE || end < va || (len && end == va))
		return WHY(-EINVAL, "%#x is not page-aligned, or %#x bytes are too many", va, len);
	if (name && !(counted = counted_name_create(name, strlen(name) + 1)))
		return -ENOMEM;
	rwlock_write_lock(&as->lock);
	error = areas_visit(as, va, end, false, set_name, (intptr_t)counted);
	rwlock_write_unlock(&as->lock);
	if (counted)
		counted_name_put(counted);
	return error;
}
