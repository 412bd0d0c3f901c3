// remap.c: mremap(): a mapping grows, shrinks or moves. Moving moves the page-table entries, not
// the contents: nothing is copied, however large the mapping is.
#include <abi/mman.h>

#include "thread/why.h"
#include "thread/yield.h"
#include "vm/area_edit.h"
#include "vm/mapping.h"
#include "vm/object.h"
#include "vm/object_internal.h"
#include "vm/ptes.h"
#include "vm/uffd_internal.h"

// Linux refuses a move unless this many more areas would fit into the space, and a fixed target
// unless two more would: unmapping it may split areas.
#define MOVE_AREAS 3
#define TARGET_AREAS 2

// One call of mremap(): the old and the new range.
struct remap {
	uintptr_t old, new;
	size_t old_len, new_len;
	bool keep_old;       // MREMAP_DONTUNMAP: the old range stays mapped, without its pages
	struct list *events; // messages for userfaultfd's handlers
};

// Check that the mapping at `remap->old`, which lies in `area`, can move or grow. Only the part
// that survives must lie in one area; a part that is cut off may lie in any areas.
// Returns 0; -EINVAL, -EFAULT or -ENOMEM, as aspace_remap.
static int check_source(struct aspace *as, const struct remap *remap, const struct area *area)
{
	if (remap->old_len == 0 && !(area->flags & AREA_SHARED))
		return WHY(-EINVAL,
		           "the old length is 0, which maps only shared memory a second time");
	if (area_is_device(area) && remap->keep_old)
		return WHY(-EINVAL, "device memory cannot leave its old range");
	if (MIN(remap->old_len, remap->new_len) > area->end - remap->old)
		return WHY(-EFAULT, "the old range reaches beyond the mapping, which ends at %#x",
		           area->end);
	if (area_is_device(area) && remap->new_len > remap->old_len)
		return WHY(-EFAULT, "device memory cannot grow: what follows is another device's");
	if (remap->new_len > remap->old_len && (area->flags & AREA_LOCKED) &&
	    !aspace_may_lock(as, remap->new_len - remap->old_len))
		return WHY(-EAGAIN, "RLIMIT_MEMLOCK admits no larger locked mapping");
	if (remap->new_len > remap->old_len &&
	    !aspace_may_grow(as, remap->new_len - remap->old_len, area->prot, area->flags))
		return WHY(-ENOMEM, "RLIMIT_AS or RLIMIT_DATA admits no larger mapping");
	return 0;
}

// Refuse a sealed area. Large pages: round the lengths up to large pages, and refuse what cannot be
// done: they cannot grow, and cannot leave their old range mapped. Returns 0, -EPERM or -EINVAL.
static int check_area(struct remap *remap, const struct area *area)
{
	uintptr_t uncut = area->ops->uncut;

	if (area->flags & AREA_SEALED)
		return WHY(-EPERM, "%s is sealed", area_title(area));
	if (!uncut)
		return 0;
	remap->old_len = (remap->old_len + uncut) & ~uncut;
	remap->new_len = (remap->new_len + uncut) & ~uncut;
	if (((remap->old | remap->new) & uncut) || remap->new_len > remap->old_len ||
	    remap->keep_old)
		return WHY(-EINVAL, "large pages move whole, do not grow, and leave none");
	return 0;
}

// Make the new area: a copy of the part of `area` from `old` on, at `new`, `new_len` bytes long,
// in no tree. Returns NULL if out of memory.
static struct area *make_target(struct aspace *as, const struct area *area,
                                const struct remap *remap)
{
	struct area *target = area_copy(area, as);

	if (!target)
		return NULL;
	target->flags &= ~AREA_SOFT_CLEAN; // moved memory counts as written
	target->offset += remap->old - area->start;
	target->start = remap->new;
	target->end = remap->new + remap->new_len;
	if (unlikely(target->uffd) &&
	    uffd_collect_remap(remap->events, target, remap->old, remap->old_len)) {
		area_release(target);
		return NULL;
	}
	return target;
}

// MREMAP_DONTUNMAP: the old area stays mapped, without its pages. As on Linux it is no longer
// locked, and may merge with its neighbours.
static void keep_old_area(struct aspace *as, uintptr_t va)
{
	struct area *area = area_find(&as->areas, va);
	uintptr_t end = area->end;

	area->flags &= ~AREA_LOCKS;
	areas_merge_at(as, end);
	areas_merge_at(as, area->start);
}

