// map.c: map and unmap. Each operation decides first and commits then:
// whatever may fail comes before the first visible change.
#include "thread/why.h"
#include "thread/yield.h"
#include "vm/area_edit.h"
#include "vm/mapping.h"
#include "vm/ptes.h"
#include "vm/uffd.h"
#include <abi/mman.h>

// Two things can fail: a cut through a shared page table at one of the two ends, and a split, which
// needs memory for the second area. A split is needed only for a hole in the middle of one area;
// otherwise areas shrink or go.
int unmap_prepare(struct aspace *as, uintptr_t start, uintptr_t end)
{
	struct area *area = area_find_from(&as->areas, start);
	int error;

	assert_write_held(&as->lock);
	if (!area || area->start >= end)
		return 0;
	if (unlikely(as->sealed) && (error = areas_check_seals(as, start, end)))
		return error;
	error = tables_make_private_at_ends(as, start, end);
	if (error || area->start >= start || area->end <= end)
		return error;
	return areas_split_at(as, area->start, end); // a hole in the middle of one area
}

void unmap_commit(struct aspace *as, uintptr_t start, uintptr_t end)
{
	struct area *area = area_find_from(&as->areas, start), *next;

	assert_write_held(&as->lock);
	// All areas in one call, not one by one: a shared page table can be dropped only if its
	// whole span goes.
	if (area && area->start < end)
		ptes_unmap(as, start, end);
	for (; area && area->start < end; area = next) {
		next = area_next(&as->areas, area);
		as->pages -= (MIN(area->end, end) - MAX(area->start, start)) / PAGE_SIZE;
		area_cut_off(as, area, start, end);
		(void)yield_after(AREA_COST);
	}
}

int unmap_locked(struct aspace *as, uintptr_t start, uintptr_t end)
{
	int error;

	assert_write_held(&as->lock);
	if (cuts_large_page(as, start, end))
		return WHY(-EINVAL, "[%#x, %#x) would cut a large page", start, end);
	error = unmap_prepare(as, start, end);
	if (!error)
		unmap_commit(as, start, end);
	return error;
}

// The order of the tests matters: `va + len` could wrap around, `ULIM - va` cannot.
bool range_valid(uintptr_t va, size_t len)
{
	return va % PAGE_SIZE == 0 && len > 0 && va < ULIM && len <= ULIM - va;
}

// Before an unmap of at least this size, aspace_unmap notes how much is mapped now.
#define PEAK_BYTES (4u << 20)

int aspace_unmap(struct aspace *as, uintptr_t va, size_t len)
{
	struct list events = LIST_INIT(events);
	int error = 0;

	assert_no_lock();
	if (!range_valid(va, len))
		return WHY(-EINVAL, "%#x is not page-aligned, or %#x bytes are none or too many",
		           va, len);
	if (len >= PEAK_BYTES)
		(void)aspace_note_peak(as);
	len = ROUND_UP(len, PAGE_SIZE);
	rwlock_write_lock(&as->lock);
	if (unlikely(as->uffds))
		error = uffd_collect_unmap(&events, as, va, va + len);
	if (likely(!error))
		error = unmap_locked(as, va, va + len);
	if (unlikely(error))
		uffd_cancel(&events);
	rwlock_write_unlock(&as->lock);
	if (unlikely(!list_empty(&events)))
		uffd_send(&events);
	return error;
}

void aspace_clear(struct aspace *as)
{
	assert_no_lock();
	rwlock_write_lock(&as->lock);
	unmap_commit(as, 0, ULIM); // cannot fail: it cuts through no area and no table
	rwlock_write_unlock(&as->lock);
}

// Returns true if no area overlaps [start, end).
static bool range_is_free(struct aspace *as, uintptr_t start, uintptr_t end)
{
	struct area *area = area_find_from(&as->areas, start);

	return !area || area->start >= end;
}

// Returns true if the address hint can be honoured: [start, end) overlaps no area; and if the next
// area above is a stack, not its guard either (area_guard_start).
static bool may_have_hint(struct aspace *as, uintptr_t start, uintptr_t end)
{
	struct area *area = area_find_from(&as->areas, start);

	return !area || end <= area_guard_start(area);
}

