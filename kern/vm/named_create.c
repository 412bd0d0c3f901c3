// named_create.c: named areas made, cloned and deleted. Each operation holds named_lock, so nobody meets
// an area that is half made.
#include "vm/named_internal.h"

static bool name_valid(const char *name)
{
	size_t len = strnlen(name, AREA_NAME_MAX);

	if (len == 0 || len == AREA_NAME_MAX)
		return false;
	for (size_t i = 0; i < len; i++)
		if ((uint8_t)name[i] < ' ' || name[i] == 0x7F)
			return false;
	return true;
}

// Can `size` bytes lie at `wish`, or anywhere where that is 0?
static bool place_valid(uintptr_t wish, size_t size)
{
	if (size == 0 || size % PAGE_SIZE)
		return false;
	return wish == 0 || (wish >= USER_MIN && range_valid(wish, size));
}

// Undo whatever there is of an area.
static void destroy(struct named_area *named)
{
	if (named->start)
		named_unmap(named);
	named_remove(named);
}

// Give a new object all its pages, with physical addresses in a row. As named_fill.
static int fill_contiguous(struct object *obj, size_t size)
{
	size_t n = size >> PAGE_SHIFT, done = 0;
	page_t *pp;
	int error = -ENOMEM;

	if (named_has_room(size))
		error = page_alloc_run(&pp, n);
	if (error)
		return error;
	for (; done < n && !error; done += !error) {
		page_clear(pp + done);
		error = object_adopt_page(obj, (uint32_t)done, pp + done);
	}
	for (; done < n; done++)
		page_free(pp + done);
	return error;
}

// Make the memory of a new area.
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

static bool request_valid(const struct area_request *request)
{
	size_t maximum = request->maximum ? request->maximum : request->size;

	return name_valid(request->name) && place_valid(request->address, maximum) &&
	       request->size && request->size % PAGE_SIZE == 0 && request->size <= maximum &&
	       named_prot_valid(request->protection) && request->lock <= AREA_LOCK_CONTIGUOUS &&
	       request->access <= AREA_ACCESS_WRITE &&
	       (request->lock != AREA_LOCK_CONTIGUOUS || maximum == request->size);
}

static int create_one(struct aspace *as, int creator, struct area_request *request)
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
		destroy(named);
		return error;
	}
	named_populate(named, 0, request->size);
	request->id = named->id;
	request->address = named->start;
	return 0;
}

int named_create(struct aspace *as, int creator, struct area_request *requests, size_t count)
{
	size_t done = 0;
	int error = 0;

	mutex_lock(&named_lock);
	for (; done < count && !error; done += !error)
		error = create_one(as, creator, &requests[done]);
	while (error && done > 0)
		destroy(named_lookup(requests[--done].id));
	mutex_unlock(&named_lock);
	return error;
}

// May a clone for `as` that shares the memory write to it?
static bool may_write_clone(const struct named_area *source, const struct aspace *as)
{
	return source->memory.may_write &&
	       (source->as == as || source->access == AREA_ACCESS_WRITE);
}

// May `as` have such a clone? 0 or -errno.
static int check_clone(const struct named_area *source, const struct aspace *as,
                       const struct area_clone_request *request)
{
	bool copy = request->flags & AREA_CLONE_COPY;

	if (!named_reachable(source, as))
		return -EPERM;
	if (source->copy || (copy && source->memory.ops == &linear_ops) ||
	    !place_valid(request->address, source->memory.maximum))
		return -EINVAL;
	if (!copy && !may_write_clone(source, as) &&
	    ((request->protection & PROT_WRITE) || request->access == AREA_ACCESS_WRITE))
		return -EPERM;
	if (copy && request->lock == AREA_LOCK_FULL && !named_has_room(named_size(source)))
		return -ENOMEM;
	return 0;
}

static bool clone_request_valid(const struct area_clone_request *request)
{
	return (!request->name[0] || name_valid(request->name)) &&
	       request->address % PAGE_SIZE == 0 && named_prot_valid(request->protection) &&
	       request->lock <= AREA_LOCK_FULL && request->access <= AREA_ACCESS_WRITE &&
	       !(request->flags & ~AREA_CLONE_COPY);
}

static int clone_locked(struct aspace *as, int creator, struct area_clone_request *request)
{
	struct named_area *source = named_lookup(request->source), *named;
	int error = source ? check_clone(source, as, request) : -EINVAL;

	if (error)
		return error;
	named = named_new(as, creator, request->name[0] ? request->name : source->name);
	if (!named)
		return -ENOMEM;
	named->clone = true;
	named->copy = request->flags & AREA_CLONE_COPY;
	named->memory = source->memory;
	named->memory.may_write = named->copy || may_write_clone(source, as);
	named_memory_get(&named->memory);
	named->prot = (uint8_t)request->protection;
	named->access = (uint8_t)request->access;
	named->lock = (uint8_t)request->lock;
	error = named_map(named, request->address);
	if (!error && named->lock == AREA_LOCK_FULL &&
	    aspace_populate(as, named->start, named_size(named)) == -ENOMEM)
		error = -ENOMEM; // what has no right, or no file behind it, is left out
	if (error) {
		destroy(named);
		return error;
	}
	request->id = named->id;
	request->address = named->start;
	return 0;
}

int named_clone(struct aspace *as, int creator, struct area_clone_request *request)
{
	int error = -EINVAL;

	if (!clone_request_valid(request))
		return -EINVAL;
	mutex_lock(&named_lock);
	error = clone_locked(as, creator, request);
	mutex_unlock(&named_lock);
	return error;
}

// Mark the area as one to delete. 0; -EINVAL also for one that is marked already, or -EPERM.
static int doom(struct aspace *as, int id)
{
	struct named_area *named = named_lookup(id);

	if (!named || named->doomed)
		return -EINVAL;
	if (named->as != as)
		return -EPERM;
	named->doomed = true;
	return 0;
}

int named_delete(struct aspace *as, const int *ids, size_t count)
{
	size_t done = 0;
	int error = 0;

	mutex_lock(&named_lock);
	for (; done < count && !error; done += !error)
		error = doom(as, ids[done]);
	while (done > 0) {
		struct named_area *named = named_lookup(ids[--done]);

		if (error)
			named->doomed = false;
		else
			destroy(named);
	}
	mutex_unlock(&named_lock);
	return error;
}
