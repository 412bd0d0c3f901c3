// limits.c: the limits of a space's size: RLIMIT_AS, RLIMIT_DATA and RLIMIT_MEMLOCK.
#include "thread/credentials.h"
#include "thread/thread.h"
#include "thread/why.h"
#include "thread/yield.h"
#include "vm/area_edit.h"
#include "vm/mapping.h"

// Returns how many bytes RLIMIT_DATA counts. A walk over all areas, but only programs with that
// limit pay for it. Yields; the lock keeps the areas as they are.
static size_t data_bytes(struct aspace *as)
{
	struct area *area;
	size_t bytes = 0;

	list_for_each(area, &as->areas.list, link) {
		if (area_is_data(area->prot, area->flags))
			bytes += area->end - area->start;
		(void)yield_after(AREA_LOOK_COST);
	}
	return bytes;
}

uint64_t aspace_data_room(struct aspace *as)
{
	uint64_t limit = thread_limit(RLIMIT_DATA), bytes;

	assert_read_held(&as->lock);
	if (likely(limit == RLIM64_INFINITY))
		return UINT64_MAX;
	bytes = data_bytes(as);
	return limit - MIN(bytes, limit);
}

bool aspace_may_grow(struct aspace *as, size_t len, int prot, uint32_t flags)
{
	uint64_t data = thread_limit(RLIMIT_DATA);

	assert_read_held(&as->lock);
	if ((uint64_t)as->pages * PAGE_SIZE + len > thread_limit(RLIMIT_AS))
		return false;
	if (data == RLIM64_INFINITY || !area_is_data(prot, flags))
		return true;
	return (uint64_t)data_bytes(as) + len <= data;
}

size_t aspace_locked_bytes(struct aspace *as, uintptr_t start, uintptr_t end)
{
	struct area *area = area_find_from(&as->areas, start);
	size_t bytes = 0;

	assert_read_held(&as->lock);
	for (; area && area->start < end; area = area_next(&as->areas, area)) {
		if (area->flags & AREA_LOCKED)
			bytes += MIN(area->end, end) - MAX(area->start, start);
		(void)yield_after(AREA_LOOK_COST);
	}
	return bytes;
}

bool aspace_may_lock(struct aspace *as, size_t len)
{
	uint64_t limit = thread_limit(RLIMIT_MEMLOCK);

	assert_read_held(&as->lock);
	if (limit == RLIM64_INFINITY || capable(CAP_IPC_LOCK))
		return true;
	return (uint64_t)aspace_locked_bytes(as, 0, ULIM) + len <= ROUND_DOWN(limit, PAGE_SIZE);
}

int aspace_lock_allowed(void)
{
	if (thread_limit(RLIMIT_MEMLOCK) || capable(CAP_IPC_LOCK))
		return 0;
	return WHY(-EPERM, "RLIMIT_MEMLOCK is 0");
}
