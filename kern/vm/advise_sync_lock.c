// advise_sync_lock.c: calls about mappings that exist: madvise(), msync(), mlock(). As on Linux
// each is a loop over the areas in its range; a hole only makes it return -ENOMEM at the end.
#include <abi/mman.h>

#include "thread/credentials.h"
#include "thread/thread.h"
#include "thread/why.h"
#include "thread/yield.h"
#include "vm/area_edit.h"
#include "vm/mapping.h"
#include "vm/object.h"
#include "vm/ptes.h"
#include "vm/uffd_internal.h"

#define TRANSPARENT_SIZE (2u << 20) // of a transparent large page, where the processor has PAE

// Give the part [start, end) of an area the flags `flags`. Returns as areas_split_at.
static int set_flags(struct aspace *as, struct area *area, uintptr_t start, uintptr_t end,
                     uint32_t flags)
{
	return area->flags == flags ? 0 : area_change(as, area, start, end, area->prot, flags);
}

// Advice that only changes flags of areas: the bits that it sets and clears.
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

// Visit: change the flags as marks[which] says.
static int mark(struct aspace *as, struct area *area, uintptr_t start, uintptr_t end, int which)
{
	int error = marks[which].set & (AREA_DONTFORK | AREA_WIPEONFORK) ?
	                    area_check_discard(area) :
	                    0;

	if (error)
		return error;
	if (marks[which].advice == MADV_WIPEONFORK && (area->object || area_is_device(area)))
		return WHY(-EINVAL, "%s at %#x is not private memory", area_title(area), start);
	if ((marks[which].advice == MADV_DODUMP || marks[which].advice == MADV_DOFORK) &&
	    area_is_device(area))
		return WHY(-EINVAL, "%#x is device memory", start);
	error = set_flags(as, area, start, end,
	                  (area->flags | marks[which].set) & ~marks[which].clear);
	return error == -ENOMEM ? -EAGAIN : error; // as on Linux, where -ENOMEM means a hole
}

// dont_need for large pages. A last part that is not a whole page stays.
static int dont_need_large(struct area *area, uintptr_t start, uintptr_t end, int advice)
{
	if (area_check_discard(area))
		return -EPERM;
	if (advice == MADV_FREE || uncut_at(area->ops, start))
		return WHY(-EINVAL, "%#x lies in a large page", start);
	mutex_lock(&area->object->lock);
	area->ops->discard(area, start, end & ~area->ops->uncut, true);
	mutex_unlock(&area->object->lock);
	return 0;
}

// Returns 0 if dont_need may drop pages of `area`, which has small ones; else -EPERM or -EINVAL.
static int may_drop(const struct area *area, int advice)
{
	if (area_check_discard(area))
		return -EPERM;
	if (((area->flags & AREA_LOCKED) && advice != MADV_DONTNEED_LOCKED) || area_is_device(area))
		return WHY(-EINVAL, "%s at %#x is locked or a device's", area_title(area),
		           area->start);
	if (advice == MADV_FREE && area->object)
		return WHY(-EINVAL, "%#x is not private memory", area->start);
	return 0;
}

// Visit for MADV_DONTNEED and similar: drop the pages; the next access finds zeroes or the file.
static int dont_need(struct aspace *as, struct area *area, uintptr_t start, uintptr_t end,
                     int advice)
{
	int error;

	if (area->ops->plain == &large_ops)
		return dont_need_large(area, start, end, advice);
	error = may_drop(area, advice);
	if (error || advice == MADV_FREE)
		// MADV_FREE lets the kernel take the pages if memory is short. We never do.
		return error;
	error = tables_make_private_at_ends(as, start, end);
	if (error)
		return error;
	if (unlikely(area->object && uffd_may_mark(area)))
		uffd_unmap(area, start, end);
	else
		ptes_unmap(as, start, end);
	return 0;
}

// Returns 0 if punch_hole may punch a hole into the file of `area`; else -errno.
static int may_punch(const struct area *area, int advice)
{
	(void)advice;
	if (area_check_discard(area))
		return -EPERM;
	if ((area->flags & (AREA_LOCKED | AREA_NAMED)) || (!area->object && !area_is_device(area)))
		return WHY(-EINVAL, "%#x is locked, or shows no file", area->start);
	if (!(area->flags & AREA_SHARED) || (area->flags & AREA_NOWRITE))
		return WHY(-EACCES, "%#x is private, or its file not open for writing", area->start);
	return area_is_device(area) ? WHY(-ENODEV, "%#x is device memory", area->start) : 0;
}

