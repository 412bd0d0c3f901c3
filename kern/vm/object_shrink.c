// object_shrink.c: taking pages out of objects: truncation, holes. Both may be long, so the object's lock
// is released whenever it is time to yield. Meanwhile `changing` keeps others from adding pages or
// changing the size, and of a hole in the middle also from mapping pages; what reads goes on.
#include <abi/fcntl.h>

#include "vm/internal.h"
#include "vm/object.h"
#include "vm/pagetree.h"

// What work costs, in instructions or so: to look at an area, to take out a page, to clear a byte.
#define VISIT_COST 60
#define DROP_COST 100
#define DROP_EACH (8 * PAGETREE_LEAF) // pages taken out between two looks at the count
#define CLEAR_PIECE (64u << 10)       // bytes cleared between two looks at the count

// How many changes have begun or ended, of all objects; and how many are under way. [a]
static uint32_t changes, under_way;

uint32_t object_changes(void)
{
	return changes;
}

bool object_changed_since(uint32_t mark)
{
	return changes != mark || under_way;
}

void object_wait_settled(struct object *obj)
{
	while (obj->changing) {
		struct waiter waiter;

		waiter_add(&obj->settled, &waiter);
		mutex_unlock(&obj->lock);
		(void)waiter_block(WAIT_UNINTERRUPTIBLE, NO_DEADLINE);
		waiter_remove(&waiter);
		mutex_lock(&obj->lock);
	}
}

void object_lock_settled(struct object *obj)
{
	mutex_lock(&obj->lock);
	if (unlikely(obj->changing))
		object_wait_settled(obj);
}

void object_change_begin(struct object *obj, bool punching)
{
	changes++;
	under_way++;
	obj->changing = true;
	obj->punching = punching;
	obj->round = obj->round == UINT16_MAX ? 1 : obj->round + 1;
}

void object_change_end(struct object *obj)
{
	changes++;
	under_way--;
	obj->changing = obj->punching = false;
	waitq_wake_all(&obj->settled);
}

// Yield in the middle of a change. Caller: holds the lock, which is released meanwhile.
static void change_yield(struct object *obj)
{
	mutex_unlock(&obj->lock);
	thread_yield_point();
	mutex_lock(&obj->lock);
}

void object_catch_up(struct area *area)
{
	uintptr_t start = area->start, end = area->end, beyond = end;
	uint64_t size;

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
	ptes_unmap(area->as, beyond, end);
}

void object_visit_again(struct area *area)
{
	struct object *obj = area->object;

	mutex_lock(&obj->lock);
	if (obj->changing) {
		area->object_round = 0;
		list_remove(&area->object_link);
		list_add(&obj->areas, &area->object_link);
	}
	mutex_unlock(&obj->lock);
}

// How to take a range out of the space of an area of small pages: ptes_unmap_some or the like.
typedef uintptr_t (*unmap_fn)(struct aspace *as, uintptr_t start, uintptr_t end);

// Take [from, to), bytes of the object that `area` maps, out of its space, until it is time to yield.
// Returns where it stopped.
static uint64_t unmap_area(const struct area *area, uint64_t from, uint64_t to, unmap_fn unmap)
{
	uintptr_t start = area->start + (uintptr_t)(from - area->offset);
	uintptr_t end = area->start + (uintptr_t)(to - area->offset);

	if (!area->ops->discard)
		return area->offset + (unmap(area->as, start, end) - area->start);
	area->ops->discard((struct area *)area, start, end);
	return to;
}

// Take [first, end), page-aligned, out of every mapping. Areas that have been visited go to the end of
// the list; those that are made meanwhile come in front. Caller: holds the lock.
static void unmap_everywhere(struct object *obj, uint64_t first, uint64_t end, unmap_fn unmap)
{
	while (!list_empty(&obj->areas)) {
		struct area *area = list_first(&obj->areas, struct area, object_link);
		uint64_t offset = area->offset, area_end = offset + (area->end - area->start);
		uint64_t from = MAX(first, offset), to = MIN(end, area_end);

		if (area->object_round == obj->round)
			break;
		// An area that has changed while the lock was released is visited from its start.
		while (from < to && (from = unmap_area(area, from, to, unmap)) < to) {
			change_yield(obj);
			if (list_empty(&obj->areas) ||
			    area != list_first(&obj->areas, struct area, object_link) ||
			    area->offset != offset ||
			    area->offset + (area->end - area->start) != area_end)
				break;
		}
		if (from < to)
			continue;
		area->object_round = obj->round;
		list_remove(&area->object_link);
		list_add_tail(&obj->areas, &area->object_link);
		if (yield_due(VISIT_COST))
			change_yield(obj);
	}
}

static void drop_page(page_t *pp, void *arg)
{
	struct object *obj = arg;

	obj->resident--;
	if (page_is_untouched(pp))
		pp->flags = 0;
	pp->owner = NULL;
	page_decref(pp);
}

bool object_drop_some(struct object *obj, uint32_t first, uint32_t end)
{
	size_t before = obj->resident;
	uint32_t index;

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

void object_drop_nodes(struct object *obj)
{
	pagetree_remove(&obj->pages, 0, UINT32_MAX, drop_page, obj);
}

// Take the pages [first, end) out of the object and of every mapping. Caller: holds the lock.
static void remove_pages(struct object *obj, uint64_t first, uint64_t end, unmap_fn unmap)
{
	uint32_t from = (uint32_t)(first >> obj->shift), to = (uint32_t)(end >> obj->shift);

	unmap_everywhere(obj, first, end, unmap);
	while (object_drop_some(obj, from, to))
		change_yield(obj);
	object_unreserve(obj, from, to);
}

// Clear [start, end), which lies in one page, if that is in memory. Caller: holds the lock.
static void clear_part(struct object *obj, uint64_t start, uint64_t end)
{
	while (start < end) {
		page_t *pp = pagetree_get(&obj->pages, (uint32_t)(start >> obj->shift));
		size_t at = (size_t)start & (object_page_size(obj) - 1);
		size_t n = (size_t)MIN(end - start, (uint64_t)CLEAR_PIECE);

		if (!pp)
			return;
		memset((char *)page_to_virt(pp) + at, 0, n);
		start += n;
		if (yield_due(n / 4))
			change_yield(obj);
	}
}

// Cut the object off. Caller: holds the lock.
static void shrink(struct object *obj, uint64_t size)
{
	uint64_t first = ROUND_UP(size, object_page_size(obj));

	object_change_begin(obj, false);
	obj->size = size;
	clear_part(obj, size, first);
	remove_pages(obj, first, OBJECT_MAX, ptes_unmap_some);
	object_change_end(obj);
}

int object_truncate(struct object *obj, uint64_t size)
{
	int error = 0;

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

int object_punch(struct object *obj, uint64_t offset, uint64_t len)
{
	uint64_t end = MIN(offset + len, OBJECT_MAX);
	size_t page = object_page_size(obj);
	uint64_t first = ROUND_UP(offset, page), last = ROUND_DOWN(end, page);
	int error = object_writer_enter(obj);

	if (error)
		return error;
	object_lock_settled(obj);
	object_change_begin(obj, true);
	if (first < last)
		remove_pages(obj, first, last, ptes_unmap_object_some);
	clear_part(obj, offset, MIN(first, end));
	if (last >= first)
		clear_part(obj, last, end);
	object_change_end(obj);
	mutex_unlock(&obj->lock);
	object_writer_leave(obj);
	return 0;
}
