// advise.c: calls about mappings that are there: advice, locking, writing back, residence. As on
// Linux each is a loop over the areas in its range: a hole does not stop it, but makes it return
// -ENOMEM at the end.
#include <abi/mman.h>

#include "thread/thread.h"
#include "vm/internal.h"
#include "vm/object.h"
#include "vm/pagetree.h"

// Something to do to the part [start, end) of one area. 0 or -errno, which ends the loop.
typedef int (*visit_fn)(struct aspace *as, struct area *area, uintptr_t start, uintptr_t end,
                        int what);

// Visit the parts of all areas in [va, end). Returns the first error of a visit; else -ENOMEM if
// there was a hole; `stop_at_hole` ends the loop there. Yields, and returns -EINTR for a thread that is
// killed. Caller: holds as->lock for writing.
static int for_areas(struct aspace *as, uintptr_t va, uintptr_t end, bool stop_at_hole,
                     visit_fn visit, int what)
{
	int hole = 0, error;

	while (va < end) {
		struct area *area = area_find_from(&as->areas, va);
		uintptr_t part_end;

		if (!area || area->start > va) {
			hole = -ENOMEM;
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

// Give the part [start, end) of an area other flags.
static int set_flags(struct aspace *as, struct area *area, uintptr_t start, uintptr_t end,
                     uint32_t flags)
{
	return area->flags == flags ? 0 : area_change(as, area, start, end, area->prot, flags);
}

// Advice that only changes how an area is marked: what it sets and what it clears.
static const struct {
	int advice;
	uint16_t set, clear;
} marks[] = {
	{ MADV_NORMAL, 0, AREA_RANDOM | AREA_SEQUENTIAL },
	{ MADV_RANDOM, AREA_RANDOM, AREA_SEQUENTIAL },
	{ MADV_SEQUENTIAL, AREA_SEQUENTIAL, AREA_RANDOM },
	{ MADV_DONTFORK, AREA_DONTFORK, 0 },
	{ MADV_DOFORK, 0, AREA_DONTFORK },
	{ MADV_DONTDUMP, AREA_DONTDUMP, 0 },
	{ MADV_DODUMP, 0, AREA_DONTDUMP },
	{ MADV_WIPEONFORK, AREA_WIPEONFORK, 0 },
	{ MADV_KEEPONFORK, 0, AREA_WIPEONFORK },
};

static int mark(struct aspace *as, struct area *area, uintptr_t start, uintptr_t end, int which)
{
	int error;

	if (marks[which].advice == MADV_WIPEONFORK && (area->object || area_is_device(area)))
		return -EINVAL;
	if (marks[which].advice == MADV_DODUMP && area_is_device(area))
		return -EINVAL;
	error = set_flags(as, area, start, end,
	                  (area->flags | marks[which].set) & ~marks[which].clear);
	return error == -ENOMEM ? -EAGAIN : error; // as on Linux: -ENOMEM means a hole
}

// The same of large pages, whole ones: what is cut off at the end stays. They are never locked.
static int dont_need_large(struct area *area, uintptr_t start, uintptr_t end, int advice)
{
	if (advice == MADV_FREE || uncut_at(area->ops, start))
		return -EINVAL;
	mutex_lock(&area->object->lock);
	area->ops->discard(area, start, end & ~area->ops->uncut);
	mutex_unlock(&area->object->lock);
	return 0;
}

static int dont_need(struct aspace *as, struct area *area, uintptr_t start, uintptr_t end,
                     int advice)
{
	int error;

	if (area->ops == &large_ops)
		return dont_need_large(area, start, end, advice);
	if (((area->flags & AREA_LOCKED) && advice != MADV_DONTNEED_LOCKED) || area_is_device(area))
		return -EINVAL;
	if (advice == MADV_FREE)
		// Contents stay until somebody reclaims them: nobody does.
		return area->object ? -EINVAL : 0;
	error = tables_make_private_at_ends(as, start, end);
	if (!error)
		ptes_unmap(as, start, end);
	return error;
}

// MADV_REMOVE: a hole in the file behind a shared mapping.
static int remove_behind(struct aspace *as, struct area *area, uintptr_t start, uintptr_t end,
                         int advice)
{
	(void)as;
	(void)advice;
	if ((area->flags & (AREA_LOCKED | AREA_NAMED)) || (!area->object && !area_is_device(area)))
		return -EINVAL;
	if (!(area->flags & AREA_SHARED) || (area->flags & AREA_NOWRITE))
		return -EACCES;
	if (area_is_device(area))
		return -ENODEV;
	return object_punch(area->object, area->offset + (start - area->start), end - start);
}

static int nothing(struct aspace *as, struct area *area, uintptr_t start, uintptr_t end, int advice)
{
	(void)as;
	(void)start;
	(void)end;
	if ((advice == MADV_COLD || advice == MADV_PAGEOUT) &&
	    ((area->flags & AREA_LOCKED) || !ops_lockable(area->ops)))
		return -EINVAL;
	return 0;
}

// What to do for each advice. NULL: there is no such advice.
static visit_fn visit_for(int advice, int *what_store)
{
	*what_store = advice;
	for (size_t i = 0; i < ARRAY_SIZE(marks); i++) {
		if (marks[i].advice == advice) {
			*what_store = (int)i;
			return mark;
		}
	}
	switch (advice) {
	case MADV_DONTNEED:
	case MADV_DONTNEED_LOCKED:
	case MADV_FREE:
		return dont_need;
	case MADV_REMOVE:
		return remove_behind;
	case MADV_WILLNEED:
	case MADV_COLD:
	case MADV_PAGEOUT:
		return nothing;
	default:
		return NULL;
	}
}

// Is there an area at `va` with right `prot`? A right that the processor gives with another one
// does not count.
static int check_right(struct aspace *as, uintptr_t va, int prot)
{
	const struct area *area;
	int error = 0;

	rwlock_read_lock(&as->lock);
	area = area_find(&as->areas, va);
	if (!area)
		error = -ENOMEM;
	else if (!(area->prot & prot) || area_is_device(area))
		error = -EINVAL;
	rwlock_read_unlock(&as->lock);
	return error;
}

// What work costs, in instructions or so: to find, clear and map a page; to look whether one is there.
#define POPULATE_COST 1500
#define RESIDENT_COST 40

// MADV_POPULATE_READ and _WRITE: fault in, without a change to contents.
static int populate_as(struct aspace *as, uintptr_t va, uintptr_t end, enum fault_access access)
{
	for (; va < end; va += PAGE_SIZE) {
		int error = check_right(as, va, access == ACCESS_WRITE ? PROT_WRITE : PROT_READ);
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

int aspace_advise(struct aspace *as, uintptr_t va, size_t len, int advice)
{
	bool populate = advice == MADV_POPULATE_READ || advice == MADV_POPULATE_WRITE;
	size_t rounded = ROUND_UP(len, PAGE_SIZE);
	int what, error;
	visit_fn visit = visit_for(advice, &what);

	if ((!visit && !populate) || va % PAGE_SIZE || (len && !rounded) || va + rounded < va)
		return -EINVAL;
	if (rounded == 0)
		return 0;
	if (populate)
		return populate_as(as, va, va + rounded,
		                   advice == MADV_POPULATE_WRITE ? ACCESS_WRITE : ACCESS_READ);
	rwlock_write_lock(&as->lock);
	error = for_areas(as, va, va + rounded, false, visit, what);
	rwlock_write_unlock(&as->lock);
	return error;
}

static int check_sync(struct aspace *as, struct area *area, uintptr_t start, uintptr_t end,
                      int flags)
{
	(void)as;
	(void)start;
	(void)end;
	if ((flags & MS_INVALIDATE) && (area->flags & AREA_LOCKED))
		return -EBUSY;
	return (flags & MS_SYNC) && area_is_device(area) && (area->flags & AREA_SHARED) ? -EINVAL :
	                                                                                  0;
}

// Mappings share the objects' pages, so there is nothing to write back, only ranges to check.
int aspace_sync(struct aspace *as, uintptr_t va, size_t len, uint32_t flags)
{
	size_t rounded = ROUND_UP(len, PAGE_SIZE);
	int error;

	if ((flags & ~(MS_ASYNC | MS_INVALIDATE | MS_SYNC)) || va % PAGE_SIZE ||
	    ((flags & MS_ASYNC) && (flags & MS_SYNC)))
		return -EINVAL;
	if (va + rounded < va || (len && !rounded))
		return -ENOMEM;
	rwlock_write_lock(&as->lock);
	error = for_areas(as, va, va + rounded, false, check_sync, (int)flags);
	rwlock_write_unlock(&as->lock);
	return error;
}

static int lock_area(struct aspace *as, struct area *area, uintptr_t start, uintptr_t end, int locks)
{
	if (!ops_lockable(area->ops))
		return 0;
	return set_flags(as, area, start, end, (area->flags & ~AREA_LOCKS) | (uint32_t)locks);
}

int aspace_lock(struct aspace *as, uintptr_t va, size_t len, uint16_t locks)
{
	uintptr_t start = ROUND_DOWN(va, PAGE_SIZE);
	size_t rounded = ROUND_UP(len + (va - start), PAGE_SIZE);
	int error;

	if (start + rounded < start)
		return -EINVAL;
	if (rounded == 0)
		return 0;
	rwlock_write_lock(&as->lock);
	error = for_areas(as, start, start + rounded, true, lock_area, locks);
	rwlock_write_unlock(&as->lock);
	if (error || !locks)
		return error;
	error = aspace_populate(as, start, rounded);
	return error == -EFAULT ? -ENOMEM : error == -ENOMEM ? -EAGAIN : error;
}

// Populating stops where it cannot go on; what is locked stays locked, and nobody is told.
static void populate_all(struct aspace *as)
{
	struct area *area;
	uintptr_t va = 0, end;

	for (;;) {
		rwlock_read_lock(&as->lock);
		area = area_find_from(&as->areas, va);
		va = area ? area->start : 0;
		end = area ? area->end : 0;
		rwlock_read_unlock(&as->lock);
		if (end == 0)
			return;
		if (aspace_populate(as, va, end - va) == -EINTR)
			return;
		va = end;
		(void)yield_after(AREA_COST);
	}
}

int aspace_lock_all(struct aspace *as, uint16_t locks, bool current, bool future)
{
	struct area *area;
	uintptr_t va = 0;

	rwlock_write_lock(&as->lock);
	as->new_flags = future ? locks : 0;
	while (current && (area = area_find_from(&as->areas, va))) {
		va = area->end;
		if (ops_lockable(area->ops)) // nothing is cut, so nothing can fail
			(void)set_flags(as, area, area->start, area->end,
			                (area->flags & ~AREA_LOCKS) | locks);
		(void)yield_after(AREA_COST);
	}
	rwlock_write_unlock(&as->lock);
	if (current && locks)
		populate_all(as);
	return 0;
}

// Is the page at `va` of `area` in memory?
static bool page_resident(struct aspace *as, const struct area *area, uintptr_t va)
{
	uint64_t offset = area->offset + (va - area->start);
	const page_t *pp;

	if (area->ops == &large_ops) // only if it is mapped, as on Linux
		return pde_has_large(as->pgdir[PDX(va)]);
	if (pte_peek(as, va) || area_is_device(area))
		return true;
	if (!area->object)
		return false;
	pp = pagetree_get(&area->object->pages, (uint32_t)(offset >> PAGE_SHIFT));
	return pp && !page_is_untouched(pp);
}

ssize_t aspace_resident(struct aspace *as, uintptr_t va, size_t max, uint8_t *vec)
{
	ssize_t count = -ENOMEM;
	struct area *area;

	rwlock_read_lock(&as->lock);
	area = area_find(&as->areas, va);
	if (area) {
		count = (ssize_t)MIN(max, (area->end - va) / PAGE_SIZE);
		for (ssize_t i = 0; i < count; i++)
			vec[i] = page_resident(as, area, va + (uintptr_t)i * PAGE_SIZE);
		(void)yield_due((uint32_t)count * RESIDENT_COST);
	}
	rwlock_read_unlock(&as->lock);
	return count;
}

// Populate the page at `va`: private memory that may be written is made the space's own at once.
// 0, also where the area wants its pages only when they are touched, or as aspace_populate.
static int populate_page(struct aspace *as, uintptr_t va)
{
	enum fault_access access = ACCESS_READ;
	const struct area *area;
	bool skip = false;
	page_t *pp;
	int error;

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

	for (uintptr_t end = va + len; va < end && !error; va += PAGE_SIZE) {
		error = populate_page(as, va);
		if (!error)
			error = yield_after(POPULATE_COST);
	}
	return error;
}