// A hint that cannot be honoured is ignored, as on Linux: the caller of mmap() sees this by the
// address that it gets.
int find_room(struct aspace *as, uintptr_t hint, size_t len, size_t align, uintptr_t *store)
{
	assert_read_held(&as->lock);
	hint = ROUND_DOWN(hint, align);
	if (hint >= USER_MIN && range_valid(hint, len) && may_have_hint(as, hint, hint + len)) {
		*store = hint;
		return 0;
	}
	if (area_find_gap(&as->areas, MMAP_BASE, ULIM, len, align, store))
		return WHY(-ENOMEM, "no gap between the mappings has %#x bytes", len);
	return 0;
}

// Choose the address of a mapping: of `len` bytes, which are the request's length rounded up to
// whole pages (0 if it wrapped around), at a multiple of `align`, a power of two. Changes nothing.
// - The request's length must not be 0, and `len` must be a multiple of `align`: -EINVAL. `len`
//   must not be more than ULIM, nor 0 by wrapping around: -ENOMEM.
// - The space must not have more than areas_max areas: -ENOMEM. Exactly areas_max are allowed, as
//   on Linux.
// - With request->fixed the address is request->va itself. The range must not reach beyond ULIM:
//   -ENOMEM. The address must be a multiple of `align`: -EINVAL. It must not be below USER_MIN:
//   -EPERM. With request->no_replace no area may overlap the range: -EEXIST; without, areas there
//   do not matter: the caller unmaps them.
// - Otherwise request->va is a hint: find_room chooses.
// If several rules are broken, the first in this order gives the error, as on Linux.
// Caller: holds as->lock.
// Returns 0 with the address in *store; else one of the errors above or -ENOMEM from find_room,
// with *store unchanged.
static int choose_address(struct aspace *as, const struct map_request *request, size_t len,
                          size_t align, uintptr_t *store)
{
	uintptr_t va = request->va;

	assert_read_held(&as->lock);
	if (request->len == 0 || len % align)
		return WHY(-EINVAL, "the length %#x is 0 or no multiple of the page size",
		           request->len);
	if (len == 0 || len > ULIM)
		return WHY(-ENOMEM, "the length %#x is more than all user addresses", request->len);
	if (as->areas.count > areas_max)
		return WHY(-ENOMEM, "there are %u mappings, the most that may be", as->areas.count);
	if (!request->fixed)
		return find_room(as, va, len, align, store);
	if (va >= ULIM || len > ULIM - va)
		return WHY(-ENOMEM, "%#x bytes from %#x reach beyond the user addresses", len, va);
	if (va % align)
		return WHY(-EINVAL, "the address %#x is not page-aligned", va);
	if (va < USER_MIN)
		return WHY(-EPERM, "below %#x nothing is ever mapped", USER_MIN);
	if (request->no_replace && !range_is_free(as, va, va + len))
		return WHY(-EEXIST, "the address %#x is taken by %s", va,
		           area_title(area_find_from(&as->areas, va)));
	*store = va;
	return 0;
}

// Check RLIMIT_MEMLOCK for a mapping of `len` bytes that is locked because the request says so, or by
// mlockall. Returns 0, -EPERM or -EAGAIN. Caller: holds as->lock.
static int check_locks(struct aspace *as, const struct map_request *request, size_t len)
{
	int error = request->flags & AREA_LOCKED ? aspace_lock_allowed() : 0;

	assert_read_held(&as->lock);
	if (error || likely(!((request->flags | as->new_flags) & AREA_LOCKED)) ||
	    !ops_lockable(request_ops(request)) || aspace_may_lock(as, len))
		return error;
	return WHY(-EAGAIN, "RLIMIT_MEMLOCK admits no %#x locked bytes more", len);
}

