// object_reserve.c: large pages that are reserved for holes of an object: the set of such holes,
// kept as a tree of indexes.
#include "mem/large_pool.h"
#include "vm/lock_asserts.h"
#include "vm/object_internal.h"
#include "vm/pagetree.h"

// The value of an index in the tree. Only its presence matters, so any page will do.
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
	assert_mutex_held(&obj->lock);
	pagetree_remove(&obj->reservations, index, index + 1, nothing, NULL);
}

void object_unreserve(struct object *obj, uint32_t first, uint32_t end)
{
	assert_object_held(obj);
	pagetree_remove(&obj->reservations, first, end, unreserve, NULL);
}

// Returns true if page `index` is a hole without a reservation.
static bool needs_reserve(const struct object *obj, uint32_t index)
{
	return !pagetree_get(&obj->pages, index) && !pagetree_get(&obj->reservations, index);
}

// Reserve a page for the hole at `index`. Returns 0 or -ENOMEM with nothing changed.
static int reserve_hole(struct object *obj, uint32_t index)
{
	int error = large_reserve(1);

	if (error)
		return error;
	error = pagetree_insert(&obj->reservations, index, RESERVED);
	if (error)
		large_unreserve(1);
	return error;
}

// All or nothing: `fresh` remembers which reservations are new, so that a failure takes back just
// these. A user's range has at most USER_PDES large pages.
int object_reserve(struct object *obj, uint32_t first, uint32_t end)
{
	uint32_t fresh[USER_PDES / 32] = { 0 }; // bit n: this call has reserved page first + n
	int error = 0;

	assert_mutex_held(&obj->lock);
	assert(end - first <= USER_PDES);
	for (uint32_t n = 0; n < end - first && !error; n++) {
		if (!needs_reserve(obj, first + n))
			continue;
		error = reserve_hole(obj, first + n);
		if (!error)
			fresh[n / 32] |= 1u << n % 32;
	}
	for (uint32_t n = 0; n < end - first && error; n++)
		if (fresh[n / 32] & 1u << n % 32)
			object_unreserve(obj, first + n, first + n + 1);
	return error;
}
