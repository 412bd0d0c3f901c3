// aspace_held.c: what a space holds (kern/README.md, "What a process holds"): its pages and page tables, its
// areas, and the objects that it maps.
#include "mem/heap.h"
#include "mem/held.h"
#include "thread/yield.h"
#include "vm/area_edit.h"
#include "vm/ptes.h"

// About how many instructions it takes to look at a page table, at an entry, at an object.
#define SPAN_COST 30
#define ENTRY_COST 20
#define OBJECT_COST 300

#define TRIES 32 // how often the lock of a space is tried

uint64_t (*aspace_named_held_hook)(struct aspace *as);

// Large pages do not count, since they return to their own pool. The nodes of the tree of pages are
// counted as if all were full.
uint64_t object_contents_bytes(struct object *obj)
{
	if (obj->shift != PAGE_SHIFT || !held_count(&obj->held_mark))
		return 0;
	return kmalloc_footprint(sizeof(*obj)) +
	       (uint64_t)obj->resident * (PAGE_SIZE + sizeof(page_t *));
}

// Returns true if the measure has to look at the object: no name leads to it, and it has not been
// counted.
static bool is_uncounted(const struct object *obj)
{
	return !held_counted(obj->held_mark) &&
	       !(obj->host && object_host_hooks->has_name(obj->host));
}

uint64_t object_held_bytes(struct object *obj)
{
	assert_no_lock();
	if (!is_uncounted(obj))
		return 0;
	return obj->host ? object_host_hooks->held_bytes(obj->host) : object_contents_bytes(obj);
}

// Find the next object that the measure has to look at, in areas that end above *va, and advance *va to
// the end of its area. Yields. Returns the object with new references on it and its host, or NULL if
// there is none. Caller: holds as->lock.
static struct object *next_uncounted(struct aspace *as, uintptr_t *va)
{
	const struct area *area = area_find_from(&as->areas, *va);

	assert_read_held(&as->lock);
	for (; area; area = area_next(&as->areas, area)) {
		*va = area->end;
		if (area->object && is_uncounted(area->object))
			return object_get_hosted(area->object);
		(void)yield_after(AREA_LOOK_COST);
	}
	return NULL;
}

// Take as->lock for reading, unless threads of the space hold it all the time: who measures must not
// wait for many long calls. Yields. Returns true if it has the lock.
static bool lock_if_possible(struct aspace *as)
{
	assert_no_lock();
	for (int i = 0; i < TRIES; i++) {
		if (rwlock_read_trylock(&as->lock))
			return true;
		thread_yield();
	}
	return false;
}

// Returns how many bytes the objects hold that the space maps and no name leads to. Where the lock cannot
// be had, a space must not gain by it: all its areas count with their sizes. Yields.
static uint64_t mapped_bytes(struct aspace *as)
{
	uintptr_t va = 0;
	uint64_t bytes = 0;
	struct object *obj;

	assert_no_lock();
	do {
		if (!lock_if_possible(as))
			return bytes + (uint64_t)as->pages * PAGE_SIZE;
		obj = next_uncounted(as, &va);
		rwlock_read_unlock(&as->lock);
		if (obj) {
			bytes += object_held_bytes(obj);
			object_put_hosted(obj);
		}
		(void)yield_after(OBJECT_COST);
	} while (obj);
	return bytes;
}

// Returns true if `entry` names a page that counts by itself: neither device memory, nor the zero page, nor
// a page of an object that has been counted. An object outlives the entries that name its pages.
static bool page_counts(pte_t entry)
{
	const page_t *pp = entry_page(entry);
	const struct object *obj;

	if (!pp || pp == zero_page)
		return false;
	obj = pp->kind == PAGE_OBJECT ? pp->owner : NULL;
	return !obj || !held_counted(obj->held_mark);
}

// Returns how many pages the page tables and the pages are that their entries name. Only pt_lock is
// taken, for one table at a time. Yields.
static size_t table_pages(struct aspace *as)
{
	size_t count = 0;

	assert_no_lock();
	for (size_t pdx = 0; pdx < USER_PDES; pdx++) {
		const pte_t *table;

		spin_lock(&as->pt_lock);
		table = user_table(as, pdx);
		count += table != NULL;
		for (size_t i = 0; table && i < PTRS_PER_TABLE; i++)
			count += page_counts(table[i]);
		spin_unlock(&as->pt_lock);
		(void)yield_after(table ? PTRS_PER_TABLE * ENTRY_COST : SPAN_COST);
	}
	return count;
}

// The objects come before the pages, so that their pages do not count twice.
size_t aspace_held_pages(struct aspace *as)
{
	uint64_t bytes = as->area_bytes + mapped_bytes(as);

	assert_no_lock();
	if (as->program)
		bytes += object_held_bytes(as->program);
	if (as->named)
		bytes += aspace_named_held_hook(as);
	return 1 + (size_t)(bytes / PAGE_SIZE) + table_pages(as);
}
