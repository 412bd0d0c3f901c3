// object_reserve.c: large pages of the pool that are put aside for holes of an object: a tree of
// indexes.
#include "mem/large_pool.h"
#include "vm/internal.h"
#include "vm/pagetree.h"

// What stands in the tree for an index: any page will do.
#define RESERVED zero_page

static void nothing(page_t *pp, void *arg)
{
	(void)pp;
	(void)arg;
}

static void unreserve(page_t *pp, void *arg)
{
	(void)pp;
	(void)arg;
	large_unreserve(1);
}

void object_reserve_used(struct object *obj, uint32_t index)
{
	pagetree_remove(&obj->reservations, index, index + 1, nothing, NULL);
}

void object_unreserve(struct object *obj, uint32_t first, uint32_t end)
{
	pagetree_remove(&obj->reservations, first, end, unreserve, NULL);
}

static bool needs_reserve(const struct object *obj, uint32_t index)
{
	return !pagetree_get(&obj->pages, index) && !pagetree_get(&obj->reservations, index);
}

// Put aside a page for the hole at `index`.
static int reservation(struct object *obj, uint32_t index)
{
	int error = large_reserve(1);

	if (error)
		return error;
	error = pagetree_insert(&obj->reservations, index, RESERVED);
	if (error)
		large_unreserve(1);
	return error;
}

int object_reserve(struct object *obj, uint32_t first, uint32_t end)
{
	uint32_t fresh[USER_PDES / 32] = { 0 }; // which are new, should we have to take them back
	int error = 0;

	assert(end - first <= USER_PDES);
	for (uint32_t n = 0; n < end - first && !error; n++) {
		if (!needs_reserve(obj, first + n))
			continue;
		error = reservation(obj, first + n);
		if (!error)
			fresh[n / 32] |= 1u << n % 32;
	}
	for (uint32_t n = 0; n < end - first && error; n++)
		if (fresh[n / 32] & 1u << n % 32)
			object_unreserve(obj, first + n, first + n + 1);
	return error;
}
