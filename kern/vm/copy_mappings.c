// copy_mappings.c: copies of mappings from one address space to another. The copies are made in a
// third space that nobody else knows, and move from there to the target. So only one of the two
// spaces is locked at a time: two locks of equal rank could deadlock against a copy in the other
// direction.
#include "mem/heap.h"
#include "mem/tlb.h"
#include "vm/area_edit.h"
#include "vm/mapping.h"
#include "vm/object.h"
#include "vm/ptes.h"

// Returns true if the area's memory consists of pages that can be mapped one by one: neither
// device memory nor large pages.
static bool can_copy(const struct area *area)
{
	return area->ops == &anon_ops || area->ops == &object_ops;
}

// Add to `copy`, which nobody else knows, a copy of the part [start, end) of `area`, `shift` bytes
// higher. Returns 0 or -ENOMEM.
static int take_area(struct aspace *copy, const struct area *area, uintptr_t start, uintptr_t end,
                     uintptr_t shift)
{
	struct area *twin = area_copy(area, copy);

	if (!twin)
		return -ENOMEM;
	twin->flags &= ~AREA_LOCKS; // locks are not inherited
	twin->offset += start - area->start;
	twin->start = start + shift;
	twin->end = end + shift;
	area_insert(&copy->areas, twin);
	copy->pages += (end - start) / PAGE_SIZE;
	return 0;
}

// Copy the entries of [start, end), `shift` bytes higher. A private page becomes read-only in both
// spaces. Ranges without a page table are skipped. Returns 0 or -ENOMEM.
// Caller: holds the lock of the area's space for writing; its tables are private.
static int take_entries(struct aspace *copy, const struct area *area, uintptr_t start,
                        uintptr_t end, uintptr_t shift)
{
	struct tlb_batch batch;
	int error = 0;

	assert_write_held(&area->as->lock);
	pgdir_guard(copy->pgdir, NULL); // no thread runs in the copy
	spin_lock(&area->as->pt_lock);
	tlb_batch_begin(&batch, area->as->pgdir);
	for (uintptr_t va = start; va < end && !error; va += PAGE_SIZE) {
		pte_t *pte = pgdir_walk(batch.pgdir, va, 0), *twin;

		if (!pte) {
			va = table_span_end(va, end) - PAGE_SIZE;
		} else if (*pte) {
			twin = pgdir_walk(copy->pgdir, va + shift, 1);
			if (twin)
				entry_inherit(&batch, va, pte, twin, area->flags & AREA_SHARED);
			else
				error = -ENOMEM;
		}
	}
	tlb_batch_finish(&batch);
	spin_unlock(&area->as->pt_lock);
	pgdir_guard(copy->pgdir, &copy->pt_lock);
	return error;
}

// The first half: copy areas and entries of [start, end) from `from` into `copy`. Returns 0,
// -EINVAL for device memory or large pages, or -ENOMEM; on failure the caller drops `copy`.
static int take(struct aspace *copy, struct aspace *from, uintptr_t start, uintptr_t end,
                uintptr_t shift)
{
	struct area *area;
	int error;

	rwlock_write_lock(&from->lock);
	error = tables_make_private(from, start, end);
	area = area_find_from(&from->areas, start);
	for (; !error && area && area->start < end; area = area_next(&from->areas, area)) {
		uintptr_t low = MAX(start, area->start), high = MIN(end, area->end);

		error = can_copy(area) ? take_area(copy, area, low, high, shift) : -EINVAL;
		if (!error)
			error = take_entries(copy, area, low, high, shift);
	}
	rwlock_write_unlock(&from->lock);
	return error;
}

// Check that the areas of `copy` can be mapped in `to`. Returns 0; -EEXIST if the range is not
// free; -ENOMEM within a limit.
static int check_target(struct aspace *to, struct aspace *copy, uintptr_t start, uintptr_t end)
{
	const struct area *next = area_find_from(&to->areas, start), *area;

	if (next && next->start < end)
		return -EEXIST;
	if (to->areas.count + copy->areas.count > areas_max)
		return -ENOMEM;
	list_for_each(area, &copy->areas.list, link)
		if (!aspace_may_grow(to, copy->pages * PAGE_SIZE, area->prot, area->flags))
			return -ENOMEM;
	return 0;
}

// Release the areas on a list; they are in no tree.
static void release_all(struct list *areas)
{
	struct area *area, *after;

	list_for_each_safe(area, after, areas, link)
		area_release(area);
}

// Make for `to` a copy of each area of `copy`, on the list `twins`. Returns 0, or -ENOMEM with the
// list empty.
static int twin_all(struct aspace *to, struct aspace *copy, struct list *twins)
{
	const struct area *area;

	list_for_each(area, &copy->areas.list, link) {
		struct area *twin = area_copy(area, to);

		if (!twin) {
			release_all(twins);
			return -ENOMEM;
		}
		list_add_tail(twins, &twin->link);
	}
	return 0;
}

// Move the entries of [start, end) from `copy` to `to`. All page tables are made first, so that
// after the first moved entry nothing can fail. The pages' reference counts stay: each entry moves
// with its reference. Tables that stay empty are freed at the end. Returns 0 or -ENOMEM.
static int hand_over_entries(struct aspace *to, struct aspace *copy, uintptr_t start, uintptr_t end)
{
	int error = 0;

	spin_lock(&to->pt_lock);
	for (uintptr_t va = start; va < end && !error; va = table_span_end(va, end))
		if (pgdir_walk(copy->pgdir, va, 0) && !pte_to_change(to, va))
			error = -ENOMEM;
	for (uintptr_t va = start; va < end && !error; va += PAGE_SIZE) {
		pte_t *pte = pgdir_walk(copy->pgdir, va, 0);

		if (pte && *pte)
			pte_store(to->pgdir, va, pgdir_walk(to->pgdir, va, 0), pte_exchange(pte, 0));
	}
	for (uintptr_t va = start; va < end; va = table_span_end(va, end))
		table_trim(to, va);
	spin_unlock(&to->pt_lock);
	return error;
}

// The second half: move everything from `copy` to `to`. Decides first (range, limits, areas,
// tables), then commits. Returns 0, -EEXIST or -ENOMEM; on an error `to` has not changed.
static int hand_over(struct aspace *to, struct aspace *copy, uintptr_t start, uintptr_t end)
{
	struct list twins;
	struct area *area, *after;
	int error;

	list_init(&twins);
	rwlock_write_lock(&to->lock);
	error = check_target(to, copy, start, end);
	if (!error)
		error = twin_all(to, copy, &twins);
	if (!error) {
		error = hand_over_entries(to, copy, start, end);
		if (error)
			release_all(&twins);
	}
	if (!error) {
		list_for_each_safe(area, after, &twins, link)
			area_insert(&to->areas, area);
		to->pages += copy->pages;
		areas_merge_at(to, end);
		areas_merge_at(to, start);
	}
	rwlock_write_unlock(&to->lock);
	return error;
}

int aspace_copy_range(struct aspace *to, uintptr_t at, struct aspace *from, uintptr_t va, size_t len)
{
	struct aspace *copy;
	int error;

	assert_no_lock();
	if (!range_valid(va, len) || !range_valid(at, len))
		return -EINVAL;
	len = ROUND_UP(len, PAGE_SIZE);
	error = aspace_create(&copy);
	if (error)
		return error;
	error = take(copy, from, va, va + len, at - va);
	if (!error)
		error = hand_over(to, copy, at, at + len);
	aspace_put(copy);
	return error;
}
