// named_changes.c: change the size, the memory or the protection of named areas. The area is
// marked busy meanwhile (named_take), so no lock is held during the work.
#include "named/named_internal.h"
#include "thread/yield.h"
#include "vm/area_edit.h"

#define FILL_COST 1500 // about how many instructions it takes to make a page

// object_page makes the page; the pin that it returns is not needed.
int named_fill(struct object *obj, size_t start, size_t end)
{
	int error = 0;

	assert_no_lock();
	for (; start < end && !error; start += PAGE_SIZE) {
		page_t *pp;

		error = object_page(obj, start >> PAGE_SHIFT, true, &pp);
		if (!error)
			page_unpin(pp);
		if (!error)
			error = yield_after(FILL_COST);
	}
	return error ? -ENOMEM : 0; // object_page returns -ENOSPC to writers of files
}

// Give the area's object the size `size`; with AREA_LOCK_FULL also all its pages. With `reclaim`,
// cached pages are freed and the allocation is tried once more. All or nothing: on a failure the
// old size comes back. Returns 0 or -ENOMEM.
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
	int error = named_take(as, id, &named);
	bool taken = !error;

	assert_no_lock();
	if (!error && named->clone)
		error = -EPERM;
	if (!error && named->lock == AREA_LOCK_CONTIGUOUS && size > named_size(named))
		error = -EINVAL;
	if (!error && (named->memory.fixed || !size || size % PAGE_SIZE ||
	               size > named->memory.maximum || (flags & ~AREA_RESIZE_RECLAIM)))
		error = -EINVAL;
	if (!error)
		error = resize(named, size, flags & AREA_RESIZE_RECLAIM);
	if (taken)
		named_done(named);
	return error;
}

// Put the new memory in place of the old one. A reference on the new memory is taken first and one
// reference is dropped last: on the old memory, or on the new one if the change failed.
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

// A contiguous area must keep its physical address, and a copy its source; neither can get
// other memory.
int named_remap(struct aspace *as, int id, struct map_request *request)
{
	struct named_area *named;
	int error = named_take(as, id, &named);
	bool taken = !error;

	assert_no_lock();
	if (!error && (named->lock == AREA_LOCK_CONTIGUOUS || named->copy ||
	               request->offset % PAGE_SIZE || request_ops(request) == &large_ops))
		error = -EINVAL;
	if (!error && (named->prot & PROT_WRITE) && (request->flags & AREA_NOWRITE))
		error = -EACCES;
	if (!error && request->ops == &linear_ops) {
		request->len = named_size(named);
		error = linear_request(request);
	}
	if (!error)
		error = remap(named, request);
	if (taken)
		named_done(named);
	return error;
}

int named_protect(struct aspace *as, int id, int prot)
{
	struct named_area *named;
	int error = named_take(as, id, &named);
	bool taken = !error;

	assert_no_lock();
	if (!error && !named_prot_valid((uint32_t)prot))
		error = -EINVAL;
	if (!error && (prot & PROT_WRITE) && !named->memory.may_write)
		error = -EPERM;
	if (!error)
		error = named_protect_pieces(named, (uint8_t)prot);
	if (taken)
		named_done(named);
	return error;
}