// Visit for MADV_REMOVE: punch a hole into the file of a shared mapping.
static int punch_hole(struct aspace *as, struct area *area, uintptr_t start, uintptr_t end,
                      int advice)
{
	int error = may_punch(area, advice);

	(void)as;
	return error ? error :
	               object_punch(area->object, area->offset + (start - area->start), end - start);
}

// Visit for advice about transparent large pages, of which there are none: like a Linux that can make
// them. MADV_COLLAPSE needs the place of a large page, and something present in each such place.
static int large_advice(struct aspace *as, struct area *area, uintptr_t start, uintptr_t end,
                        int advice)
{
	if (area_is_device(area) || area->ops->plain == &large_ops)
		return WHY(-EINVAL, "%s at %#x has large pages, or is a device's", area_title(area),
		           start);
	if (advice != MADV_COLLAPSE)
		return 0;
	start = ROUND_UP(start, TRANSPARENT_SIZE);
	if (start >= end || end - start < TRANSPARENT_SIZE)
		return WHY(-EINVAL, "%s up to %#x has no place for a large page", area_title(area),
		           end);
	for (; start < end && end - start >= TRANSPARENT_SIZE; start += TRANSPARENT_SIZE)
		if (!as->pgdir[PDX(start)])
			return WHY(-EINVAL, "nothing is present at %#x", start);
	return 0;
}

// Visit for advice that we accept and ignore, with the errors that Linux reports for it.
static int nothing(struct aspace *as, struct area *area, uintptr_t start, uintptr_t end, int advice)
{
	(void)as;
	(void)start;
	(void)end;
	if ((advice == MADV_COLD || advice == MADV_PAGEOUT) &&
	    ((area->flags & AREA_LOCKED) || !ops_lockable(area->ops)))
		return WHY(-EINVAL, "%s at %#x is locked or a device's", area_title(area), start);
	return 0;
}

// Returns the visit function for `advice`, and its `what`; NULL if the advice is unknown.
static visit_fn visit_for(int advice, int *what_store)
{
	*what_store = advice;
	switch (advice) {
	case MADV_DONTNEED:
	case MADV_DONTNEED_LOCKED:
	case MADV_FREE:
		return dont_need;
	case MADV_REMOVE:
		return punch_hole;
	case MADV_HUGEPAGE:
	case MADV_NOHUGEPAGE:
	case MADV_COLLAPSE:
		return large_advice;
	case MADV_WILLNEED:
	case MADV_COLD:
	case MADV_PAGEOUT:
		return nothing;
	default:
		break;
	}
	for (size_t i = 0; i < ARRAY_SIZE(marks); i++) {
		if (marks[i].advice == advice) {
			*what_store = (int)i;
			return mark;
		}
	}
	return NULL;
}

// Populating takes as->lock itself, page by page; other advice is a loop under the lock.
int aspace_advise(struct aspace *as, uintptr_t va, size_t len, int advice)
{
	bool populate = advice == MADV_POPULATE_READ || advice == MADV_POPULATE_WRITE;
	size_t rounded = ROUND_UP(len, PAGE_SIZE);
	int what, error;
	visit_fn visit = visit_for(advice, &what);

	assert_no_lock();
	if ((!visit && !populate) || va % PAGE_SIZE || (len && !rounded) || va + rounded < va)
		return WHY(-EINVAL, "no such advice as %d, or a wrong range from %#x", advice, va);
	if (rounded == 0)
		return 0;
	if (populate)
		return advise_populate(as, va, va + rounded,
		                       advice == MADV_POPULATE_WRITE ? ACCESS_WRITE : ACCESS_READ);
	if (unlikely(as->uffds) && (visit == dont_need || visit == punch_hole)) {
		error = uffd_send_remove(as, va, va + rounded,
		                         visit == dont_need ? may_drop : may_punch, what);
		if (error)
			return error;
	}
	rwlock_write_lock(&as->lock);
	error = areas_visit(as, va, va + rounded, false, visit, what);
	rwlock_write_unlock(&as->lock);
	return error;
}

// Visit for msync(): only errors to report.
static int check_sync(struct aspace *as, struct area *area, uintptr_t start, uintptr_t end,
                      int flags)
{
	(void)as;
	(void)start;
	(void)end;
	if ((flags & MS_INVALIDATE) && (area->flags & AREA_LOCKED))
		return WHY(-EBUSY, "%#x is locked", area->start);
	return (flags & MS_SYNC) && area_is_device(area) && (area->flags & AREA_SHARED) ? -EINVAL :
	                                                                                  0;
}

