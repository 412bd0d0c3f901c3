// stack_growth.c: a program's stack that grows. Its area is extended when the program touches an
// address below it.
#include "thread/thread.h"
#include "vm/area_edit.h"
#include "vm/fault.h"
#include "vm/mapping.h"

// Returns true if a stack may grow down to `va`, with the area `below` (or NULL) under it:
// STACK_GUARD bytes must stay free in between. No distance is needed to another stack or to memory
// without any access (PROT_NONE), which is a guard itself.
static bool far_enough(const struct area *below, uintptr_t va)
{
	return !below || (below->flags & AREA_GROWSDOWN) || below->prot == 0 ||
	       va - below->end >= STACK_GUARD;
}

bool stack_grow(struct aspace *as, uintptr_t va)
{
	struct area *area;
	bool grown = false;

	assert_no_lock();
	va = ROUND_DOWN(va, PAGE_SIZE);
	rwlock_write_lock(&as->lock);
	area = area_find_from(&as->areas, va);
	if (area && area->start <= va) {
		grown = true; // another thread was faster
	} else if (area && (area->flags & AREA_GROWSDOWN) && va >= USER_MIN &&
	           area->end - va <= thread_limit(RLIMIT_STACK) &&
	           aspace_may_grow(as, area->start - va, 0, AREA_GROWSDOWN) &&
	           (likely(!(area->flags & AREA_LOCKED)) || aspace_may_lock(as, area->start - va)) &&
	           far_enough(area_prev(&as->areas, area), va)) {
		as->pages += (area->start - va) / PAGE_SIZE;
		area_resize(&as->areas, area, va, area->end);
		grown = true;
	}
	rwlock_write_unlock(&as->lock);
	return grown;
}
