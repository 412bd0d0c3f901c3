// shm_attach.c: segments of System V shared memory in address spaces (shmat(2), shmdt(2)).
#include "fs/inode.h"
#include "ipc/shm.h"
#include "thread/why.h"
#include "thread/yield.h"
#include "vm/area_edit.h"
#include "vm/mapping.h"
#include "vm/uaccess.h"
#include "vm/uffd.h"
#include <abi/mman.h>

// Check the address and the flags of shmat. Returns 0 with the address in *at, or -EINVAL.
static int check_address(uintptr_t address, uint32_t flags, uintptr_t *at)
{
	*at = address;
	if (address % SHMLBA && (flags & SHM_RND))
		*at = ROUND_DOWN(address, SHMLBA);
	else if (address % SHMLBA)
		return WHY(-EINVAL, "the address %#x is no multiple of %#x", address, SHMLBA);
	if (*at == 0 && (flags & SHM_REMAP))
		return WHY(-EINVAL, "SHM_REMAP needs an address");
	return 0;
}

// Find a segment that the current thread may map, and count the call as a user of it, so that it stays.
// Stores it in *store. Returns 0 or -errno.
static int begin_attach(int id, uint32_t mask, struct shm_segment **store)
{
	struct sysv_object *object;
	int error = 0;

	spin_lock(&sysv_lock);
	object = sysv_find(&shm_table, id, &error);
	if (object)
		error = sysv_permission(object, mask);
	if (object && !error) {
		*store = (struct shm_segment *)object; // its first field
		(*store)->attached++;
	}
	spin_unlock(&sysv_lock);
	return error;
}

int shm_attach(int id, uintptr_t address, uint32_t flags, uintptr_t *store)
{
	uint32_t mask = flags & SHM_RDONLY ? 0444 : 0666;
	struct aspace *as = aspace_current();
	struct map_request request = {
		.prot = PROT_READ,
		.flags = AREA_SHARED,
		.no_replace = !(flags & SHM_REMAP),
	};
	struct shm_segment *segment = NULL;
	int error = check_address(address, flags, &request.va);

	assert_no_lock();
	if (flags & SHM_RDONLY)
		request.flags |= AREA_NOWRITE;
	else
		request.prot |= PROT_WRITE;
	if (flags & SHM_EXEC) {
		request.prot |= PROT_EXEC;
		mask |= 0111;
	}
	if (!error)
		error = begin_attach(id, mask, &segment);
	if (error)
		return error;
	request.fixed = request.va != 0;
	request.object = segment->inode->object;
	request.len = ROUND_UP(segment->size, object_page_size(request.object));
	error = aspace_map(as, &request, store);
	if (error == -EEXIST)
		error = WHY(-EINVAL, "something is mapped at %#x", request.va);
	if (!error && (as->new_flags & AREA_LOCKED))
		(void)aspace_populate(as, *store, request.len);
	shm_put(segment);
	return error;
}

// Returns true if `area` is a part of a mapping of a segment that began at `address`.
static bool is_part(const struct area *area, uintptr_t address)
{
	return area->object && area->object->watch && area->start >= address &&
	       area->start - address == area->offset;
}

// Find the parts of a mapping that began at `address`, which lie in [*start, *end). Other mappings may
// have taken the place of some parts. Returns the object, borrowed, or NULL. Caller: holds as->lock.
static struct object *find_parts(struct aspace *as, uintptr_t address, uintptr_t *start,
                                 uintptr_t *end)
{
	struct area *area = area_find_from(&as->areas, address);

	assert_read_held(&as->lock);
	for (; area && !is_part(area, address); area = area_next(&as->areas, area))
		(void)yield_after(AREA_LOOK_COST);
	if (!area)
		return NULL;
	*start = area->start;
	*end = area->object->size > ULIM - address ?
	               ULIM :
	               address + (uintptr_t)ROUND_UP(area->object->size, PAGE_SIZE);
	return area->object;
}

// Unmap the area at `start`, and the areas up to `end`, that are parts of the mapping of `object` which began at
// `address`. As on Linux only the first may reach beyond `end`.
// Returns 0 or -ENOMEM. Caller: holds as->lock for writing.
static int unmap_parts(struct aspace *as, const struct object *object, uintptr_t address,
                       uintptr_t start, uintptr_t end, struct list *events)
{
	uintptr_t first = start;
	int error = 0;

	assert_write_held(&as->lock);
	while (!error && (start < end || start == first)) {
		struct area *area = area_find_from(&as->areas, start);
		uintptr_t from, to;

		if (!area || (area->start >= end && area->start != first))
			break;
		start = area->end;
		(void)yield_after(AREA_LOOK_COST);
		if (area->object != object || !is_part(area, address) ||
		    (area->end > end && area->start != first))
			continue;
		from = area->start;
		to = area->end;
		if (unlikely(as->uffds))
			error = uffd_collect_unmap(events, as, from, to);
		if (!error)
			error = unmap_locked(as, from, to);
		if (error == -EPERM)
			error = 0; // sealed (mseal): stays, and as on Linux nobody is told
	}
	return error;
}

int shm_detach(uintptr_t address)
{
	struct aspace *as = aspace_current();
	struct list events = LIST_INIT(events);
	struct object *object;
	uintptr_t start, end;
	int error = 0;

	assert_no_lock();
	if (address % PAGE_SIZE)
		return WHY(-EINVAL, "the address %#x is not page-aligned", address);
	rwlock_write_lock(&as->lock);
	object = find_parts(as, address, &start, &end);
	if (object)
		error = unmap_parts(as, object, address, start, end, &events);
	else
		error = WHY(-EINVAL, "no segment was mapped at %#x", address);
	if (unlikely(error))
		uffd_cancel(&events);
	rwlock_write_unlock(&as->lock);
	if (unlikely(!list_empty(&events)))
		uffd_send(&events);
	return error;
}
