// trace_space.c: the grader's operations on address spaces and their areas. Spaces have numbers. The
// operations look at areas by code of their own.
#include "vm/test/trace_vm.h"

#include "mem/heap.h"
#include "mem/tlb.h"
#include "thread/thread.h"
#include "trace/trace.h"
#include "vm/area_edit.h"
#include "vm/mapping.h"
#include "vm/object.h"

#define OBJECTS 2
#define LISTED_MAX 40 // areas that `areas` reports

// Flags of a mapping, above the AREA_ bits.
#define MAP_AT 0x10000u         // map_request.fixed
#define MAP_FREE_ONLY 0x20000u  // map_request.no_replace
#define MAP_OBJECT 0x40000u     // of object 0
#define MAP_OBJECT_1 0x80000u   // of object 1
#define MAP_LARGE_OPS 0x100000u // the backend of large pages
#define MAP_FALSE_OPS 0x200000u // the grader's backend

static struct aspace *spaces[TRACE_SPACES];
static struct object *objects[OBJECTS];

struct aspace *trace_space(uint32_t number)
{
	return number < TRACE_SPACES ? spaces[number] : NULL;
}

// Memory that `hungry` has taken: pages and heap blocks, each linked by its first word.
struct taken {
	struct taken *next;
};
static struct taken *taken_pages, *taken_blocks;

static struct taken *push(struct taken **list, void *memory)
{
	struct taken *item = memory;

	item->next = *list;
	*list = item;
	return item;
}

static void *pop(struct taken **list)
{
	struct taken *item = *list;

	if (item)
		*list = item->next;
	return item;
}

// Free `n` of the pages, or of the blocks, that have been taken.
static void give_pages(size_t n)
{
	while (taken_pages && n-- > 0)
		page_free(virt_to_page(pop(&taken_pages)));
}

static void give_blocks(size_t n)
{
	while (taken_blocks && n-- > 0)
		kfree(pop(&taken_blocks));
}

// fed: free the pages that `hungry` has taken.
TRACE_OP(fed)
{
	give_blocks(SIZE_MAX);
	give_pages(SIZE_MAX);
}

// hungry PAGES BLOCKS: take all memory but so many pages, and so many blocks in which a struct area
// fits; BLOCKS is less than 16.
TRACE_OP(hungry)
{
	page_t *pp;
	void *block;

	(void)page_reclaim();
	while (page_alloc(&pp) == 0)
		push(&taken_pages, page_to_virt(pp));
	while ((block = kmalloc(sizeof(struct area))))
		push(&taken_blocks, block);
	give_pages(1); // a heap page of our own, so that no page becomes free with the blocks below
	while ((block = kmalloc(sizeof(struct area))))
		push(&taken_blocks, block);
	give_blocks(args[1]);
	give_pages(args[0]);
}

// dirty N: let N free pages be full of junk.
TRACE_OP(dirty)
{
	page_t *pp;

	for (size_t i = 0; i < args[0] && page_alloc(&pp) == 0; i++)
		stosl(push(&taken_pages, page_to_virt(pp)) + 1, NOT_STORED, PAGE_SIZE / 4 - 1);
	give_pages(SIZE_MAX);
}

// free_pages: reports how many pages are free.
TRACE_OP(free_pages)
{
	(void)page_reclaim();
	trace_value(page_free_count());
}

// spaces: begin without a space and without an object; those of earlier tests are forgotten.
TRACE_OP(spaces)
{
	give_blocks(SIZE_MAX);
	give_pages(SIZE_MAX);
	thread_current()->aspace = NULL;
	pgdir_load(kernel_pgdir);
	memset(spaces, 0, sizeof(spaces));
	memset(objects, 0, sizeof(objects));
	trace_catch_faults();
	trace_note_pins();
}

// space S: reports the error.
TRACE_OP(space)
{
	struct aspace *as = NULL;

	if (args[0] >= TRACE_SPACES)
		return;
	trace_value((uint32_t)aspace_create(&as));
	spaces[args[0]] = as;
}