// Choose the address of a mapping by choose_address, at a border of the backend's pages, and check
// whether it may be locked. Caller: holds as->lock.
static int address_for(struct aspace *as, const struct map_request *request, size_t len,
                       uintptr_t *store)
{
	const struct area_ops *ops = request_ops(request);
	struct map_request large;

	int error;

	assert_read_held(&as->lock);
	if (likely(!ops->uncut)) {
		error = choose_address(as, request, len, PAGE_SIZE, store);
	} else {
		large = *request;
		if (!request->fixed)
			large.va = ops_hint(ops, request->va);
		error = choose_address(as, &large, len, ops_align(ops), store);
	}
	return error ? error : check_locks(as, request, len);
}

// Returns how many bytes of [start, end) are mapped. Yields.
static size_t mapped_bytes(struct aspace *as, uintptr_t start, uintptr_t end)
{
	struct area *area = area_find_from(&as->areas, start);
	size_t bytes = 0;

	for (; area && area->start < end; area = area_next(&as->areas, area)) {
		bytes += MIN(area->end, end) - MAX(area->start, start);
		(void)yield_after(AREA_LOOK_COST);
	}
	return bytes;
}

// The order: check the arguments and limits; try to extend a neighbour, which needs no memory;
// allocate the new area; unmap what it replaces; reserve large pages; insert the area. The new
// area is allocated before the old mappings go, so that lack of memory leaves them as they were.
// It is empty until they are gone: a truncation finds it on its object's list, and would otherwise
// unmap their pages, perhaps in page tables that other spaces share.
int map_locked(struct aspace *as, const struct map_request *request, uintptr_t *va_store)
{
	struct map_request wanted = *request;
	size_t len = ROUND_UP(request->len, PAGE_SIZE), replaced = 0;
	struct area *area;
	uintptr_t va;
	int error;

	assert_write_held(&as->lock);
	wanted.ops = request_ops(request);
	if (ops_lockable(wanted.ops))
		wanted.flags |= as->new_flags;
	else
		wanted.flags &= (uint16_t)~AREA_LOCKS;
	error = address_for(as, request, len, &va);
	if (error)
		return error;
	if (request->fixed)
		replaced = mapped_bytes(as, va, va + len);
	if (!aspace_may_grow(as, len - replaced, request->prot, request->flags))
		return WHY(-ENOMEM, "RLIMIT_AS or RLIMIT_DATA admits no %#x bytes more",
		           len - replaced);
	*va_store = va;
	if (!wanted.ops->reserve && area_extend(as, &wanted, va, va + len)) {
		as->pages += len / PAGE_SIZE;
		return 0;
	}
	area = area_new(as, &wanted, va, va);
	if (!area)
		return WHY(-ENOMEM, "the kernel has no memory for the area");
	error = replaced ? unmap_locked(as, va, va + len) : 0;
	area->end = va + len;
	// If this fails the range stays unmapped, as on Linux.
	if (!error && wanted.ops->reserve)
		error = wanted.ops->reserve(as, area);
	if (error) {
		area_release(area);
		return error;
	}
	area_insert(&as->areas, area);
	as->pages += len / PAGE_SIZE;
	if (replaced || wanted.ops->reserve) { // in these cases area_extend could not merge
		areas_merge_at(as, va + len);
		areas_merge_at(as, va);
	}
	return 0;
}

// userfaultfd's handlers learn of the mappings that the new one replaces.
int aspace_map(struct aspace *as, const struct map_request *request, uintptr_t *va_store)
{
	struct list events = LIST_INIT(events);
	int error = 0;

	assert_no_lock();
	rwlock_write_lock(&as->lock);
	if (unlikely(as->uffds) && request->fixed && range_valid(request->va, request->len))
		error = uffd_collect_unmap(&events, as, request->va,
		                           request->va + ROUND_UP(request->len, PAGE_SIZE));
	if (!error)
		error = map_locked(as, request, va_store);
	if (unlikely(error))
		uffd_cancel(&events);
	rwlock_write_unlock(&as->lock);
	if (unlikely(!list_empty(&events)))
		uffd_send(&events);
	return error;
}

int aspace_check_map(struct aspace *as, const struct map_request *request)
{
	uintptr_t va;
	int error;

	assert_no_lock();
	rwlock_read_lock(&as->lock);
	error = address_for(as, request, ROUND_UP(request->len, PAGE_SIZE), &va);
	rwlock_read_unlock(&as->lock);
	return error;
}
