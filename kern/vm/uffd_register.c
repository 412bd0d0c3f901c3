// uffd_register.c: registration of areas with a userfaultfd. It changes areas only: entries stay as
// they are, and the next fault finds the area's new backend. Where the area has an object, its page tables
// become private: a change of the object may leave marks in them (uffd_unmap_some).
#include "thread/thread.h"
#include "thread/why.h"
#include "thread/yield.h"
#include "vm/area_edit.h"
#include "vm/uffd_internal.h"

// Returns 0 if `area`, a part of [start, end), can be registered with `uffd` for the faults
// `modes`; else -EINVAL, -EPERM or -EBUSY, as uffd_attach_range.
static int check_area(const struct uffd *uffd, const struct area *area, uintptr_t end,
                      uint32_t modes)
{
	if (!area->ops->plain->registered || ((modes & AREA_UFFD_MINOR) && !area->object))
		return WHY(-EINVAL, "%s at %#x has no such faults", area_title(area), area->start);
	if (area->flags & AREA_NOWRITE)
		return WHY(-EPERM, "%#x shows a file that is not open for writing", area->start);
	if (end < area->end && uncut_at(area->ops, end))
		return WHY(-EINVAL, "%#x lies in a large page", end);
	if (area->uffd && area->uffd != uffd)
		return WHY(-EBUSY, "%#x is registered with another descriptor", area->start);
	return 0;
}

// Find the first area of [start, end). Returns 0 with the area in *store; -EINVAL, also in the middle
// of a large page. Caller: holds as->lock.
static int first_area(struct aspace *as, uintptr_t start, uintptr_t end, const struct area **store)
{
	const struct area *area = area_find_from(&as->areas, start);

	assert_read_held(&as->lock);
	*store = area;
	if (!area || area->start >= end)
		return WHY(-EINVAL, "nothing is mapped from %#x to %#x", start, end);
	if (uncut_at(area->ops, start))
		return WHY(-EINVAL, "%#x lies in a large page", start);
	return 0;
}

// Check all areas of [start, end). Returns 0 or the first error of check_area; -EINVAL without any
// area. Caller: holds as->lock.
static int check_range(const struct uffd *uffd, struct aspace *as, uintptr_t start, uintptr_t end,
                       uint32_t modes, bool *large_store)
{
	const struct area *area;
	int error;

	assert_read_held(&as->lock);
	*large_store = false;
	error = first_area(as, start, end, &area);
	for (; area && area->start < end && !error; area = area_next(&as->areas, area)) {
		error = check_area(uffd, area, end, modes);
		*large_store |= area->ops->uncut != 0;
		if (!error)
			error = yield_after(AREA_COST);
	}
	return error;
}

// Register the part [start, end) of `area`, which has been checked. Returns 0 or -ENOMEM.
// Caller: holds as->lock for writing.
static int register_area(struct uffd *uffd, struct aspace *as, struct area *area, uintptr_t start,
                         uintptr_t end, uint32_t modes)
{
	uint32_t flags = (area->flags & ~AREA_UFFD_MODES) | modes;
	int error = 0;

	assert_write_held(&as->lock);
	if (area->flags & ~flags & AREA_UFFD_WP)
		flags |= AREA_MARKED; // protected entries stay so, as on Linux
	if (area->uffd == uffd && (area->flags & modes) == modes)
		return 0;
	if (area->object)
		error = tables_make_private(as, start, end);
	return error ? error : area_change_uffd(as, area, start, end, uffd, flags);
}

// All areas are checked before the first one changes. Only lack of memory for a split or a page table can
// leave a part of them registered.
int uffd_attach_range(struct uffd *uffd, struct aspace *as, uintptr_t start, uintptr_t end,
                      uint32_t modes, bool *large_store)
{
	int error;

	assert_no_lock();
	rwlock_write_lock(&as->lock);
	error = check_range(uffd, as, start, end, modes, large_store);
	for (uintptr_t va = start; va < end && !error;) {
		struct area *area = area_find_from(&as->areas, va);
		uintptr_t part_end;

		if (!area || area->start >= end)
			break;
		part_end = MIN(area->end, end); // the area may merge
		error = register_area(uffd, as, area, MAX(area->start, va), part_end, modes);
		va = part_end;
		if (!error)
			error = yield_after(AREA_COST);
	}
	rwlock_write_unlock(&as->lock);
	return error;
}

