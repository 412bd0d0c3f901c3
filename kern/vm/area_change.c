// area_change.c: a part of an area gets another protection, other flags, or another userfaultfd. It
// becomes an area of its own, goes to a neighbour that is like it, or merges with its neighbours.
#include "vm/area_edit.h"
#include "vm/object_internal.h"
#include "vm/ptes.h"
#include "vm/uffd.h"

// `area` is about to take over a part of `other`, which maps the same object. If a truncation that
// is under way has visited only one of the two, it must visit `area` again.
// Caller: holds the space's lock for writing.
static void visit_both(struct area *area, const struct area *other)
{
	assert_write_held(&area->as->lock);
	if (unlikely(area->object && area->object_round != other->object_round))
		object_visit_again(area);
}

// Let a neighbour of `area` take over the part that is to become `wanted`, if the neighbour and
// that part are alike. Only a border moves then: no area is made, and nothing can fail. (A program
// that protects its memory page by page, upwards, meets this case every time.) Returns true if a
// border has moved.
static bool border_moved(struct aspace *as, struct area *area, const struct area *wanted)
{
	struct area *low = area_prev(&as->areas, area), *high = area_next(&as->areas, area);

	if (wanted->start == area->start && wanted->end < area->end && low &&
	    low->end == wanted->start && areas_alike(low, wanted)) {
		visit_both(low, area);
		area_keep_dirty(low, wanted->flags);
		area->offset += wanted->end - wanted->start;
		area_resize(&as->areas, area, wanted->end, area->end);
		area_resize(&as->areas, low, low->start, wanted->end);
		return true;
	}
	if (wanted->end == area->end && wanted->start > area->start && high &&
	    high->start == wanted->end && areas_alike(wanted, high)) {
		visit_both(high, area);
		area_keep_dirty(high, wanted->flags);
		area_resize(&as->areas, area, area->start, wanted->start);
		high->offset = wanted->offset;
		area_resize(&as->areas, high, wanted->start, high->end);
		return true;
	}
	return false;
}

// area_change for a part of the area. Moves a border if possible, else splits. Stores in
// *part_store the area that is now exactly that part, or NULL if the part has gone to a neighbour.
// Returns 0; -EINVAL for a cut through a large page; or the errors of areas_split_at.
static __noinline int cut_out(struct aspace *as, struct area *area, const struct area *wanted,
                              struct area **part_store)
{
	int error;

	*part_store = NULL;
	if (uncut_at(area->ops, wanted->start | wanted->end))
		return -EINVAL;
	if (!area->ops->uncut && border_moved(as, area, wanted))
		return 0;
	error = areas_split_at(as, wanted->start, wanted->end);
	if (!error)
		*part_store = area_find(&as->areas, wanted->start);
	return error;
}

// Note that `area` may have marks of userfaultfd. If it has an object, its page tables become private
// before: a change of the object may leave marks in them. Returns 0 or -ENOMEM. Yields. Caller: holds
// as->lock for writing.
static int note_marks(struct area *area)
{
	int error = 0;

	assert_write_held(&area->as->lock);
	if (area->object && !(area->flags & AREA_MARKED))
		error = tables_make_private(area->as, area->start, area->end);
	if (error)
		return error;
	area->flags |= AREA_MARKED;
	area->ops = area->ops->plain->registered;
	return 0;
}

// If the area that begins at `va` and the one before it differ only in that one of them may have marks
// of userfaultfd, note that both may: so they merge, as on Linux, where marks belong to no area. They stay
// apart if out of memory. Returns true if the one before has got the mark. Yields. Caller: holds as->lock for
// writing.
static bool share_marks(struct aspace *as, uintptr_t va)
{
	struct area *high = area_find(&as->areas, va), *low, twin;

	assert_write_held(&as->lock);
	low = high && high->start == va ? area_prev(&as->areas, high) : NULL;
	if (!low || low->end != va || low->ops->plain != high->ops->plain)
		return false;
	twin = *low;
	twin.flags ^= AREA_MARKED;
	twin.ops = high->ops;
	if (!areas_alike(&twin, high))
		return false;
	if (!note_marks(low))
		(void)note_marks(high);
	return low->flags & AREA_MARKED;
}

// Merge the areas at both ends of [start, end), which have changed.
static void merge_changed(struct aspace *as, uintptr_t start, uintptr_t end)
{
	if (unlikely(as->had_uffds)) {
		(void)share_marks(as, start);
		if (share_marks(as, end))
			(void)share_marks(as, start); // marks that came from the area above
	}
	areas_merge_at(as, end);
	areas_merge_at(as, start);
}

int area_change(struct aspace *as, struct area *area, uintptr_t start, uintptr_t end, int prot,
                uint32_t flags)
{
	assert_write_held(&as->lock);
	assert(area_may_write_object(flags) == area_may_write_object(area->flags));
	if (start > area->start || end < area->end) {
		struct area wanted = *area, *part;
		int error;

		wanted.start = start;
		wanted.end = end;
		wanted.offset += start - area->start;
		wanted.prot = (uint8_t)prot;
		wanted.flags = flags;
		error = cut_out(as, area, &wanted, &part);
		if (error || !part)
			return error;
		area = part;
	}
	area->prot = (uint8_t)prot;
	area->flags = flags;
	merge_changed(as, start, end);
	return 0;
}

int area_change_name(struct aspace *as, struct area *area, uintptr_t start, uintptr_t end,
                     const char *name)
{
	struct area wanted = *area, *part = area;
	int error = 0;

	assert_write_held(&as->lock);
	assert(!area->name || (area->flags & AREA_LABELLED));
	wanted.start = start;
	wanted.end = end;
	wanted.offset += start - area->start;
	wanted.name = name;
	wanted.flags = (area->flags & ~AREA_LABELLED) | (name ? AREA_LABELLED : 0);
	if (start > area->start || end < area->end)
		error = cut_out(as, area, &wanted, &part);
	if (error || !part)
		return error;
	if (part->name)
		area_name_put(part);
	part->name = name;
	part->flags = wanted.flags;
	if (name)
		area_name_get(part);
	merge_changed(as, start, end);
	return 0;
}

// The part's backend follows from its context: without one the area has the plain table, unless
// it is marked.
int area_change_uffd(struct aspace *as, struct area *area, uintptr_t start, uintptr_t end,
                     struct uffd *uffd, uint32_t flags)
{
	bool plain = !uffd && !(flags & AREA_MARKED);
	const struct area_ops *ops = plain ? area->ops->plain : area->ops->plain->registered;
	struct area wanted = *area, *part = area;
	int error = 0;

	assert_write_held(&as->lock);
	assert(area_may_write_object(flags) == area_may_write_object(area->flags));
	wanted.start = start;
	wanted.end = end;
	wanted.offset += start - area->start;
	wanted.flags = flags;
	wanted.ops = ops;
	wanted.uffd = uffd;
	if (start > area->start || end < area->end)
		error = cut_out(as, area, &wanted, &part);
	if (error || !part)
		return error;
	if (uffd)
		uffd_get(uffd);
	if (part->uffd)
		uffd_put(part->uffd);
	part->uffd = uffd;
	part->ops = ops;
	part->flags = flags;
	merge_changed(as, start, end);
	return 0;
}
