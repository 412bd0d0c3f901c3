// test_copy_mappings.c: mappings copied from one space to another.
#include "mem/fail_alloc.h"
#include "vm/test/vm_test_util.h"

#define COPY(to, at, from, first, end) \
	aspace_copy_range(to, AT(at), from, AT(first), ((end) - (first)) * PAGE_SIZE)

// Make a space: pages 0 to 3 with a letter each, a hole, shared and private pages of `obj`.
static struct aspace *furnished(struct object *obj)
{
	struct aspace *as = test_aspace();

	test_map(as, 0, 4, RW);
	for (unsigned int i = 0; i < 4; i++)
		test_store(as, AT(i), (char)('A' + i));
	test_map_object(as, 6, 8, RW, AREA_SHARED, obj, 0);
	test_map_object(as, 8, 10, RW, 0, obj, 2);
	test_store(as, AT(8), 'P');
	return as;
}

KTEST(aspace_copy_range_copies_parts_of_areas)
{
	size_t free = page_free_count();
	struct object *obj = test_object(4);
	struct aspace *as = furnished(obj), *to = test_aspace();

	EXPECT_EQ(COPY(to, 1021, as, 1, 9), 0); // over the border between two tables
	EXPECT_AREAS(to, "1021-1024rw 1026-1028rws@0 1028-1029rw@2");
	EXPECT_EQ(to->pages, 6);
	EXPECT_EQ(test_byte(to, AT(1021)), 'B');
	EXPECT_EQ(test_byte(to, AT(1028)), 'P');
	EXPECT_EQ(test_touch(to, AT(1027), ACCESS_READ), FAULT_OK);
	EXPECT_EQ(test_byte(to, AT(1027)), 'b');
	test_aspace_check(as);
	test_aspace_check(to);
	aspace_put(as);
	EXPECT_EQ(test_byte(to, AT(1023)), 'D');
	aspace_put(to);
	object_put(obj);
	EXPECT_EQ(page_free_count(), free);
}

KTEST(aspace_copy_range_copies_on_write)
{
	struct object *obj = test_object(4);
	struct aspace *as = furnished(obj), *to = test_aspace();

	EXPECT_EQ(COPY(to, 0, as, 0, 10), 0);
	test_store(as, AT(0), 'x');
	test_store(to, AT(1), 'y');
	EXPECT_EQ(test_byte(to, AT(0)), 'A');
	EXPECT_EQ(test_byte(as, AT(1)), 'B');
	test_store(to, AT(6), 's'); // shared memory is the same
	EXPECT_EQ(test_touch(as, AT(6), ACCESS_READ), FAULT_OK);
	EXPECT_EQ(test_byte(as, AT(6)), 's');
	test_aspace_check(as);
	test_aspace_check(to);
	aspace_put(to);
	aspace_put(as);
	object_put(obj);
}

KTEST(aspace_copy_range_within_a_space)
{
	struct object *obj = test_object(4);
	struct aspace *as = furnished(obj);

	EXPECT_EQ(COPY(as, 4, as, 0, 2), 0);
	EXPECT_AREAS(as, "0-6rw 6-8rws@0 8-10rw@2"); // alike, so they merge
	test_store(as, AT(4), 'z');
	EXPECT_EQ(test_byte(as, AT(0)), 'A');
	EXPECT_EQ(test_byte(as, AT(5)), 'B');
	EXPECT_EQ(COPY(as, 20, as, 10, 12), 0); // nothing is there
	EXPECT_AREAS(as, "0-6rw 6-8rws@0 8-10rw@2");
	test_aspace_check(as);
	aspace_put(as);
	object_put(obj);
}

KTEST(aspace_copy_range_takes_no_locks_along)
{
	struct aspace *as = test_aspace(), *to = test_aspace();

	test_map(as, 0, 2, RW);
	EXPECT_EQ(aspace_lock(as, AT(0), 2 * PAGE_SIZE, AREA_LOCKED), 0);
	EXPECT_EQ(COPY(to, 0, as, 0, 2), 0);
	EXPECT_EQ(area_find(&to->areas, AT(0))->flags, 0);
	aspace_put(to);
	aspace_put(as);
}