// unmap_prepare, and the messages about the unmapping. Returns 0, -EINVAL or -ENOMEM.
// Caller: holds as->lock for writing.
static int prepare_unmap(struct aspace *as, const struct remap *remap, uintptr_t start,
                         uintptr_t end)
{
	const struct list *last = remap->events->prev;
	int error;

	assert_write_held(&as->lock);
	if (cuts_large_page(as, start, end))
		return WHY(-EINVAL, "[%#x, %#x) would cut a large page", start, end);
	error = unmap_prepare(as, start, end);
	if (!error)
		error = uffd_collect_unmap(remap->events, as, start, end);
	if (unlikely(error))
		uffd_cancel_after(remap->events, last);
	return error;
}

// prepare_unmap, and the unmapping. Returns and caller: as prepare_unmap.
static int unmap_part(struct aspace *as, const struct remap *remap, uintptr_t start, uintptr_t end)
{
	int error = prepare_unmap(as, remap, start, end);

	assert_write_held(&as->lock);
	if (!error)
		unmap_commit(as, start, end);
	return error;
}

// The part of a move that can fail, apart from the limits: allocate the target, make the page tables,
// prepare the unmapping of the old range. Tables of which entries may go meanwhile, because an object
// is truncated, or may change afterwards, because the registration ends, become private.
// Returns 0 with the target in *store; -ENOMEM with nothing changed, and no message collected.
// Caller: holds as->lock for writing.
static int prepare_move(struct aspace *as, const struct remap *remap, const struct area *area,
                        struct area **store)
{
	const struct list *last = remap->events->prev;
	size_t moved = MIN(remap->old_len, remap->new_len);
	struct area *target = make_target(as, area, remap);
	int error = 0;

	assert_write_held(&as->lock);
	if (!target)
		return WHY(-ENOMEM, "the kernel has no memory for the new area");
	if (area->object || area->uffd)
		error = tables_make_private(as, remap->old, remap->old + moved);
	if (!error)
		error = ptes_move_prepare(as, remap->old, remap->new, moved);
	if (!error && remap->old_len && !remap->keep_old) {
		error = prepare_unmap(as, remap, remap->old, remap->old + remap->old_len);
		if (error)
			ptes_move_cancel(as, remap->old, remap->new, moved);
	}
	if (error) {
		uffd_cancel_after(remap->events, last);
		area_release(target);
	}
	*store = target;
	return error;
}

// Move the mapping of `area` to a target range that is free. Decide, then commit: from area_insert on
// nothing can fail. A truncation that runs while the entries move could miss them at both places;
// object_catch_up repairs that. Large pages move without a yield, so a truncation comes before or
// after.
// Returns 0 or -ENOMEM with nothing changed. Caller: holds as->lock for writing.
static int move(struct aspace *as, const struct remap *remap, const struct area *area)
{
	size_t moved = MIN(remap->old_len, remap->new_len);
	uint32_t mark = object_changes();
	bool registered = area->uffd;
	struct area *target;
	int error;

	assert_write_held(&as->lock);
	if (as->areas.count >= areas_max - MOVE_AREAS ||
	    (remap->keep_old && !aspace_may_grow(as, remap->new_len, area->prot, area->flags)))
		return WHY(-ENOMEM,
		           "there are too many mappings, or a limit admits no more memory");
	error = prepare_move(as, remap, area, &target);
	if (error)
		return error;
	if (unlikely(target->ops->uncut))
		object_settle(target->object);
	area_insert(&as->areas, target);
	as->pages += remap->new_len / PAGE_SIZE;
	ptes_move(as, remap->old, remap->new, moved);
	if (unlikely(registered && !target->uffd))
		uffd_clear_entries(as, remap->new, remap->new + moved);
	if (unlikely(object_changed_since(mark)))
		object_catch_up(target);
	if (remap->keep_old)
		keep_old_area(as, remap->old);
	else if (remap->old_len)
		unmap_commit(as, remap->old, remap->old + remap->old_len);
	areas_merge_at(as, remap->new + remap->new_len);
	areas_merge_at(as, remap->new);
	return 0;
}

