// brk.c: the heap of a program, whose end brk() moves.
#include "vm/mapping.h"
#include "vm/uffd.h"
#include <abi/mman.h>

// Grow the heap from `old` to `new`, both page-aligned. One page above the heap stays free, so
// that a program that runs past its end faults. Returns 0 or the errors of map_locked.
// Caller: holds as->lock for writing.
static int grow_heap(struct aspace *as, uintptr_t old, uintptr_t new)
{
	struct area *next = area_find_from(&as->areas, old);
	struct map_request request = {
		.va = old,
		.len = new - old,
		.prot = PROT_READ | PROT_WRITE,
		.fixed = true,
		.no_replace = true,
		.name = "[heap]",
	};

	assert_write_held(&as->lock);
	if (next && new + PAGE_SIZE > area_guard_start(next))
		return -ENOMEM;
	return map_locked(as, &request, &old);
}

// Shrink the heap from `old` to `new`. As on Linux this fails if the program has already unmapped
// all of that range. Returns 0, -EINVAL or -ENOMEM.
// Caller: holds as->lock for writing.
static int shrink_heap(struct aspace *as, uintptr_t new, uintptr_t old)
{
	const struct area *area = area_find_from(&as->areas, new);

	assert_write_held(&as->lock);
	return !area || area->start >= old ? -EINVAL : unmap_locked(as, new, old);
}

// brk() works in bytes, areas in pages: the area changes only if the end moves to another page.
uintptr_t aspace_brk(struct aspace *as, uintptr_t brk)
{
	uintptr_t old, new = ROUND_UP(brk, PAGE_SIZE);
	struct list events = LIST_INIT(events);
	int error = 0;

	assert_no_lock();
	rwlock_write_lock(&as->lock);
	old = ROUND_UP(as->brk, PAGE_SIZE);
	if (brk < as->brk_start || brk >= ULIM)
		error = -EINVAL;
	else if (new < old && unlikely(as->uffds))
		error = uffd_collect_unmap(&events, as, new, old);
	if (!error && new < old)
		error = shrink_heap(as, new, old);
	else if (!error && new > old)
		error = grow_heap(as, old, new);
	if (error)
		uffd_cancel(&events);
	else
		as->brk = brk;
	brk = as->brk;
	rwlock_write_unlock(&as->lock);
	if (unlikely(!list_empty(&events)))
		uffd_send(&events);
	return brk;
}
