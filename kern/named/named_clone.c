// named_clone.c: clones of named areas: areas of the same memory, or of a copy of it, for the space
// that asks. Here is decided who may have one, and whether it may write.
#include "named/named_internal.h"
#include "vm/mapping.h"
#include <abi/mman.h>

// Returns true if a clone that shares the memory may be written by `as`.
static bool may_write_clone(const struct named_area *source, const struct aspace *as)
{
	return source->memory.may_write &&
	       (source->as == as || source->access == AREA_ACCESS_WRITE);
}

// Check whether `as` may have this clone. Returns 0 or -errno.
static int check_clone(const struct named_area *source, const struct aspace *as,
                       const struct area_clone_request *request)
{
	bool copy = request->flags & AREA_CLONE_COPY;

	if (!named_reachable(source, as))
		return -EPERM;
	if (source->copy || (copy && source->memory.ops == &linear_ops) ||
	    !named_place_valid(request->address, source->memory.maximum))
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
	return (!request->name[0] || named_name_valid(request->name)) &&
	       request->address % PAGE_SIZE == 0 && named_prot_valid(request->protection) &&
	       request->lock <= AREA_LOCK_FULL && request->access <= AREA_ACCESS_WRITE &&
	       !(request->flags & ~AREA_CLONE_COPY);
}

// Make a new area, not in the registry yet, with the memory of the source. The reference on that
// memory is taken under named_lock: without it the source could be deleted in between. Returns 0
// or -errno.
static int begin_clone(struct aspace *as, int creator, const struct area_clone_request *request,
                       struct named_area **store)
{
	struct named_area *source, *named = NULL;
	int error;

	mutex_lock(&named_lock);
	source = named_lookup(request->source);
	error = source ? check_clone(source, as, request) : -EINVAL;
	if (!error)
		named = named_new(as, creator, request->name[0] ? request->name : source->name);
	if (!error && !named)
		error = -ENOMEM;
	if (!error) {
		named->clone = true;
		named->copy = request->flags & AREA_CLONE_COPY;
		named->memory = source->memory;
		named->memory.may_write = named->copy || may_write_clone(source, as);
		named_memory_get(&named->memory);
	}
	mutex_unlock(&named_lock);
	*store = named;
	return error;
}

// Map the clone, and fault it in if it is to be locked in full. Returns 0 or -errno.
static int complete_clone(struct named_area *named, const struct area_clone_request *request)
{
	int error;

	named->prot = (uint8_t)request->protection;
	named->access = (uint8_t)request->access;
	named->lock = (uint8_t)request->lock;
	error = named_map(named, request->address);
	if (!error && named->lock == AREA_LOCK_FULL &&
	    aspace_populate(named->as, named->start, named_size(named)) == -ENOMEM)
		error = -ENOMEM; // addresses without access or beyond the file do not count
	return error;
}

int named_clone(struct aspace *as, int creator, struct area_clone_request *request)
{
	struct named_area *named;
	struct list made;
	int error = clone_request_valid(request) ? 0 : -EINVAL;

	assert_no_lock();
	if (!error)
		error = begin_clone(as, creator, request, &named);
	if (error)
		return error;
	list_init(&made);
	list_add_tail(&made, &named->link);
	error = complete_clone(named, request);
	if (!error)
		error = named_publish(&made);
	list_remove(&named->link);
	if (error) {
		named_destroy(named);
		return error;
	}
	request->id = named->id;
	request->address = named->start;
	named_done(named);
	return 0;
}