// Unmap the part of the old range after its new end. Returns 0 or the errors of unmap_locked.
static int shrink(struct aspace *as, struct remap *remap)
{
	uintptr_t start = remap->old + remap->new_len;
	size_t len = remap->old_len - remap->new_len;
	int error = range_valid(start, len) ?
	                    unmap_part(as, remap, start, start + len) :
	                    WHY(-EINVAL, "the old range reaches beyond the user addresses");

	remap->old_len = remap->new_len;
	return error;
}

// Extend the mapping that ends at `end` by `more` bytes, if the range after it is free. No entry
// changes: faults fill the new part. Returns true if the mapping has grown.
static bool grow_in_place(struct aspace *as, struct area *area, uintptr_t end, size_t more)
{
	struct area *next = area_next(&as->areas, area);

	if (area->end != end || more > ULIM - end ||
	    !aspace_may_grow(as, more, area->prot, area->flags) ||
	    (next && next->start < end + more))
		return false;
	area->flags &= ~AREA_SOFT_CLEAN; // as a new area
	area_resize(&as->areas, area, area->start, end + more);
	as->pages += more / PAGE_SIZE;
	areas_merge_at(as, end + more);
	return true;
}

// Move to a target that the program names (`fixed`), or leave the old range mapped
// (MREMAP_DONTUNMAP). As on Linux, mappings at the target are unmapped first, even if the
// move itself then fails.
static int move_to(struct aspace *as, struct remap *remap, bool fixed)
{
	struct area *area;
	int error = 0;

	if (fixed && remap->new < USER_MIN)
		return WHY(-EPERM, "below %#x nothing is ever mapped", USER_MIN);
	if (fixed)
		error = unmap_part(as, remap, remap->new, remap->new + remap->new_len);
	if (!error && remap->old_len > remap->new_len)
		error = shrink(as, remap);
	if (error)
		return error;
	area = area_find(&as->areas, remap->old); // unmapping may have split it
	if (!area)
		return WHY(-EFAULT, "nothing is mapped at %#x any more", remap->old);
	if (!fixed)
		error = find_room(as, ops_hint(area->ops, remap->new), remap->new_len,
		                  ops_align(area->ops), &remap->new);
	return error ? error : move(as, remap, area);
}

// MREMAP_FIXED with an unchanged size: move all areas of the old range, one after the other, up to
// the first failure. If there is a hole between two areas, a mapping at its place in the
// target stays. A registered area moves only alone. Linux does this since 6.17.
static int move_each(struct aspace *as, const struct remap *remap)
{
	uintptr_t end = remap->old + MIN(remap->old_len, ULIM - remap->old), va = remap->old;
	int error = 0;

	while (va < end && !error) {
		struct area *area = area_find_from(&as->areas, va);
		uintptr_t start = area ? MAX(area->start, va) : end;
		struct remap part = {
			.old = start,
			.new = remap->new + (start - remap->old),
			.keep_old = remap->keep_old,
			.events = remap->events,
		};

		if (start >= end)
			break;
		if (unlikely(area->uffd) && (va > remap->old || area->end < end))
			return WHY(-EFAULT, "%#x is registered with a userfaultfd", start);
		va = MIN(area->end, end);
		part.old_len = part.new_len = va - start;
		error = check_area(&part, area);
		if (!error)
			error = check_source(as, &part, area);
		if (!error)
			error = move_to(as, &part, true);
		(void)yield_after(AREA_COST);
	}
	return error;
}

// Resize without a target address: in place if possible, else, with MREMAP_MAYMOVE, anywhere.
static int resize(struct aspace *as, struct remap *remap, struct area *area, bool may_move)
{
	uintptr_t end = remap->old + remap->old_len;

	remap->new = remap->old;
	if (remap->old_len == remap->new_len)
		return 0;
	if (remap->old_len > remap->new_len)
		return shrink(as, remap);
	if (remap->old_len && grow_in_place(as, area, end, remap->new_len - remap->old_len))
		return 0;
	if (!may_move)
		return WHY(-ENOMEM, "the mapping cannot grow where it is, and must not move");
	if (find_room(as, 0, remap->new_len, ops_align(area->ops), &remap->new))
		return -ENOMEM;
	return move(as, remap, area);
}

