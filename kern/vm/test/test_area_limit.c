// test_area_limit.c: the limit on the number of areas of a space, and which calls fail at which
// number.
#include "mem/fail_alloc.h"
#include "vm/test/vm_test_util.h"
#include <abi/mman.h>

#define LIMIT 20u

// Make a space with exactly `count` areas: pages 0 to 9 readable and writable, and single pages
// from 100 on.
static struct aspace *space_of(size_t count)
{
	struct aspace *as = test_aspace();

	areas_max = 65530;
	test_map(as, 0, 10, RW);
	for (unsigned int page = 100; as->areas.count < count; page += 2)
		test_map(as, page, page + 1, PROT_READ);
	areas_max = LIMIT;
	return as;
}

static int map_at(struct aspace *as, unsigned int page, bool fixed)
{
	struct map_request request = {
		.va = AT(page), .len = PAGE_SIZE, .prot = PROT_READ, .fixed = fixed
	};
	uintptr_t va;

	return aspace_map(as, &request, &va);
}

static int map_one(struct aspace *as)
{
	return map_at(as, 50, false);
}

static int map_over_middle(struct aspace *as)
{
	return map_at(as, 5, true);
}

static int map_over_edge(struct aspace *as)
{
	return map_at(as, 0, true);
}

static int unmap_middle(struct aspace *as)
{
	return aspace_unmap(as, AT(5), PAGE_SIZE);
}

static int unmap_edge(struct aspace *as)
{
	return aspace_unmap(as, AT(9), PAGE_SIZE);
}

static int protect_middle(struct aspace *as)
{
	return aspace_protect(as, AT(5), PAGE_SIZE, PROT_READ);
}

static int protect_edge(struct aspace *as)
{
	return aspace_protect(as, AT(8), 2 * PAGE_SIZE, PROT_READ);
}

static int protect_all(struct aspace *as)
{
	return aspace_protect(as, AT(0), 10 * PAGE_SIZE, PROT_READ);
}

static int advise_edge(struct aspace *as)
{
	return aspace_advise(as, AT(0), PAGE_SIZE, MADV_DONTFORK);
}

static int lock_middle(struct aspace *as)
{
	return aspace_lock(as, AT(5), PAGE_SIZE, AREA_LOCKED | AREA_ONFAULT);
}

static int move(struct aspace *as)
{
	uintptr_t va;

	areas_max++;
	test_map(as, 10, 11, PROT_NONE); // in the way, one more
	areas_max--;
	return aspace_remap(as, AT(0), 10 * PAGE_SIZE, 11 * PAGE_SIZE, MREMAP_MAYMOVE, 0, &va);
}

static int move_to(struct aspace *as)
{
	uintptr_t va;

	return aspace_remap(as, AT(0), 10 * PAGE_SIZE, 10 * PAGE_SIZE,
	                    MREMAP_MAYMOVE | MREMAP_FIXED, AT(50), &va);
}

static int move_nothing_to(struct aspace *as)
{
	uintptr_t va;

	return aspace_remap(as, AT(70), PAGE_SIZE, PAGE_SIZE, MREMAP_MAYMOVE | MREMAP_FIXED, AT(50),
	                    &va);
}

static int shrink_middle(struct aspace *as)
{
	uintptr_t va;

	return aspace_remap(as, AT(0), 5 * PAGE_SIZE, 2 * PAGE_SIZE, 0, 0, &va);
}

static int grow_heap(struct aspace *as)
{
	as->brk_start = as->brk = AT(300);
	return aspace_brk(as, AT(301)) == AT(301) ? 0 : -ENOMEM;
}

