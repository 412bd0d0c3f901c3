// remap.c: mremap: a mapping grows, shrinks or moves, and its pages go with it.
#include <abi/mman.h>

#include "vm/internal.h"
#include "vm/object.h"

// What is to become of a mapping.
struct remap {
	uintptr_t old, new;
	size_t old_len, new_len;
	bool keep_old; // MREMAP_DONTUNMAP: the old range stays mapped, empty
};

// The area that all of [va, va + len) lies in; len 0 asks for a second mapping of shared memory.
static int find_source(struct aspace *as, uintptr_t va, size_t len, struct area **store)
{
	struct area *area = area_find(&as->areas, va);

	if (!area)
		return -EFAULT;
	if (len == 0 && !(area->flags & AREA_SHARED))
		return -EINVAL;
	if (len > area->end - va)
		return -EFAULT;
	*store = area;
	return 0;
}

// The new area: like the old one from `old` on, but at `new` and `new_len` long.
static struct area *make_target(struct aspace *as, const struct area *area,
                                const struct remap *remap)
{
	struct area *target = area_copy(area, as);

	if (!target)
		return NULL;
	target->offset += remap->old - area->start;
	target->start = remap->new;
	target->end = remap->new + remap->new_len;
	return target;
}

// Move the mapping. The target range is free. Everything that may fail comes first.
static int move(struct aspace *as, const struct remap *remap)
{
	size_t moved = MIN(remap->old_len, remap->new_len);
	struct area *area, *target;
	int error = find_source(as, remap->old, remap->old_len, &area);

	if (error)
		return error;
	if (!aspace_may_grow(as, remap->new_len - (remap->keep_old ? 0 : moved), area->prot,
	                     area->flags))
		return -ENOMEM;
	target = make_target(as, area, remap);
	if (!target)
		return -ENOMEM;
	error = ptes_move_prepare(as, remap->old, remap->new, moved);
	if (!error && remap->old_len && !remap->keep_old) {
		error = areas_split_at(as, remap->old, remap->old + remap->old_len);
		if (error)
			ptes_move_cancel(as, remap->new, moved);
	}
	if (error) {
		area_release(target);
		return error;
	}
	area_insert(&as->areas, target);
	as->pages += remap->new_len / PAGE_SIZE;
	ptes_move(as, remap->old, remap->new, moved);
	if (remap->old_len && !remap->keep_old)
		// This cuts no area, so it cannot fail.
		unmap_locked(as, remap->old, remap->old + remap->old_len);
	areas_merge_at(as, remap->new + remap->new_len);
	areas_merge_at(as, remap->new);
	return 0;
}

// Let the mapping that ends at `end` grow where it is, if the range behind it is free. Returns
// whether it did.
static bool grow_in_place(struct aspace *as, struct area *area, uintptr_t end, size_t more)
{
	struct area *next = area_next(&as->areas, area);

	if (area->end != end || more > ULIM - end ||
	    !aspace_may_grow(as, more, area->prot, area->flags) ||
	    (next && next->start < end + more))
		return false;
	area_resize(&as->areas, area, area->start, end + more);
	as->pages += more / PAGE_SIZE;
	areas_merge_at(as, end + more);
	return true;
}

// MREMAP_FIXED and MREMAP_DONTUNMAP. What stood at the target goes first, also if the move then
// fails: as on Linux.
static int move_to(struct aspace *as, struct remap *remap, uint32_t flags)
{
	int error;

	if (flags & MREMAP_FIXED) {
		if (!range_valid(remap->new, remap->new_len))
			return -EINVAL;
		if (remap->new < remap->old + remap->old_len &&
		    remap->old < remap->new + remap->new_len)
			return -EINVAL;
		if (remap->new < USER_MIN)
			return -EPERM;
		error = unmap_locked(as, remap->new, remap->new + remap->new_len);
		if (error)
			return error;
	}
	if (remap->old_len > remap->new_len) {
		error = unmap_locked(as, remap->old + remap->new_len, remap->old + remap->old_len);
		if (error)
			return error;
		remap->old_len = remap->new_len;
	}
	if (!(flags & MREMAP_FIXED) &&
	    area_find_gap(&as->areas, MMAP_BASE, ULIM, remap->new_len, PAGE_SIZE, &remap->new))
		return -ENOMEM;
	return move(as, remap);
}

static int remap_locked(struct aspace *as, struct remap *remap, uint32_t flags)
{
	uintptr_t end = remap->old + remap->old_len;
	struct area *area;
	int error;

	if (!area_find(&as->areas, remap->old))
		return -EFAULT;
	if (flags & (MREMAP_FIXED | MREMAP_DONTUNMAP))
		return move_to(as, remap, flags);
	remap->new = remap->old;
	if (remap->old_len >= remap->new_len)
		return remap->old_len == remap->new_len ?
		               0 :
		               unmap_locked(as, remap->old + remap->new_len, end);
	error = find_source(as, remap->old, remap->old_len, &area);
	if (error)
		return error;
	if (remap->old_len && grow_in_place(as, area, end, remap->new_len - remap->old_len))
		return 0;
	if (!(flags & MREMAP_MAYMOVE) ||
	    area_find_gap(&as->areas, MMAP_BASE, ULIM, remap->new_len, PAGE_SIZE, &remap->new))
		return -ENOMEM;
	return move(as, remap);
}

int aspace_remap(struct aspace *as, uintptr_t old, size_t old_len, size_t new_len, uint32_t flags,
                 uintptr_t new, uintptr_t *va_store)
{
	struct remap remap = {
		.old = old,
		.new = new,
		.old_len = ROUND_UP(old_len, PAGE_SIZE),
		.new_len = ROUND_UP(new_len, PAGE_SIZE),
		.keep_old = (flags & MREMAP_DONTUNMAP) != 0,
	};
	int error;

	if ((flags & ~(MREMAP_MAYMOVE | MREMAP_FIXED | MREMAP_DONTUNMAP)) ||
	    ((flags & (MREMAP_FIXED | MREMAP_DONTUNMAP)) && !(flags & MREMAP_MAYMOVE)) ||
	    (remap.keep_old && remap.old_len != remap.new_len))
		return -EINVAL;
	if (old % PAGE_SIZE || remap.new_len == 0 || ((flags & MREMAP_FIXED) && new % PAGE_SIZE))
		return -EINVAL;
	if (old >= ULIM || remap.old_len > ULIM - old || remap.new_len > ULIM)
		return old >= ULIM ? -EFAULT : -EINVAL;
	rwlock_write_lock(&as->lock);
	error = remap_locked(as, &remap, flags);
	rwlock_write_unlock(&as->lock);
	*va_store = remap.new;
	return error;
}