// Mappings and read() use the object's pages, and there is no disk: nothing to write back.
int aspace_sync(struct aspace *as, uintptr_t va, size_t len, uint32_t flags)
{
	size_t rounded = ROUND_UP(len, PAGE_SIZE);
	int error;

	assert_no_lock();
	if ((flags & ~(MS_ASYNC | MS_INVALIDATE | MS_SYNC)) || va % PAGE_SIZE ||
	    ((flags & MS_ASYNC) && (flags & MS_SYNC)))
		return WHY(-EINVAL, "wrong flags in %#x, or %#x is not page-aligned", flags, va);
	if (va + rounded < va || (len && !rounded))
		return WHY(-ENOMEM, "%#x bytes from %#x are too many", len, va);
	rwlock_write_lock(&as->lock);
	error = areas_visit(as, va, va + rounded, false, check_sync, (int)flags);
	rwlock_write_unlock(&as->lock);
	return error;
}

// Visit for mlock() and munlock(). Areas without pages of their own are skipped, as on Linux.
static int lock_area(struct aspace *as, struct area *area, uintptr_t start, uintptr_t end, int locks)
{
	if (!ops_lockable(area->ops))
		return 0;
	return set_flags(as, area, start, end, (area->flags & ~AREA_LOCKS) | (uint32_t)locks);
}

// Returns true if RLIMIT_MEMLOCK admits that the range gets `locks`; what is locked already does not
// count twice. Caller: holds as->lock.
static bool may_lock_range(struct aspace *as, uintptr_t start, size_t len, uint16_t locks)
{
	assert_read_held(&as->lock);
	return !locks || aspace_may_lock(as, len) ||
	       aspace_may_lock(as, len - aspace_locked_bytes(as, start, start + len));
}

// Mark the areas first, then bring the pages in; if that fails the marks stay, as on Linux. From
// mlock(), -ENOMEM means a hole, no access or RLIMIT_MEMLOCK, and -EAGAIN means lack of memory.
int aspace_lock(struct aspace *as, uintptr_t va, size_t len, uint16_t locks)
{
	uintptr_t start = ROUND_DOWN(va, PAGE_SIZE);
	size_t rounded = ROUND_UP(len + (va - start), PAGE_SIZE);
	int error = locks ? aspace_lock_allowed() : 0;

	assert_no_lock();
	if (error)
		return error;
	if (start + rounded < start)
		return WHY(-EINVAL, "%#x bytes from %#x are too many", len, va);
	if (rounded == 0)
		return 0;
	rwlock_write_lock(&as->lock);
	if (may_lock_range(as, start, rounded, locks))
		error = areas_visit(as, start, start + rounded, true, lock_area, locks);
	else
		error = WHY(-ENOMEM, "RLIMIT_MEMLOCK admits no %#x bytes from %#x", rounded, start);
	rwlock_write_unlock(&as->lock);
	if (error || !locks)
		return error;
	error = aspace_populate(as, start, rounded);
	return error == -EFAULT ? -ENOMEM : error == -ENOMEM ? -EAGAIN : error;
}

// mlockall(): bring all areas into memory. As on Linux a failure in one area is not reported.
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
	int error = locks ? aspace_lock_allowed() : 0;
	struct area *area;
	uintptr_t va = 0;

	assert_no_lock();
	if (error)
		return error;
	rwlock_write_lock(&as->lock);
	if (locks && current && !capable(CAP_IPC_LOCK) &&
	    (uint64_t)as->pages * PAGE_SIZE > thread_limit(RLIMIT_MEMLOCK)) {
		rwlock_write_unlock(&as->lock);
		return WHY(-ENOMEM, "RLIMIT_MEMLOCK admits less than all mappings");
	}
	as->new_flags = future ? locks : 0;
	while (current && (area = area_find_from(&as->areas, va))) {
		va = area->end;
		if (ops_lockable(area->ops)) // cannot fail: whole areas, so nothing is split
			(void)set_flags(as, area, area->start, area->end,
			                (area->flags & ~AREA_LOCKS) | locks);
		(void)yield_after(AREA_COST);
	}
	rwlock_write_unlock(&as->lock);
	if (current && locks)
		populate_all(as);
	return 0;
}
