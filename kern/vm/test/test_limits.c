// test_limits.c: the limits on a space's memory, and the distance that is kept from stacks.
#include "vm/mapping.h"
#include "vm/test/vm_test_util.h"
#include <abi/mman.h>

static int map(struct aspace *as, uintptr_t va, unsigned int pages, int prot, uint16_t flags)
{
	struct map_request request = { .va = va,
		                       .len = pages * PAGE_SIZE,
		                       .prot = (uint8_t)prot,
		                       .flags = flags,
		                       .fixed = true };
	int error = aspace_map(as, &request, &va);

	test_aspace_check(as);
	return error;
}

static void limit(unsigned int total, unsigned int data, unsigned int stack)
{
	test_limit(total * PAGE_SIZE, data * PAGE_SIZE, stack * PAGE_SIZE);
}

#define MUCH 10000u

KTEST(limit_of_all_areas)
{
	struct aspace *as = test_aspace();

	limit(10, MUCH, MUCH);
	EXPECT_EQ(map(as, AT(0), 11, PROT_READ, 0), -ENOMEM);
	EXPECT_EQ(map(as, AT(0), 8, PROT_READ, 0), 0);
	EXPECT_EQ(map(as, AT(20), 3, PROT_READ, 0), -ENOMEM);
	EXPECT_EQ(map(as, AT(20), 2, PROT_READ, 0), 0);
	EXPECT_EQ(map(as, AT(7), 2, PROT_READ, 0), -ENOMEM); // one page more
	EXPECT_EQ(map(as, AT(6), 2, RW, 0), 0);              // in the place of others
	EXPECT_AREAS(as, "0-6r 6-8rw 20-22r");
	EXPECT_EQ(aspace_unmap(as, AT(20), PAGE_SIZE), 0);
	EXPECT_EQ(map(as, AT(8), 1, PROT_READ, 0), 0);
	limit(5, MUCH, MUCH); // what is there stays
	EXPECT_EQ(as->pages, 10);
	EXPECT_EQ(map(as, AT(0), 1, PROT_READ, 0), -ENOMEM);
	EXPECT_EQ(aspace_unmap(as, AT(0), 6 * PAGE_SIZE), 0);
	EXPECT_EQ(map(as, AT(0), 1, PROT_READ, 0), 0);
	aspace_put(as);
	test_no_limit();
}

// RLIMIT_DATA counts private writable memory, except stacks.
KTEST(limit_of_data)
{
	struct object *obj = test_object(1);
	struct aspace *as = test_aspace();

	limit(MUCH, 4, MUCH);
	EXPECT_EQ(map(as, AT(0), 5, RW, 0), -ENOMEM);
	EXPECT_EQ(map(as, AT(0), 3, RW, 0), 0);
	EXPECT_EQ(map(as, AT(10), 50, PROT_READ, 0), 0);
	EXPECT_EQ(map(as, AT(100), 50, RW, AREA_GROWSDOWN), 0);
	test_map_object(as, 200, 250, RW, AREA_SHARED, obj, 0);
	EXPECT_EQ(map(as, AT(3), 2, RW, 0), -ENOMEM);
	EXPECT_EQ(map(as, AT(3), 1, RW, 0), 0);
	as->brk_start = as->brk = AT(300);
	EXPECT_EQ(aspace_brk(as, AT(301)), AT(300)); // the heap counts too
	EXPECT_EQ(aspace_unmap(as, AT(0), PAGE_SIZE), 0);
	EXPECT_EQ(aspace_brk(as, AT(301)), AT(301));
	test_aspace_check(as);
	aspace_put(as);
	object_put(obj);
	test_no_limit();
}

KTEST(limit_of_stacks)
{
	struct aspace *as = test_aspace();

	limit(MUCH, MUCH, 5);
	EXPECT_EQ(map(as, AT(1000), 1, RW, AREA_GROWSDOWN), 0);
	EXPECT_EQ(test_touch(as, AT(995), ACCESS_WRITE), FAULT_NO_AREA);
	EXPECT_EQ(test_touch(as, AT(996), ACCESS_WRITE), FAULT_OK);
	EXPECT_EQ(test_touch(as, AT(995), ACCESS_WRITE), FAULT_NO_AREA);
	EXPECT_AREAS(as, "996-1001rw");
	limit(6, MUCH, MUCH);
	EXPECT_EQ(test_touch(as, AT(994), ACCESS_WRITE), FAULT_NO_AREA);
	EXPECT_EQ(test_touch(as, AT(995), ACCESS_WRITE), FAULT_OK);
	test_aspace_check(as);
	aspace_put(as);
	test_no_limit();
}

