// named_create.c: create and delete named areas. An area is in the registry only while it
// is complete, so no other call finds one that is half made.
#include "named/named_internal.h"
#include "thread/yield.h"
#include "vm/mapping.h"
#include <abi/mman.h>

bool named_name_valid(const char *name)
{
	size_t len = strnlen(name, AREA_NAME_MAX);

	if (len == 0 || len == AREA_NAME_MAX)
		return false;
	for (size_t i = 0; i < len; i++)
		if ((uint8_t)name[i] < ' ' || name[i] == 0x7F)
			return false;
	return true;
}

bool named_place_valid(uintptr_t hint, size_t size)
{
	if (size == 0 || size % PAGE_SIZE)
		return false;
	return hint == 0 || (hint >= USER_MIN && range_valid(hint, size));
}

#define ALLOC_COST 500000 // instructions, roughly, of a search for a run of pages
#define ADOPT_COST 1500   // and to clear a page and put it into an object

// Allocate `n` adjacent pages; search all memory, with yields. Returns 0 or -ENOMEM.
static int alloc_run(page_t **pp_store, size_t n)
{
	int error = -ENOMEM;

	for (size_t done = 0; error && done <= page_total; done += PAGE_SEARCH_MIN) {
		error = page_alloc_run(pp_store, n);
		if (yield_after(ALLOC_COST))
			break;
	}
	return error;
}

// Give a new object all its pages, at consecutive physical addresses. Returns as named_fill. On a
// failure the pages that the object has adopted end with the object; the others are freed here.
static int fill_contiguous(struct object *obj, size_t size)
{
	size_t n = size >> PAGE_SHIFT, done = 0;
	page_t *pp;
	int error = -ENOMEM;

	if (named_has_room(size))
		error = alloc_run(&pp, n);
	if (error)
		return error;
	for (; done < n && !error; done += !error) {
		page_clear(pp + done);
		error = object_adopt_page(obj, (uint32_t)done, pp + done);
		(void)yield_after(ADOPT_COST);
	}
	for (; done < n; done++) {
		page_free(pp + done);
		(void)yield_after(ADOPT_COST / 50);
	}
	return error;
}

// Make the memory of a new area, and, if it is to be locked in full or contiguous, its pages.
// Returns 0 or -ENOMEM.
static int make_memory(struct named_area *named, size_t size)
{
	int error;

	named->memory.ops = &object_ops;
	named->memory.may_write = true;
	named->memory.object = object_create();
	if (!named->memory.object)
		return -ENOMEM;
	error = object_truncate(named->memory.object, size);
	if (!error && named->lock == AREA_LOCK_FULL)
		error = named_has_room(size) ? named_fill(named->memory.object, 0, size) : -ENOMEM;
	else if (!error && named->lock == AREA_LOCK_CONTIGUOUS)
		error = fill_contiguous(named->memory.object, size);
	return error;
}

// Returns true if the request is valid by the rules of inc/sys/area.h.
static bool request_valid(const struct area_request *request)
{
	size_t maximum = request->maximum ? request->maximum : request->size;

	return named_name_valid(request->name) && named_place_valid(request->address, maximum) &&
	       request->size && request->size % PAGE_SIZE == 0 && request->size <= maximum &&
	       named_prot_valid(request->protection) && request->lock <= AREA_LOCK_CONTIGUOUS &&
	       request->access <= AREA_ACCESS_WRITE &&
	       (request->lock != AREA_LOCK_CONTIGUOUS || maximum == request->size);
}

// Make one area, and put it at the end of `made`; it is not in the registry yet. Returns 0 or
// -errno, with nothing left behind.
static int create_one(struct aspace *as, int creator, const struct area_request *request,
                      struct list *made)
{
	struct named_area *named;
	int error;

	if (!request_valid(request))
		return -EINVAL;
	named = named_new(as, creator, request->name);
	if (!named)
		return -ENOMEM;
	named->memory.maximum = request->maximum ? request->maximum : request->size;
	named->prot = (uint8_t)request->protection;
	named->access = (uint8_t)request->access;
	named->lock = (uint8_t)request->lock;
	error = make_memory(named, request->size);
	if (!error)
		error = named_map(named, request->address);
	if (error) {
		named_destroy(named);
		return error;
	}
	named_populate(named, 0, request->size);
	list_add_tail(made, &named->link);
	return 0;
}

static void destroy_all(struct list *areas)
{
	while (!list_empty(areas)) {
		struct named_area *named = list_first(areas, struct named_area, link);

		list_remove(&named->link);
		named_destroy(named);
	}
}

// Store ids and addresses of the areas of `made`, which are in the registry now, and take them off
// the list. From named_done on other calls may delete an area: so its address is stored first.
static void report(struct list *made, struct area_request *request)
{
	while (!list_empty(made)) {
		struct named_area *named = list_first(made, struct named_area, link);

		list_remove(&named->link);
		request->id = named->id;
		request->address = named->start;
		request++;
		named_done(named);
	}
}

// Make all areas first, then publish them in one step: no other call sees only some of them.
int named_create(struct aspace *as, int creator, struct area_request *requests, size_t count)
{
	struct list made;
	int error = 0;

	assert_no_lock();
	list_init(&made);
	for (size_t i = 0; i < count && !error; i++)
		error = create_one(as, creator, &requests[i], &made);
	if (!error)
		error = named_publish(&made);
	if (error)
		destroy_all(&made);
	else
		report(&made, requests);
	return error;
}

// Mark area `id` as one to delete. Returns 0; -EINVAL without such an area, or if it is marked
// already (an id given twice); -EPERM. Caller: holds named_lock.
static int doom(struct aspace *as, int id)
{
	struct named_area *named = named_lookup(id);

	assert_mutex_held(&named_lock);
	if (!named || named->doomed)
		return -EINVAL;
	if (named->as != as)
		return -EPERM;
	named->doomed = true;
	return 0;
}

// Returns true if another call is changing one of these areas of `as`. Caller: holds named_lock.
static bool any_busy(struct aspace *as, const int *ids, size_t count)
{
	assert_mutex_held(&named_lock);
	for (size_t i = 0; i < count; i++) {
		const struct named_area *named = named_lookup(ids[i]);

		if (named && named->as == as && named->busy)
			return true;
	}
	return false;
}

// Decide, then commit, under one lock: mark all areas; if all can go, remove them from the
// registry; else take the marks back. Then, without the lock, unmap and free them.
int named_delete(struct aspace *as, const int *ids, size_t count)
{
	struct list doomed;
	size_t done = 0;
	int error = 0;

	assert_no_lock();
	list_init(&doomed);
	mutex_lock(&named_lock);
	while (any_busy(as, ids, count))
		named_wait();
	for (; done < count && !error; done += !error)
		error = doom(as, ids[done]);
	while (done > 0) {
		struct named_area *named = named_lookup(ids[--done]);

		named->doomed = false;
		if (error)
			continue;
		named_unpublish(named);
		list_add_tail(&doomed, &named->link);
	}
	mutex_unlock(&named_lock);
	destroy_all(&doomed);
	return error;
}