KTEST(aspace_copy_range_of_shared_tables)
{
	struct aspace *as = test_aspace(), *child, *to = test_aspace();

	test_map(as, 0, 200, RW);
	for (unsigned int i = 0; i < 200; i++)
		test_store(as, AT(i), (char)i);
	EXPECT_EQ(aspace_clone(as, &child), 0);
	EXPECT_EQ(COPY(to, 300, child, 50, 150), 0);
	test_store(to, AT(300), 'n');
	test_store(as, AT(51), 'm');
	EXPECT_EQ(test_byte(child, AT(50)), 50);
	EXPECT_EQ(test_byte(child, AT(51)), 51);
	EXPECT_EQ(test_byte(to, AT(301)), 51);
	test_aspace_check(as);
	test_aspace_check(child);
	test_aspace_check(to);
	aspace_put(child);
	aspace_put(to);
	aspace_put(as);
}

KTEST(aspace_copy_range_errors)
{
	struct object *obj = test_object(4);
	struct aspace *as = furnished(obj);

	EXPECT_EQ(aspace_copy_range(as, AT(20) + 1, as, AT(0), PAGE_SIZE), -EINVAL);
	EXPECT_EQ(aspace_copy_range(as, AT(20), as, AT(0) + 1, PAGE_SIZE), -EINVAL);
	EXPECT_EQ(aspace_copy_range(as, AT(20), as, AT(0), 0), -EINVAL);
	EXPECT_EQ(aspace_copy_range(as, ULIM - PAGE_SIZE, as, AT(0), 2 * PAGE_SIZE), -EINVAL);
	EXPECT_EQ(aspace_copy_range(as, AT(20), as, ULIM - PAGE_SIZE, 2 * PAGE_SIZE), -EINVAL);
	EXPECT_EQ(COPY(as, 4, as, 0, 4), -EEXIST);
	EXPECT_EQ(COPY(as, 1, as, 0, 4), -EEXIST);
	test_limit(12 * PAGE_SIZE, SIZE_MAX, STACK_LIMIT);
	EXPECT_EQ(COPY(as, 20, as, 0, 5), 0);
	EXPECT_EQ(COPY(as, 40, as, 0, 1), -ENOMEM);
	test_no_limit();
	EXPECT_AREAS(as, "0-4rw 6-8rws@0 8-10rw@2 20-24rw");
	test_aspace_check(as);
	aspace_put(as);
	object_put(obj);
}

KTEST(aspace_clear_unmaps_everything)
{
	size_t free = page_free_count();
	struct object *obj = test_object(4);
	struct aspace *as = furnished(obj);

	aspace_clear(as);
	EXPECT_AREAS(as, "");
	EXPECT_EQ(as->pages, 0);
	EXPECT_EQ(aspace_held_pages(as), 1); // the directory
	test_aspace_check(as);
	test_map(as, 0, 1, RW);
	EXPECT_EQ(test_touch(as, AT(0), ACCESS_WRITE), FAULT_OK);
	aspace_put(as);
	object_put(obj);
	EXPECT_EQ(page_free_count(), free);
}

#ifdef DEBUG

KTEST(aspace_copy_range_with_each_allocation_failing)
{
	int error, n = 0;

	do {
		size_t free = page_free_count();
		struct object *obj = test_object(4);
		struct aspace *as = furnished(obj), *to = test_aspace();

		mem_fail_after(++n);
		error = COPY(to, 1020, as, 0, 10);
		EXPECT_EQ(error != 0, mem_fail_after(0) == 0);
		if (error) {
			EXPECT_EQ(error, -ENOMEM);
			EXPECT_AREAS(to, "");
		}
		EXPECT_AREAS(as, "0-4rw 6-8rws@0 8-10rw@2");
		test_aspace_check(as);
		test_aspace_check(to);
		aspace_put(to);
		aspace_put(as);
		object_put(obj);
		EXPECT_EQ(page_free_count(), free);
	} while (error && n < 40);
	EXPECT(!error);
	EXPECT(n > 8); // space, directory, areas twice, tables
}

#endif
