// area_edit.c: single areas: make, copy, extend, cut, split, merge. These functions change the
// tree of areas and the reference counts of objects, never page-table entries: the caller changes
// the entries.
#include "mem/heap.h"
#include "vm/area_edit.h"
#include "vm/counted_name.h"
#include "vm/object.h"
#include "vm/object_internal.h"
#include "vm/uffd.h"

// The head of a block of the heap in which several areas lie: a fork copies many areas at once, and
// most children free them together at their end.
// [s] the lock of their space
struct area_block {
	uint16_t made;   // how many of the areas have been made
	uint16_t room;   // how many there can be
	uint32_t in_use; // [s] how many have been made and not released; the last one frees the block
};

#define BLOCK_BYTES 2048u // the largest block for which the heap needs no pages of its own
#define BLOCK_AREAS ((BLOCK_BYTES - sizeof(struct area_block)) / sizeof(struct area))

// Fill in `area` for [start, end) as `request` says. Takes no reference.
static void describe(struct area *area, struct aspace *as, const struct map_request *request,
                     uintptr_t start, uintptr_t end)
{
	*area = (struct area){
		.start = start,
		.end = end,
		.prot = request->prot,
		.flags = request->flags,
		.ops = request_ops(request),
		.as = as,
		.object = request->object,
		.offset = request->offset,
		.name = request->name,
	};
}

// An area has got an object: count it there if it is of a file opened for writing, or may write. (A
// file may have many more mappings than one call may look at.)
static __noinline void count_writer(const struct area *area)
{
	if (area->flags & AREA_WRITE_OPEN)
		object_write_open_again(area->object);
	mutex_lock(&area->object->lock);
	area->object->writing_areas += area_may_write_object(area->flags);
	mutex_unlock(&area->object->lock);
}

// Undo count_writer.
static __noinline void uncount_writer(const struct area *area)
{
	mutex_lock(&area->object->lock);
	area->object->writing_areas -= area_may_write_object(area->flags);
	mutex_unlock(&area->object->lock);
	if (area->flags & AREA_WRITE_OPEN)
		object_write_close(area->object);
}

// Returns true if count_writer must be called.
static inline bool may_be_writer(const struct area *area)
{
	return unlikely(area->flags & (AREA_WRITE_OPEN | AREA_SHARED));
}

// Count heap memory of areas of `as` that has been allocated, or, with a negative number, is about to be freed.
static inline void count_memory(struct aspace *as, size_t change)
{
	__atomic_add_fetch(&as->area_bytes, change, __ATOMIC_RELAXED);
}

// Take the reference of an area that has just been filled in on its counted name, and note for the
// space that it may be sealed.
static __noinline void attach_marks(struct area *area)
{
	if (area->flags & AREA_NAMED)
		counted_name_get(area->name);
	if (area->flags & AREA_LABELLED)
		area_name_get(area);
	if (area->flags & AREA_SEALED)
		area->as->sealed = true;
}

// Take the references of an area that has just been filled in: on its name, its object, the
// object's file; and put it on the object's list, where truncation finds it (object_shrink.c).
static inline void attach(struct area *area)
{
	list_init(&area->object_link);
	area->object_round = 0;
	if (unlikely(area->ops->uncut))
		area->as->large = true;
	if (unlikely(area->flags & (AREA_NAMED | AREA_LABELLED | AREA_SEALED)))
		attach_marks(area);
	if (unlikely(area->uffd))
		uffd_get(area->uffd);
	if (area->object) {
		object_get_hosted(area->object);
		if (may_be_writer(area))
			count_writer(area);
		mutex_lock(&area->object->lock);
		list_add(&area->object->areas, &area->object_link);
		mutex_unlock(&area->object->lock);
		if (unlikely(area->object->watch))
			area->object->watch->attached(area->object->watch);
	}
}

#define AREA_BYTES kmalloc_footprint(sizeof(struct area))

struct area *area_new(struct aspace *as, const struct map_request *request, uintptr_t start,
                      uintptr_t end)
{
	struct area *area = kmalloc(sizeof(*area));

	if (!area)
		return NULL;
	count_memory(as, AREA_BYTES);
	describe(area, as, request, start, end);
	attach(area);
	return area;
}

