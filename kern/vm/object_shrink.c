// object_shrink.c: remove pages from objects: truncation and holes. Both may take long, so the
// object's lock is released whenever it is time to yield. Meanwhile `changing` keeps others from
// adding pages or changing the size, and for a hole in the middle (`punching`) also from mapping
// pages. Reads go on.
//
// A page must leave all mappings before it leaves the object: else a program could still write to
// a page that is free. How the change finds every mapping although areas come, go, split and merge
// while the lock is released: it visits the areas from the front of the object's list, and moves
// each finished one to the end, marked with the number of the round. New areas enter at the front.
// The change is done when it meets an area that is marked.
#include <abi/fcntl.h>

#include "thread/yield.h"
#include "vm/object.h"
#include "vm/object_internal.h"
#include "vm/pagetree.h"
#include "vm/ptes.h"
#include "vm/uffd_internal.h"

// About how many instructions it takes to look at an area, and to remove a page.
#define VISIT_COST 60
#define DROP_COST 100
#define DROP_EACH (8 * PAGETREE_LEAF) // pages to remove between two checks of the time
#define CLEAR_PIECE (64u << 10)       // bytes to clear between two checks of the time

int object_change_yield(struct object *obj)
{
	int error;

	assert_mutex_held(&obj->lock);
	mutex_unlock(&obj->lock);
	error = thread_yield_point_killable();
	mutex_lock(&obj->lock);
	return error;
}

void object_round_begin(struct object *obj)
{
	assert_mutex_held(&obj->lock);
	obj->round = obj->round == UINT16_MAX ? 1 : obj->round + 1;
}

struct area *object_round_next(const struct object *obj)
{
	struct area *area;

	assert_mutex_held(&obj->lock);
	if (list_empty(&obj->areas))
		return NULL;
	area = list_first(&obj->areas, struct area, object_link);
	return area->object_round == obj->round ? NULL : area;
}

void object_round_visited(struct object *obj, struct area *area)
{
	assert_mutex_held(&obj->lock);
	area->object_round = obj->round;
	list_remove(&area->object_link);
	list_add_tail(&obj->areas, &area->object_link);
}

// Two things may be wrong in the area: pages that the object no longer has (a hole was made), and
// anything beyond the new end, private copies too (a truncation).
void object_catch_up(struct area *area)
{
	uintptr_t start = area->start, end = area->end, beyond = end;
	uint64_t size;

	assert_areas_still(area->as);
	if (!area->object || area->ops->uncut)
		return;
	object_lock_settled(area->object);
	size = ROUND_UP(area->object->size, PAGE_SIZE);
	mutex_unlock(&area->object->lock);
	if (size <= area->offset)
		beyond = start;
	else if (size - area->offset < end - start)
		beyond = start + (uintptr_t)(size - area->offset);
	ptes_unmap_strangers(area->as, start, beyond, area->object);
	ptes_truncate(area->as, beyond, end);
}

// Clear the mark and move the area to the front of the list, where the change continues.
void object_visit_again(struct area *area)
{
	struct object *obj = area->object;

	assert_write_held(&area->as->lock);
	mutex_lock(&obj->lock);
	if (obj->changing) {
		area->object_round = 0;
		list_remove(&area->object_link);
		list_add(&obj->areas, &area->object_link);
	}
	mutex_unlock(&obj->lock);
}

// How to remove a range of an area of small pages: ptes_truncate_some or ptes_punch_some.
typedef uintptr_t (*unmap_fn)(struct aspace *as, uintptr_t start, uintptr_t end);

// Remove [from, to), bytes of the object, from the space of `area`, until it is time to yield.
// Returns the byte where it stopped.
static uint64_t unmap_area(const struct area *area, uint64_t from, uint64_t to, unmap_fn unmap)
{
	uintptr_t start = area->start + (uintptr_t)(from - area->offset);
	uintptr_t end = area->start + (uintptr_t)(to - area->offset), stop;

	if (area->ops->discard) {
		// As on Linux, a truncation takes the marks of large pages with it.
		area->ops->discard((struct area *)area, start, end, unmap == ptes_punch_some);
		return to;
	}
	if (likely(!uffd_may_mark(area)))
		stop = unmap(area->as, start, end);
	else if (unmap == ptes_punch_some)
		stop = uffd_unmap_object(area, start, end);
	else
		stop = uffd_unmap_some(area, start, end);
	return area->offset + (stop - area->start);
}

// Remove [first, end), page-aligned bytes of the object, from every mapping. Releases the lock at
// yields; after each it checks that its area is still the first on the list and has not changed.
// At the end each area of the list is marked with this round, or with 0 if it came later; so the
// number of a round may be used again after all others.
// Caller: holds the object's lock.
static void unmap_everywhere(struct object *obj, uint64_t first, uint64_t end, unmap_fn unmap)
{
	struct area *area;

	assert_mutex_held(&obj->lock);
	object_round_begin(obj);
	while ((area = object_round_next(obj))) {
		uint64_t offset = area->offset, area_end = offset + (area->end - area->start);
		uint64_t from = MAX(first, offset), to = MIN(end, area_end);

		// An area that has changed while the lock was released is visited again from its
		// start.
		while (from < to && (from = unmap_area(area, from, to, unmap)) < to) {
			(void)object_change_yield(obj);
			if (list_empty(&obj->areas) ||
			    area != list_first(&obj->areas, struct area, object_link) ||
			    area->offset != offset ||
			    area->offset + (area->end - area->start) != area_end)
				break;
		}
		if (from < to)
			continue;
		object_round_visited(obj, area);
		if (yield_due(VISIT_COST))
			(void)object_change_yield(obj);
	}
}

