// object_reserve.c: jumbo pages of the pool that are put aside for holes of an object: a tree of
// indexes.
#include "mem/large_pool.h"
#include "vm/internal.h"
#include "vm/pagetree.h"

// What stands in the tree for an index: any page will do.
#define PROMISED zero_page

static void nothing(page_t *pp, void *arg)
{
	(void)pp;
	(void)arg;
}

static void unpromise(page_t *pp, void *arg)
{
	(void)pp;
	(void)arg;
	jumbo_unpromise(1);
}

void object_promise_kept(struct object *obj, uint32_t index)
{
	pagetree_remove(&obj->promises, index, index + 1, nothing, NULL);
}

void object_unpromise(struct object *obj, uint32_t first, uint32_t end)
{
	pagetree_remove(&obj->promises, first, end, unpromise, NULL);
}

static bool needs_promise(const struct object *obj, uint32_t index)
{
	return !pagetree_get(&obj->pages, index) && !pagetree_get(&obj->promises, index);
}

// Put aside a page for the hole at `index`.
static int promise(struct object *obj, uint32_t index)
{
	int error = jumbo_promise(1);

	if (error)
		return error;
	error = pagetree_insert(&obj->promises, index, PROMISED);
	if (error)
		jumbo_unpromise(1);
	return error;
}

int object_promise(struct object *obj, uint32_t first, uint32_t end)
{
	uint32_t fresh[USER_PDES / 32] = { 0 }; // which are new, should we have to take them back
	int error = 0;

	assert(end - first <= USER_PDES);
	for (uint32_t n = 0; n < end - first && !error; n++) {
		if (!needs_promise(obj, first + n))
			continue;
		error = promise(obj, first + n);
		if (!error)
			fresh[n / 32] |= 1u << n % 32;
	}
	for (uint32_t n = 0; n < end - first && error; n++)
		if (fresh[n / 32] & 1u << n % 32)
			object_unpromise(obj, first + n, first + n + 1);
	return error;
}