// space_end S: drop the reference on the space, which ends it.
TRACE_OP(space_end)
{
	struct aspace *as = trace_space(args[0]);

	if (!as)
		return;
	if (thread_current()->aspace == as)
		aspace_switch_to(NULL);
	spaces[args[0]] = NULL;
	aspace_put(as);
}

// enter S: run in this space; without one in none.
TRACE_OP(enter)
{
	struct aspace *as = trace_space(args[0]);

	aspace_switch_to(as ? aspace_get(as) : NULL);
}

// object O: make an object. object_end O: drop the reference on it.
TRACE_OP(object)
{
	if (args[0] < OBJECTS)
		objects[args[0]] = object_create();
	trace_value(args[0] >= OBJECTS || !objects[args[0]]);
}

TRACE_OP(object_end)
{
	if (args[0] < OBJECTS && objects[args[0]])
		object_put(objects[args[0]]);
}

// Returns the request that a mapping's arguments mean: VA LEN PROT FLAGS OFFSET.
static struct map_request request_of(const uint32_t *args)
{
	uint32_t flags = args[3];

	return (struct map_request){
		.va = args[0],
		.len = args[1],
		.prot = (uint8_t)args[2],
		.flags = (uint16_t)flags,
		.offset = args[4],
		.fixed = flags & MAP_AT,
		.no_replace = flags & MAP_FREE_ONLY,
		.object = flags & MAP_OBJECT   ? objects[0] :
		          flags & MAP_OBJECT_1 ? objects[1] :
		                                 NULL,
		.ops = flags & MAP_LARGE_OPS ? &large_ops :
		       flags & MAP_FALSE_OPS ? &trace_backend :
		                               NULL,
	};
}

// map S VA LEN PROT FLAGS OFFSET: aspace_map. Reports the error and the address.
TRACE_OP(map)
{
	struct aspace *as = trace_space(args[0]);
	struct map_request request = request_of(args + 1);
	uintptr_t va = NOT_STORED;

	if (!as)
		return;
	trace_value((uint32_t)aspace_map(as, &request, &va));
	trace_value(va);
}

// check_map S VA LEN PROT FLAGS: aspace_check_map. Reports the error.
TRACE_OP(check_map)
{
	struct aspace *as = trace_space(args[0]);
	struct map_request request = request_of(args + 1);

	if (as)
		trace_value((uint32_t)aspace_check_map(as, &request));
}

// area S START END PROT FLAGS OFFSET: insert an area without any check. Reports 0 if there is memory.
TRACE_OP(area)
{
	struct aspace *as = trace_space(args[0]);
	struct map_request request = request_of(args + 1);
	struct area *area = as ? area_new(as, &request, args[1], args[2]) : NULL;

	trace_value(!area);
	if (!area)
		return;
	rwlock_write_lock(&as->lock);
	area_insert(&as->areas, area);
	as->pages += (args[2] - args[1]) / PAGE_SIZE;
	rwlock_write_unlock(&as->lock);
}

// unmap S VA LEN: aspace_unmap. Reports the error.
TRACE_OP(unmap)
{
	struct aspace *as = trace_space(args[0]);

	if (as)
		trace_value((uint32_t)aspace_unmap(as, args[1], args[2]));
}

// unmap_prepare S START END: reports the error.
TRACE_OP(unmap_prepare)
{
	struct aspace *as = trace_space(args[0]);

	if (!as)
		return;
	rwlock_write_lock(&as->lock);
	trace_value((uint32_t)unmap_prepare(as, args[1], args[2]));
	rwlock_write_unlock(&as->lock);
}

// split S START END: areas_split_at. Reports the error.
TRACE_OP(split)
{
	struct aspace *as = trace_space(args[0]);

	if (!as)
		return;
	rwlock_write_lock(&as->lock);
	trace_value((uint32_t)areas_split_at(as, args[1], args[2]));
	rwlock_write_unlock(&as->lock);
}

