// named_changes.c: named areas get another size, other memory, other rights.
#include "vm/named_internal.h"

int named_fill(struct object *obj, size_t start, size_t end)
{
	int error = 0;

	for (; start < end && !error; start += PAGE_SIZE) {
		page_t *pp;

		error = object_page(obj, start >> PAGE_SHIFT, true, &pp);
		if (!error)
			page_unpin(pp);
	}
	return error ? -ENOMEM : 0; // to a file object_page would say -ENOSPC
}

// The area `id`, if it is the caller's. Takes named_lock, which the caller gives back in any case.
static int own_area(struct aspace *as, int id, struct named_area **store)
{
	mutex_lock(&named_lock);
	*store = named_lookup(id);
	if (!*store)
		return -EINVAL;
	return (*store)->as == as ? 0 : -EPERM;
}

// Let the area's object be `size` bytes long. All or nothing.
static int resize(struct named_area *named, size_t size, bool reclaim)
{
	struct object *obj = named->memory.object;
	size_t old = named_size(named);
	int error;

	if (size > old && named->lock == AREA_LOCK_FULL && !named_has_room(size - old))
		return -ENOMEM;
	error = object_truncate(obj, size);
	if (!error && named->lock == AREA_LOCK_FULL) {
		error = named_fill(obj, old, size);
		if (error && reclaim && page_reclaim())
			error = named_fill(obj, old, size);
		if (error)
			(void)object_truncate(obj, old); // shrinking does not fail
	}
	if (!error)
		named_populate(named, old, size);
	return error;
}

int named_resize(struct aspace *as, int id, size_t size, uint32_t flags)
{
	struct named_area *named;
	int error = own_area(as, id, &named);

	if (!error && named->clone)
		error = -EPERM;
	if (!error && named->lock == AREA_LOCK_CONTIGUOUS && size > named_size(named))
		error = -EINVAL;
	if (!error && (named->memory.fixed || !size || size % PAGE_SIZE ||
	               size > named->memory.maximum || (flags & ~AREA_RESIZE_RECLAIM)))
		error = -EINVAL;
	if (!error)
		error = resize(named, size, flags & AREA_RESIZE_RECLAIM);
	mutex_unlock(&named_lock);
	return error;
}

static int remap(struct named_area *named, const struct map_request *request)
{
	struct named_memory old = named->memory, memory = {
		.ops = request->ops ? request->ops : &object_ops,
		.object = request->object,
		.offset = request->offset,
		.flags = request->flags & (AREA_WRITE_COMBINING | AREA_UNCACHED | AREA_WRITE_OPEN),
		.fixed = true,
		.may_write = !(request->flags & AREA_NOWRITE),
		.size = named_size(named),
		.maximum = named_size(named),
	};
	int error;

	named_memory_get(&memory);
	error = named_replace(named, &memory);
	if (!error)
		named_populate(named, 0, memory.size);
	named_memory_put(error ? &memory : &old);
	return error;
}

int named_remap(struct aspace *as, int id, struct map_request *request)
{
	struct named_area *named;
	int error = own_area(as, id, &named);

	if (!error && (named->lock == AREA_LOCK_CONTIGUOUS || named->copy ||
	               request->offset % PAGE_SIZE || request_ops(request) == &jumbo_ops))
		error = -EINVAL;
	if (!error && (named->prot & PROT_WRITE) && (request->flags & AREA_NOWRITE))
		error = -EACCES;
	if (!error && request->ops == &linear_ops) {
		request->len = named_size(named);
		error = linear_request(request);
	}
	if (!error)
		error = remap(named, request);
	mutex_unlock(&named_lock);
	return error;
}

int named_protect(struct aspace *as, int id, int prot)
{
	struct named_area *named;
	int error = own_area(as, id, &named);

	if (!error && !named_prot_valid((uint32_t)prot))
		error = -EINVAL;
	if (!error && (prot & PROT_WRITE) && !named->memory.may_write)
		error = -EPERM;
	if (!error) {
		named->prot = (uint8_t)prot;
		named_protect_pieces(named);
	}
	mutex_unlock(&named_lock);
	return error;
}