// Make `copy`, which lies in `block` or in none, a copy of `area` for the space `as`, with references
// of its own.
static inline void fill_copy(struct area *copy, const struct area *area, struct aspace *as,
                             struct area_block *block)
{
	memcpy(copy, area, sizeof(*copy)); // an assignment would compile to a longer loop
	copy->as = as;
	copy->block = block;
	attach(copy);
}

struct area *area_copy(const struct area *area, struct aspace *as)
{
	struct area *copy = kmalloc(sizeof(*copy));

	if (!copy)
		return NULL;
	count_memory(as, AREA_BYTES);
	fill_copy(copy, area, as, NULL);
	return copy;
}

// Returns how many bytes a block with room for so many areas has. A full one fills a block of the heap.
static size_t block_size(size_t room)
{
	return sizeof(struct area_block) + room * sizeof(struct area);
}

// Returns a new block for areas of `as` with room for `count` areas, or for as many as one block can hold;
// NULL if out of memory.
static struct area_block *block_new(struct aspace *as, size_t count)
{
	size_t room = MIN(count, BLOCK_AREAS);
	struct area_block *block = kmalloc(block_size(room));

	if (!block)
		return NULL;
	*block = (struct area_block){ .room = (uint16_t)room };
	count_memory(as, block_size(room));
	return block;
}

struct area *area_copy_next(const struct area *area, struct aspace *as, struct area_block **block,
                            size_t left)
{
	struct area *copy;

	if (!*block || (*block)->made == (*block)->room)
		*block = block_new(as, left);
	if (!*block)
		return NULL;
	copy = (struct area *)(*block + 1) + (*block)->made++;
	(*block)->in_use++;
	fill_copy(copy, area, as, *block);
	return copy;
}

// Free the memory of an area.
static inline void area_free(struct area *area)
{
	struct area_block *block = area->block;

	if (!block) {
		count_memory(area->as, -AREA_BYTES);
		kfree(area);
	} else if (--block->in_use == 0) {
		count_memory(area->as, -block_size(block->room));
		kfree(block);
	}
}

void area_release(struct area *area)
{
	assert_may_yield();
	if (area->object) {
		mutex_lock(&area->object->lock);
		list_remove(&area->object_link);
		mutex_unlock(&area->object->lock);
		if (may_be_writer(area))
			uncount_writer(area);
		if (unlikely(area->object->watch))
			area->object->watch->detached(area->object->watch);
		object_put_hosted(area->object);
	}
	if (unlikely(area->flags & AREA_NAMED))
		counted_name_put(area->name);
	if (unlikely(area->flags & AREA_LABELLED))
		area_name_put(area);
	if (unlikely(area->uffd))
		uffd_put(area->uffd);
	area_free(area);
}

// Whether the soft-dirty bits have been cleared keeps no areas apart, as on Linux (area_keep_dirty).
static bool flags_alike(uint32_t low, uint32_t high)
{
	return low == high || (low ^ high) == AREA_SOFT_CLEAN;
}

void area_keep_dirty(struct area *area, uint32_t flags)
{
	assert_write_held(&area->as->lock);
	if (unlikely(area->flags != flags))
		area->flags &= ~AREA_SOFT_CLEAN;
}

// Names that programs have given are equal if their texts are.
static inline bool names_alike(const struct area *low, const struct area *high)
{
	return low->name == high->name || unlikely((low->flags & high->flags & AREA_LABELLED) &&
	                                           strcmp(low->name, high->name) == 0);
}

bool areas_alike(const struct area *low, const struct area *high)
{
	return low->prot == high->prot && flags_alike(low->flags, high->flags) &&
	       low->ops == high->ops && low->object == high->object && names_alike(low, high) &&
	       low->uffd == high->uffd &&
	       (low->ops->plain == &anon_ops ||
	        low->offset + (low->end - low->start) == high->offset);
}

void area_drop(struct aspace *as, struct area *area)
{
	assert_write_held(&as->lock);
	area_remove(&as->areas, area);
	if (as->hint == area)
		as->hint = NULL;
	area_release(area);
}

// The lower area survives and the upper one goes. A truncation that is under way may have visited
// only one of the two; then the merged area must be visited again. Areas whose users are counted stay
// apart, as on Linux: programs see the count (shmctl(2), shm_nattch).
void areas_merge_at(struct aspace *as, uintptr_t va)
{
	struct area *high = area_find(&as->areas, va), *low;
	uintptr_t end;

	assert_write_held(&as->lock);
	if (!high || high->start != va)
		return;
	low = area_prev(&as->areas, high);
	if (!low || low->end != va || !areas_alike(low, high))
		return;
	if (unlikely(low->object && low->object->watch))
		return;
	end = high->end;
	area_keep_dirty(low, high->flags);
	if (unlikely(low->object && low->object_round != high->object_round))
		object_visit_again(low);
	area_drop(as, high);
	area_resize(&as->areas, low, low->start, end);
}