// The object drops its reference on a page. A pin may still keep the page alive; so its owner is
// cleared: it belongs to nobody now.
static void drop_page(page_t *pp, void *arg)
{
	struct object *obj = arg;

	obj->resident--;
	if (page_is_untouched(pp))
		pp->flags = 0;
	pp->owner = NULL;
	page_decref(pp);
}

// pagetree_next skips large holes, so the time depends on the pages that exist, not on the range.
bool object_drop_some(struct object *obj, uint32_t first, uint32_t end)
{
	size_t before = obj->resident;
	uint32_t index;

	assert_object_held(obj);
	while (pagetree_next(&obj->pages, first, end, &index)) {
		uint32_t part_end = MIN(end, ROUND_DOWN(index, PAGETREE_LEAF) + DROP_EACH);

		pagetree_remove(&obj->pages, index, part_end, drop_page, obj);
		first = part_end;
		if (yield_due((uint32_t)(before - obj->resident) * DROP_COST + DROP_COST))
			return first < end;
		before = obj->resident;
	}
	return false;
}

void object_remove_page(struct object *obj, uint32_t index)
{
	assert_mutex_held(&obj->lock);
	pagetree_remove(&obj->pages, index, index + 1, drop_page, obj);
}

void object_drop_nodes(struct object *obj)
{
	assert_object_held(obj);
	pagetree_remove(&obj->pages, 0, UINT32_MAX, drop_page, obj);
}

// Remove the bytes [first, end) from every mapping, and then from the object. Caller: holds the
// object's lock.
static void remove_pages(struct object *obj, uint64_t first, uint64_t end, unmap_fn unmap)
{
	uint32_t from = (uint32_t)(first >> obj->shift), to = (uint32_t)(end >> obj->shift);

	assert_mutex_held(&obj->lock);
	unmap_everywhere(obj, first, end, unmap);
	while (object_drop_some(obj, from, to))
		(void)object_change_yield(obj);
	object_unreserve(obj, from, to);
}

// Clear [start, end), which lies in one page, if that page is in memory. Looks the page up again
// after each yield: it may be gone. Caller: holds the object's lock.
static void clear_part(struct object *obj, uint64_t start, uint64_t end)
{
	assert_mutex_held(&obj->lock);
	while (start < end) {
		page_t *pp = pagetree_get(&obj->pages, (uint32_t)(start >> obj->shift));
		size_t at = (size_t)start & (object_page_size(obj) - 1);
		size_t n = (size_t)MIN(end - start, (uint64_t)CLEAR_PIECE);

		if (!pp)
			return;
		memset((char *)page_to_virt(pp) + at, 0, n);
		start += n;
		if (yield_due(n / 4))
			(void)object_change_yield(obj);
	}
}

// Truncate the object to `size`, which is smaller. The size changes first: from then on faults and
// reads fail beyond it. Caller: holds the object's lock.
static void shrink(struct object *obj, uint64_t size)
{
	uint64_t first = ROUND_UP(size, object_page_size(obj));

	assert_mutex_held(&obj->lock);
	object_change_begin(obj, false);
	obj->size = size;
	clear_part(obj, size, first);
	remove_pages(obj, first, OBJECT_MAX, ptes_truncate_some);
	object_change_end(obj);
}

int object_truncate(struct object *obj, uint64_t size)
{
	int error = 0;

	assert_may_yield();
	if (size > OBJECT_MAX)
		return -EFBIG;
	object_lock_settled(obj);
	if ((size < obj->size && (obj->seals & F_SEAL_SHRINK)) ||
	    (size > obj->size && (obj->seals & F_SEAL_GROW)))
		error = -EPERM;
	else if (size < obj->size)
		shrink(obj, size);
	else
		obj->size = size;
	mutex_unlock(&obj->lock);
	return error;
}

// A hole consists of whole pages in the middle, and up to two parts of pages, which are cleared.
// `last` is below `first` if the hole lies in a single page.
int object_punch(struct object *obj, uint64_t offset, uint64_t len)
{
	uint64_t end = MIN(offset + len, OBJECT_MAX);
	size_t page = object_page_size(obj);
	uint64_t first = ROUND_UP(offset, page), last = ROUND_DOWN(end, page);
	int error = object_writer_enter(obj);

	assert_may_yield();
	if (error)
		return error;
	object_lock_settled(obj);
	object_change_begin(obj, true);
	if (first < last)
		remove_pages(obj, first, last, ptes_punch_some);
	clear_part(obj, offset, MIN(first, end));
	if (last >= first)
		clear_part(obj, last, end);
	object_change_end(obj);
	mutex_unlock(&obj->lock);
	object_writer_leave(obj);
	return 0;
}
