// test_stack.c: an area that grows downwards when it is touched below its start.
#include "vm/test/vm_test_util.h"
#include <abi/mman.h>

#define TOP (BASE + 64 * (1u << 20)) // far above everything else

// Make a space with a stack of `pages` pages below TOP.
static struct aspace *with_stack(unsigned int pages)
{
	struct map_request request = {
		.va = TOP - pages * PAGE_SIZE,
		.len = pages * PAGE_SIZE,
		.prot = RW,
		.flags = AREA_GROWSDOWN,
		.fixed = true,
		.name = "[stack]",
	};
	struct aspace *as = test_aspace();
	uintptr_t va;

	EXPECT_EQ(aspace_map(as, &request, &va), 0);
	return as;
}

static uintptr_t stack_start(struct aspace *as)
{
	return area_find(&as->areas, TOP - 1)->start;
}

KTEST(stack_grows_to_where_it_is_touched)
{
	struct aspace *as = with_stack(1);

	EXPECT_EQ(test_touch(as, TOP - PAGE_SIZE - 1, ACCESS_WRITE), FAULT_OK);
	EXPECT_EQ(stack_start(as), TOP - 2 * PAGE_SIZE);
	EXPECT_EQ(test_touch(as, TOP - 100 * PAGE_SIZE + 7, ACCESS_READ), FAULT_OK);
	EXPECT_EQ(stack_start(as), TOP - 100 * PAGE_SIZE);
	EXPECT_EQ(as->pages, 100);
	EXPECT_EQ(as->areas.count, 1);
	test_store(as, TOP - 50 * PAGE_SIZE, 'x');
	EXPECT_EQ(stack_start(as), TOP - 100 * PAGE_SIZE);
	test_aspace_check(as);
	aspace_put(as);
}

KTEST(stack_grows_up_to_its_limit)
{
	struct aspace *as = with_stack(1);

	EXPECT_EQ(test_touch(as, TOP - STACK_LIMIT - 1, ACCESS_WRITE), FAULT_NO_AREA);
	EXPECT_EQ(stack_start(as), TOP - PAGE_SIZE);
	EXPECT_EQ(test_touch(as, TOP - STACK_LIMIT, ACCESS_WRITE), FAULT_OK);
	EXPECT_EQ(stack_start(as), TOP - STACK_LIMIT);
	EXPECT_EQ(test_touch(as, TOP - STACK_LIMIT - 1, ACCESS_WRITE), FAULT_NO_AREA);
	test_aspace_check(as);
	aspace_put(as);
}

KTEST(stack_keeps_its_distance)
{
	struct aspace *as = with_stack(1);
	uintptr_t end = TOP - STACK_GUARD - 5 * PAGE_SIZE;
	struct map_request request = {
		.va = end - PAGE_SIZE, .len = PAGE_SIZE, .prot = RW, .fixed = true
	};
	uintptr_t va;

	EXPECT_EQ(aspace_map(as, &request, &va), 0);
	EXPECT_EQ(test_touch(as, TOP - 6 * PAGE_SIZE, ACCESS_WRITE), FAULT_NO_AREA);
	EXPECT_EQ(test_touch(as, end, ACCESS_WRITE), FAULT_NO_AREA);
	EXPECT_EQ(stack_start(as), TOP - PAGE_SIZE);
	EXPECT_EQ(test_touch(as, TOP - 5 * PAGE_SIZE, ACCESS_WRITE), FAULT_OK);
	EXPECT_EQ(stack_start(as), TOP - 5 * PAGE_SIZE);
	EXPECT_EQ(test_touch(as, end - 1, ACCESS_WRITE), FAULT_OK); // the other one's page
	EXPECT_EQ(stack_start(as), TOP - 5 * PAGE_SIZE);
	EXPECT_EQ(aspace_unmap(as, end - PAGE_SIZE, PAGE_SIZE), 0);
	EXPECT_EQ(test_touch(as, end, ACCESS_WRITE), FAULT_OK);
	EXPECT_EQ(stack_start(as), end);
	test_aspace_check(as);
	aspace_put(as);
}

KTEST(stack_growth_is_for_stacks)
{
	struct aspace *as = test_aspace();

	test_map(as, 100, 101, RW);
	EXPECT_EQ(test_touch(as, AT(99), ACCESS_WRITE), FAULT_NO_AREA);
	EXPECT_AREAS(as, "100-101rw");
	aspace_put(as);
}

// The protection of a stack also holds for the part that has grown.
KTEST(stack_growth_obeys_rights)
{
	struct aspace *as = with_stack(2);

	EXPECT_EQ(aspace_protect(as, TOP - 2 * PAGE_SIZE, 2 * PAGE_SIZE, PROT_READ), 0);
	EXPECT_EQ(test_touch(as, TOP - 3 * PAGE_SIZE, ACCESS_READ), FAULT_OK);
	EXPECT_EQ(test_touch(as, TOP - 3 * PAGE_SIZE, ACCESS_WRITE), FAULT_NOT_ALLOWED);
	test_aspace_check(as);
	aspace_put(as);
}