// Most calls of mmap() and brk() continue an area that is there. Then no struct is allocated: a
// border moves. If [start, end) fills the hole between two areas that are alike, all three become
// one.
bool area_extend(struct aspace *as, const struct map_request *request, uintptr_t start,
                 uintptr_t end)
{
	struct area *high = area_find_from(&as->areas, start), *low, wanted;

	assert_write_held(&as->lock);
	if (high && high->start < end)
		return false;
	low = high ? area_prev(&as->areas, high) : area_last(&as->areas);
	describe(&wanted, as, request, start, end);
	if (low && low->end == start && areas_alike(low, &wanted)) {
		area_keep_dirty(low, wanted.flags);
		area_resize(&as->areas, low, low->start, end);
		areas_merge_at(as, end);
	} else if (high && high->start == end && areas_alike(&wanted, high)) {
		area_keep_dirty(high, wanted.flags);
		area_resize(&as->areas, high, start, high->end);
		high->offset = wanted.offset;
	} else {
		return false;
	}
	return true;
}

// Three cases: the whole area goes, its upper part goes, or its lower part goes. In the last case
// the offset moves with the start.
void area_cut_off(struct aspace *as, struct area *area, uintptr_t start, uintptr_t end)
{
	assert_write_held(&as->lock);
	if (area->start >= start && area->end <= end) {
		area_drop(as, area);
		return;
	}
	if (unlikely(area->object && area->object->watch)) {
		// Linux makes an area of the part and removes that.
		area->object->watch->attached(area->object->watch);
		area->object->watch->detached(area->object->watch);
	}
	if (area->start < start) {
		area_resize(&as->areas, area, area->start, start);
	} else {
		area->offset += end - area->start;
		area_resize(&as->areas, area, end, area->end);
	}
}

// Cut `area` at `va`. `high`, a copy of the area made before, becomes the upper part. Cannot fail.
static void split_commit(struct aspace *as, struct area *area, struct area *high, uintptr_t va)
{
	high->start = va;
	high->offset += va - area->start;
	area_resize(&as->areas, area, area->start, va);
	area_insert(&as->areas, high);
}

// Returns the area that `va` cuts in two, or NULL if `va` lies in no area or where an area begins.
static struct area *cut_by(struct aspace *as, uintptr_t va)
{
	struct area *area = area_find(&as->areas, va);

	return area && area->start < va ? area : NULL;
}

// Spaces without large pages, which are nearly all, need no search.
bool cuts_large_page(struct aspace *as, uintptr_t start, uintptr_t end)
{
	struct area *first, *last;

	assert_read_held(&as->lock);
	if (likely(!as->large))
		return false;
	first = cut_by(as, start);
	last = cut_by(as, end);
	return (first && uncut_at(first->ops, start)) || (last && uncut_at(last->ops, end));
}

// Decide, then commit: both copies are made before the first cut. One area may be cut at both
// ends; it is cut at `end` first, so `first_high` takes over the shortened end. Linux cuts at
// `start` first and checks the limit before each cut. So if only the cut at `end` is one too many,
// the cut at `start` stays.
int areas_split_at(struct aspace *as, uintptr_t start, uintptr_t end)
{
	struct area *first = cut_by(as, start), *last = cut_by(as, end);
	struct area *first_high = NULL, *last_high = NULL;
	size_t count = as->areas.count + (first != NULL);
	bool full = last && count >= areas_max;

	assert_write_held(&as->lock);
	if (first && as->areas.count >= areas_max)
		return -ENOMEM;
	if (full)
		last = NULL;
	if (first && !(first_high = area_copy(first, as)))
		return -ENOMEM;
	if (last && !(last_high = area_copy(last, as))) {
		if (first_high)
			area_release(first_high);
		return -ENOMEM;
	}
	if (last)
		split_commit(as, last, last_high, end);
	if (first) {
		first_high->end = first->end; // the cut at `end` may have shortened it
		split_commit(as, first, first_high, start);
	}
	return full ? -ENOMEM : 0;
}