// Returns the area of the space S that begins at VA, or NULL.
static struct area *area_at(uint32_t number, uintptr_t va)
{
	struct aspace *as = trace_space(number);
	struct area *area;

	if (as)
		list_for_each(area, &as->areas.list, link)
			if (area->start == va)
				return area;
	return NULL;
}

// most_areas N: let no space have more areas than N.
TRACE_OP(most_areas)
{
	areas_max = args[0];
}

// cut S AT START END: area_cut_off of the area that begins at AT. Reports 0 if there is one.
TRACE_OP(cut)
{
	struct aspace *as = trace_space(args[0]);
	struct area *found = area_at(args[0], args[1]);
	uintptr_t before, after;

	if (!as)
		return;
	rwlock_write_lock(&as->lock);
	trace_value(!found);
	if (found) {
		before = MAX(found->start, args[2]);
		after = MIN(found->end, args[3]);
		as->hint = found;
		as->pages -= (after - before) / PAGE_SIZE;
		area_cut_off(as, found, args[2], args[3]);
	}
	rwlock_write_unlock(&as->lock);
}

// merge S VA: areas_merge_at.
TRACE_OP(merge)
{
	struct aspace *as = trace_space(args[0]);

	if (!as)
		return;
	rwlock_write_lock(&as->lock);
	areas_merge_at(as, args[1]);
	rwlock_write_unlock(&as->lock);
}

// visited S VA ROUND: let a truncation of its object have visited the area that begins at VA, in this
// round. Reports 0 if there is one.
TRACE_OP(visited)
{
	struct area *area = area_at(args[0], args[1]);

	trace_value(!area || !area->object);
	if (!area || !area->object)
		return;
	area->object->changing = true;
	area->object_round = (uint16_t)args[2];
}

// visit S VA: the truncation ends. Reports 0 if there is an area; the round of its last visit.
TRACE_OP(visit)
{
	struct area *area = area_at(args[0], args[1]);

	trace_value(!area || !area->object);
	if (!area || !area->object)
		return;
	area->object->changing = false;
	trace_value(area->object_round);
}

// room S LARGE HINT LEN: find_room at a multiple of 4 MiB, if LARGE, or of 4 KiB. Reports the error
// and the address.
TRACE_OP(room)
{
	struct aspace *as = trace_space(args[0]);
	uintptr_t va = NOT_STORED;

	if (!as)
		return;
	rwlock_read_lock(&as->lock);
	trace_value(
		(uint32_t)find_room(as, args[2], args[3], args[1] ? LARGE_SIZE : PAGE_SIZE, &va));
	rwlock_read_unlock(&as->lock);
	trace_value(va);
}

// Returns a number for the backend of an area: 0 anonymous, 1 large pages, 2 and 3 an object, 4
// anything else.
static uint32_t backend(const struct area *area)
{
	if (area->object)
		return area->object == objects[0] ? 2 : area->object == objects[1] ? 3 : 4;
	return area->ops == &anon_ops ? 0 : area->ops == &large_ops ? 1 : 4;
}

// areas S: reports each area on a line of its own: start, end, protection, flags, backend, offset.
// Last: areas.count, aspace.pages, and whether aspace.hint names no area of the space.
TRACE_OP(areas)
{
	const struct aspace *as = trace_space(args[0]);
	const struct area *area;
	bool hint_wrong;
	size_t listed = 0;

	if (!as)
		return;
	hint_wrong = as->hint;
	list_for_each(area, &as->areas.list, link) {
		if (as->hint == area)
			hint_wrong = false;
		if (listed++ >= LISTED_MAX)
			break;
		trace_value(area->start);
		trace_value(area->end);
		trace_value(area->prot);
		trace_value(area->flags);
		trace_value(backend(area));
		trace_value((uint32_t)area->offset);
		trace_more();
	}
	trace_value(as->areas.count);
	trace_value(as->pages);
	trace_value(hint_wrong);
}