// A call; the largest number of areas with which it succeeds (on Linux 6.18), the smallest with
// which it fails; the error; and how many areas it adds although it fails, if any.
static const struct {
	int (*call)(struct aspace *as);
	size_t last;
	int error, added;
} calls[] = {
	{ map_one, LIMIT, -ENOMEM, 0 },           { map_over_middle, LIMIT - 1, -ENOMEM, 0 },
	{ map_over_edge, LIMIT, -ENOMEM, 0 },     { unmap_middle, LIMIT - 1, -ENOMEM, 0 },
	{ unmap_edge, LIMIT + 1, 0, 0 },          { protect_middle, LIMIT - 2, -ENOMEM, 1 },
	{ protect_edge, LIMIT - 1, -ENOMEM, 0 },  { protect_all, LIMIT + 1, 0, 0 },
	{ advise_edge, LIMIT - 1, -EAGAIN, 0 },   { lock_middle, LIMIT - 2, -ENOMEM, 1 },
	{ move, LIMIT - 5, -ENOMEM, 1 },          { move_to, LIMIT - 6, -ENOMEM, 0 },
	{ shrink_middle, LIMIT - 1, -ENOMEM, 0 }, { grow_heap, LIMIT, -ENOMEM, 0 },
};

KTEST(calls_fail_where_there_are_too_many_areas)
{
	size_t before = areas_max;

	for (size_t i = 0; i < ARRAY_SIZE(calls); i++) {
		for (size_t count = LIMIT - 7; count <= LIMIT + 1; count++) {
			struct aspace *as = space_of(count);
			bool fits = count <= calls[i].last;

			EXPECT_EQ(calls[i].call(as), fits ? 0 : calls[i].error);
			if (count == calls[i].last + 1)
				EXPECT_EQ(as->areas.count, count + (size_t)calls[i].added);
			test_aspace_check(as);
			aspace_put(as);
		}
	}
	areas_max = before;
}

// As on Linux the number of areas is checked before the mapping.
KTEST(too_many_areas_come_before_a_hole)
{
	struct aspace *as = space_of(LIMIT - 5);

	EXPECT_EQ(move_nothing_to(as), -ENOMEM);
	EXPECT_EQ(aspace_unmap(as, AT(100), PAGE_SIZE), 0);
	EXPECT_EQ(move_nothing_to(as), -EFAULT);
	aspace_put(as);
	areas_max = 65530;
}

// A part that becomes like its neighbour adds no area and needs no memory: a border moves.
KTEST(borders_move_without_a_new_area)
{
	struct aspace *as = space_of(LIMIT + 1);

	areas_max = 65530;
	test_map(as, 0, 10, RW);
	test_map(as, 10, 20, PROT_READ);
	areas_max = LIMIT;
#ifdef DEBUG
	mem_fail_after(1);
#endif
	EXPECT_EQ(aspace_protect(as, AT(8), 2 * PAGE_SIZE, PROT_READ), 0);
	EXPECT_EQ(aspace_protect(as, AT(10), 5 * PAGE_SIZE, PROT_READ), 0);
	EXPECT_EQ(aspace_protect(as, AT(8), 4 * PAGE_SIZE, RW), 0);
#ifdef DEBUG
	EXPECT_EQ(mem_fail_after(0), 1);
#endif
	EXPECT_EQ(area_find(&as->areas, AT(0))->end, AT(12));
	EXPECT_EQ(area_find(&as->areas, AT(12))->end, AT(20));
	test_aspace_check(as);
	aspace_put(as);
	areas_max = 65530;
}

// After a border has moved, the object's bytes on both sides are where they were.
KTEST(borders_move_with_the_offset)
{
	struct object *obj = test_object(6);
	struct aspace *as = test_aspace();

	test_map_object(as, 0, 3, RW, AREA_SHARED, obj, 0);
	test_map_object(as, 3, 6, PROT_READ, AREA_SHARED, obj, 3);
	EXPECT_EQ(aspace_protect(as, AT(3), PAGE_SIZE, RW), 0);
	EXPECT_AREAS(as, "0-4rws@0 4-6rs@4");
	EXPECT_EQ(aspace_protect(as, AT(2), 2 * PAGE_SIZE, PROT_READ), 0);
	EXPECT_AREAS(as, "0-2rws@0 2-6rs@2");
	test_touch(as, AT(2), ACCESS_READ);
	EXPECT_EQ(test_byte(as, AT(2)), 'c');
	test_aspace_check(as);
	aspace_put(as);
	object_put(obj);
}