// End the registration of the part of `area` in [start, end). Only one for write-protection takes its
// marks with it: those of an earlier one stay, as on Linux. Returns 0 or -ENOMEM.
// Caller: holds as->lock for writing.
static int unregister_area(struct aspace *as, struct area *area, uintptr_t start, uintptr_t end)
{
	bool protects = area->flags & AREA_UFFD_WP;
	int error;

	assert_write_held(&as->lock);
	start = MAX(area->start, start);
	end = MIN(area->end, end);
	error = area_change_uffd(as, area, start, end, NULL, area->flags & ~AREA_UFFD_MODES);
	if (!error && protects)
		uffd_clear_entries(as, start, end);
	return error;
}

// Returns 0 if the registrations in [start, end) may end by `uffd`; else -EINVAL.
// Caller: holds as->lock.
static int check_unregister(const struct uffd *uffd, struct aspace *as, uintptr_t start,
                            uintptr_t end)
{
	const struct area *area;
	int error;

	assert_read_held(&as->lock);
	error = first_area(as, start, end, &area);
	for (; area && area->start < end && !error; area = area_next(&as->areas, area)) {
		if (!area->ops->plain->registered || (area->uffd && area->uffd != uffd) ||
		    (end < area->end && uncut_at(area->ops, end)))
			return WHY(-EINVAL, "%s at %#x cannot be registered by this descriptor",
			           area_title(area), area->start);
		error = yield_after(AREA_COST);
	}
	return error;
}

// A thread that sleeps in a fault there is woken after the areas have changed: its instruction then
// finds plain memory.
int uffd_detach_range(struct uffd *uffd, struct aspace *as, uintptr_t start, uintptr_t end)
{
	int error;

	assert_no_lock();
	rwlock_write_lock(&as->lock);
	error = check_unregister(uffd, as, start, end);
	for (uintptr_t va = start; va < end && !error;) {
		struct area *area = area_find_from(&as->areas, va);
		uintptr_t area_end;

		if (!area || area->start >= end)
			break;
		area_end = area->end; // the area may merge
		if (area->uffd)
			error = unregister_area(as, area, va, end);
		va = area_end;
		if (!error)
			error = yield_after(AREA_COST);
	}
	rwlock_write_unlock(&as->lock);
	uffd_wake(uffd, start, end - start);
	return error;
}

void uffd_forget(struct area *area)
{
	struct uffd *uffd = area->uffd;

	assert_only_spinlock(NULL);
	area->uffd = NULL;
	area->flags &= ~AREA_UFFD_MODES;
	if (!(area->flags & AREA_MARKED))
		area->ops = area->ops->plain;
	uffd_put(uffd);
}

// End the registration of all areas of `as` that are registered with `uffd`. Whole areas: nothing is
// split, so nothing can fail. Yields. Caller: holds as->lock for writing.
static void forget_all(struct uffd *uffd, struct aspace *as)
{
	struct area *area;
	uintptr_t va = 0;

	assert_write_held(&as->lock);
	while ((area = area_find_from(&as->areas, va))) {
		va = area->end;
		if (area->uffd == uffd)
			(void)unregister_area(as, area, area->start, area->end);
		(void)yield_after(AREA_COST);
	}
}

// First no area may lead to the context any more; then nobody can begin to sleep, and all are
// woken.
void uffd_close(struct uffd *uffd)
{
	struct aspace *as = uffd_space_get(uffd);
	struct uffd_event *event;

	assert_no_lock();
	if (as) {
		rwlock_write_lock(&as->lock);
		forget_all(uffd, as);
		rwlock_write_unlock(&as->lock);
		aspace_put(as);
	}
	spin_lock(&uffd->lock);
	uffd->closed = true;
	list_for_each(event, &uffd->events, link)
		waitq_wake_all(&event->wait);
	spin_unlock(&uffd->lock);
	uffd_wake(uffd, 0, 0);
	uffd_put(uffd);
}