// The limits are those of the calling thread, for whatever space it calls.
KTEST(limits_belong_to_the_thread)
{
	struct aspace *as = test_aspace(), *copy;

	limit(3, MUCH, MUCH);
	EXPECT_EQ(aspace_clone(as, &copy), 0);
	EXPECT_EQ(map(copy, AT(0), 4, RW, 0), -ENOMEM);
	EXPECT_EQ(map(copy, AT(0), 3, RW, 0), 0);
	test_no_limit();
	EXPECT_EQ(map(copy, AT(0), 4, RW, 0), 0);
	aspace_put(copy);
	aspace_put(as);
}

#define GUARD (STACK_GUARD / PAGE_SIZE)

// A stack may grow close to another stack, and to memory without any access.
KTEST(stack_need_not_keep_its_distance_from_everything)
{
	static const struct {
		int prot;
		uint16_t flags;
		enum fault_result result;
	} below[] = {
		{ RW, 0, FAULT_NO_AREA },
		{ PROT_READ, 0, FAULT_NO_AREA },
		{ PROT_NONE, 0, FAULT_OK },
		{ RW, AREA_GROWSDOWN, FAULT_OK },
	};

	for (size_t i = 0; i < ARRAY_SIZE(below); i++) {
		struct aspace *as = test_aspace();

		EXPECT_EQ(map(as, AT(1000), 1, RW, AREA_GROWSDOWN), 0);
		EXPECT_EQ(map(as, AT(990), 1, below[i].prot, below[i].flags), 0);
		EXPECT_EQ(test_touch(as, AT(992), ACCESS_WRITE), below[i].result);
		test_aspace_check(as);
		aspace_put(as);
	}
}

// A mapping with only a hint, or without any, is not placed just below a stack.
KTEST(aspace_map_keeps_its_distance_from_stacks)
{
	struct map_request request = { .len = PAGE_SIZE, .prot = RW };
	struct aspace *as = test_aspace();
	uintptr_t va;

	EXPECT_EQ(map(as, AT(1000), 1, RW, AREA_GROWSDOWN), 0);
	request.va = AT(1000 - GUARD);
	EXPECT_EQ(aspace_map(as, &request, &va), 0);
	EXPECT_EQ(va, MMAP_BASE);
	request.va = AT(1000 - GUARD - 1);
	EXPECT_EQ(aspace_map(as, &request, &va), 0);
	EXPECT_EQ(va, AT(1000 - GUARD - 1));
	EXPECT_EQ(map(as, AT(999), 1, RW, 0), 0); // who insists gets it
	EXPECT_EQ(map(as, MMAP_BASE + 10 * PAGE_SIZE + STACK_GUARD, 1, RW, AREA_GROWSDOWN), 0);
	request.va = 0;
	request.len = 9 * PAGE_SIZE; // one is taken
	EXPECT_EQ(aspace_map(as, &request, &va), 0);
	EXPECT_EQ(va, MMAP_BASE + PAGE_SIZE);
	request.len = PAGE_SIZE;
	EXPECT_EQ(aspace_map(as, &request, &va), 0);
	EXPECT_EQ(va, MMAP_BASE + 11 * PAGE_SIZE + STACK_GUARD);
	test_aspace_check(as);
	aspace_put(as);
}

#define AREAS 200u
#define LEAST_COST 5 // instructions to look at an area

// Walks over all areas count their work, since a program may have 65,530 of them.
KTEST(limits_count_the_areas_that_they_look_at)
{
	struct aspace *as = test_aspace();

	for (unsigned int i = 0; i < AREAS; i++)
		test_map(as, 2 * i, 2 * i + 1, RW);
	limit(MUCH, MUCH, MUCH);
	rwlock_read_lock(&as->lock);
	(void)test_work();
	EXPECT(aspace_may_grow(as, PAGE_SIZE, RW, 0));
	EXPECT(test_work() > AREAS * LEAST_COST);
	rwlock_read_unlock(&as->lock);
	limit(1, MUCH, MUCH);
	EXPECT_EQ(map(as, AT(0), 2 * AREAS, PROT_READ, 0), -ENOMEM);
	EXPECT(test_work() > AREAS * LEAST_COST);
	aspace_put(as);
	test_no_limit();
}
