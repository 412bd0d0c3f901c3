// area_pieces.c: areas one by one: made, copied, cut in two, made one again.
#include "mem/heap.h"
#include "vm/internal.h"
#include "vm/object.h"

struct area *area_new(struct aspace *as, const struct map_request *request, uintptr_t start,
                      uintptr_t end)
{
	struct area *area = kzalloc(sizeof(*area));

	if (!area)
		return NULL;
	area->start = start;
	area->end = end;
	area->prot = request->prot;
	area->flags = request->flags;
	area->as = as;
	area->name = request->name;
	area->ops = request->ops ? request->ops : request->object ? &object_ops : &anon_ops;
	list_init(&area->object_link);
	area->offset = request->offset;
	if (request->object) {
		area->object = object_get(request->object);
		mutex_lock(&area->object->lock);
		list_add_tail(&area->object->areas, &area->object_link);
		mutex_unlock(&area->object->lock);
	}
	return area;
}

void area_release(struct area *area)
{
	if (area->object) {
		mutex_lock(&area->object->lock);
		list_remove(&area->object_link);
		mutex_unlock(&area->object->lock);
		object_put(area->object);
	}
	kfree(area);
}

struct area *area_copy(const struct area *area, struct aspace *as)
{
	struct map_request like = {
		.prot = area->prot,
		.flags = area->flags,
		.ops = area->ops,
		.object = area->object,
		.offset = area->offset,
		.name = area->name,
	};

	return area_new(as, &like, area->start, area->end);
}

// May `high`, which begins where `low` ends, be part of the same area?
static bool areas_alike(const struct area *low, const struct area *high)
{
	return low->prot == high->prot && low->flags == high->flags && low->ops == high->ops &&
	       low->object == high->object && low->name == high->name &&
	       !(low->flags & AREA_GROWSDOWN) &&
	       (low->ops == &anon_ops || low->offset + (low->end - low->start) == high->offset);
}

void area_drop(struct aspace *as, struct area *area)
{
	area_remove(&as->areas, area);
	if (as->hint == area)
		as->hint = NULL;
	area_release(area);
}

void areas_merge_at(struct aspace *as, uintptr_t va)
{
	struct area *high = area_find(&as->areas, va), *low;
	uintptr_t end;

	if (!high || high->start != va)
		return;
	low = area_prev(&as->areas, high);
	if (!low || low->end != va || !areas_alike(low, high))
		return;
	end = high->end;
	area_drop(as, high);
	area_resize(&as->areas, low, low->start, end);
}

// Cut `area` at `va`, with `high`, a copy of it, as the upper part.
static void split_commit(struct aspace *as, struct area *area, struct area *high, uintptr_t va)
{
	high->start = va;
	high->offset += va - area->start;
	area_resize(&as->areas, area, area->start, va);
	area_insert(&as->areas, high);
}

// The area that `va` cuts in two, or NULL.
static struct area *cut_by(struct aspace *as, uintptr_t va)
{
	struct area *area = area_find(&as->areas, va);

	return area && area->start < va ? area : NULL;
}

int areas_split_at(struct aspace *as, uintptr_t start, uintptr_t end)
{
	struct area *first = cut_by(as, start), *last = cut_by(as, end);
	struct area *first_high = NULL, *last_high = NULL;

	if (first && !(first_high = area_copy(first, as)))
		return -ENOMEM;
	if (last && !(last_high = area_copy(last, as))) {
		if (first_high)
			area_release(first_high);
		return -ENOMEM;
	}
	if (last)
		split_commit(as, last, last_high, end);
	if (first) {
		first_high->end = first->end; // the other cut may have shortened it
		split_commit(as, first, first_high, start);
	}
	return 0;
}