// Choose the way: area by area, to a given place, or a resize. The order of the checks is Linux's,
// because a call with two mistakes must return Linux's error. Caller: holds as->lock for writing.
static int remap_locked(struct aspace *as, struct remap *remap, uint32_t flags)
{
	struct area *area = area_find(&as->areas, remap->old);
	bool placed = flags & (MREMAP_FIXED | MREMAP_DONTUNMAP);
	int error = 0;

	assert_write_held(&as->lock);
	if (placed && as->areas.count >= areas_max - MOVE_AREAS - TARGET_AREAS)
		return WHY(-ENOMEM, "there are %u mappings, nearly the most that may be",
		           as->areas.count);
	if (!area)
		return WHY(-EFAULT, "nothing is mapped at the old address %#x", remap->old);
	error = check_area(remap, area);
	if (error)
		return error;
	if ((flags & MREMAP_FIXED) && remap->old_len == remap->new_len)
		return move_each(as, remap);
	if (placed || remap->new_len > remap->old_len)
		error = check_source(as, remap, area);
	if (error)
		return error;
	if (placed)
		return move_to(as, remap, flags & MREMAP_FIXED);
	return resize(as, remap, area, flags & MREMAP_MAYMOVE);
}

// Returns true if two ranges overlap. The first may be empty, and may reach past the last address:
// so the test compares distances and adds nothing.
static bool overlap(uintptr_t a, size_t a_len, uintptr_t b, size_t b_len)
{
	return a <= b ? b - a < a_len : a - b < b_len;
}

// Check the target address, as far as the arguments alone can show. Returns 0 or -EINVAL.
static int check_target(const struct remap *remap, uint32_t flags)
{
	if (!(flags & MREMAP_MAYMOVE))
		return WHY(-EINVAL, "a target needs MREMAP_MAYMOVE too");
	if (remap->new % PAGE_SIZE)
		return WHY(-EINVAL, "the target %#x is not page-aligned", remap->new);
	if (remap->new > ULIM || remap->new_len > ULIM - remap->new)
		return WHY(-EINVAL, "the target %#x is too high", remap->new);
	if (remap->keep_old && remap->old_len != remap->new_len)
		return WHY(-EINVAL, "MREMAP_DONTUNMAP cannot change the length");
	if (overlap(remap->old, remap->old_len, remap->new, remap->new_len))
		return WHY(-EINVAL, "the target %#x overlaps the old range", remap->new);
	return 0;
}

int aspace_remap(struct aspace *as, uintptr_t old, size_t old_len, size_t new_len, uint32_t flags,
                 uintptr_t new, uintptr_t *va_store)
{
	struct list events = LIST_INIT(events);
	struct remap remap = {
		.events = &events,
		.old = old,
		.new = new,
		.old_len = ROUND_UP(old_len, PAGE_SIZE),
		.new_len = ROUND_UP(new_len, PAGE_SIZE),
		.keep_old = (flags & MREMAP_DONTUNMAP) != 0,
	};
	bool locked = false;
	int error;

	assert_no_lock();
	if (flags & ~(MREMAP_MAYMOVE | MREMAP_FIXED | MREMAP_DONTUNMAP))
		return WHY(-EINVAL, "unknown flags in %#x", flags);
	if (old % PAGE_SIZE)
		return WHY(-EINVAL, "the old address %#x is not page-aligned", old);
	if (remap.new_len == 0 || remap.new_len > ULIM || (old_len && !remap.old_len))
		return WHY(-EINVAL, "the length %#x or %#x is 0 or too large", old_len, new_len);
	error = flags & (MREMAP_FIXED | MREMAP_DONTUNMAP) ? check_target(&remap, flags) : 0;
	if (error)
		return error;
	old_len = remap.old_len;
	rwlock_write_lock(&as->lock);
	error = remap_locked(as, &remap, flags);
	if (!error && remap.new_len > old_len)
		locked = area_find(&as->areas, remap.new)->flags & AREA_LOCKED;
	rwlock_write_unlock(&as->lock);
	if (unlikely(!list_empty(&events)))
		uffd_send(&events); // after an error too: a part may have moved
	if (locked)                 // locked memory is in memory from the start
		(void)aspace_populate(as, remap.new + old_len, remap.new_len - old_len);
	*va_store = remap.new;
	return error;
}
