// test_map.c: mapping and unmapping: where areas go, how they merge and split.
#include "vm/test/vm_test_util.h"
#include <abi/mman.h>

// Map `len` bytes at `va`. Returns the address or -errno: no valid address is that high.
static long map(struct aspace *as, uintptr_t va, size_t len, bool fixed, bool no_replace)
{
	struct map_request request = {
		.va = va, .len = len, .prot = RW, .fixed = fixed, .no_replace = no_replace
	};
	uintptr_t got = 0;
	int error = aspace_map(as, &request, &got);

	test_aspace_check(as);
	return error ? error : (long)got;
}

static long map_fixed(struct aspace *as, uintptr_t va, size_t len)
{
	return map(as, va, len, true, false);
}

KTEST(aspace_map_fixed_goes_where_it_is_told)
{
	struct aspace *as = test_aspace();

	EXPECT_EQ(map_fixed(as, BASE, 1), BASE);
	EXPECT_AREAS(as, "0-1rw");
	EXPECT_EQ(map_fixed(as, USER_MIN, PAGE_SIZE), USER_MIN);
	EXPECT_EQ(map_fixed(as, ULIM - PAGE_SIZE, PAGE_SIZE), ULIM - PAGE_SIZE);
	EXPECT_EQ(as->areas.count, 3);
	EXPECT_EQ(as->pages, 3);
	aspace_put(as);
}

KTEST(aspace_map_fixed_refuses_what_cannot_be)
{
	struct aspace *as = test_aspace();

	EXPECT_EQ(map_fixed(as, BASE, 0), -EINVAL);
	EXPECT_EQ(map_fixed(as, BASE + 1, PAGE_SIZE), -EINVAL);
	EXPECT_EQ(map_fixed(as, ULIM - PAGE_SIZE, PAGE_SIZE + 1), -ENOMEM);
	EXPECT_EQ(map_fixed(as, BASE, ULIM), -ENOMEM);
	EXPECT_EQ(map_fixed(as, BASE, SIZE_MAX), -ENOMEM); // rounds up to nothing
	EXPECT(map_fixed(as, ULIM, PAGE_SIZE) < 0);
	EXPECT(map_fixed(as, 0xFFFFF000, PAGE_SIZE) < 0);
	EXPECT(map_fixed(as, 0, PAGE_SIZE) < 0);
	EXPECT(map_fixed(as, USER_MIN - PAGE_SIZE, 2 * PAGE_SIZE) < 0);
	EXPECT_EQ(as->areas.count, 0);
	EXPECT_EQ(as->pages, 0);
	aspace_put(as);
}

KTEST(aspace_map_finds_a_place)
{
	struct aspace *as = test_aspace();

	EXPECT_EQ(map(as, 0, 1, false, false), MMAP_BASE);
	EXPECT_EQ(map(as, 0, 2 * PAGE_SIZE, false, false), MMAP_BASE + PAGE_SIZE);
	EXPECT_EQ(aspace_unmap(as, MMAP_BASE, PAGE_SIZE), 0);
	EXPECT_EQ(map(as, 0, 2 * PAGE_SIZE, false, false), MMAP_BASE + 3 * PAGE_SIZE);
	EXPECT_EQ(map(as, 0, PAGE_SIZE, false, false), MMAP_BASE);
	EXPECT_EQ(map(as, 0, ULIM - MMAP_BASE, false, false), -ENOMEM);
	EXPECT_EQ(map(as, 0, ULIM - MMAP_BASE - 5 * PAGE_SIZE, false, false),
	          MMAP_BASE + 5 * PAGE_SIZE);
	EXPECT_EQ(map(as, 0, 1, false, false), -ENOMEM); // full up to ULIM
	EXPECT_EQ(map(as, 0, ULIM + 1, false, false), -ENOMEM);
	EXPECT_EQ(map(as, 0, SIZE_MAX, false, false), -ENOMEM);
	EXPECT_EQ(map(as, 0, 0, false, false), -EINVAL);
	EXPECT_EQ(as->areas.count, 1);
	aspace_put(as);
}

KTEST(aspace_map_follows_a_hint_where_it_is_free)
{
	struct aspace *as = test_aspace();

	EXPECT_EQ(map(as, BASE, PAGE_SIZE, false, false), BASE);
	EXPECT_EQ(map(as, BASE + 5 * PAGE_SIZE + 123, PAGE_SIZE, false, false), AT(5));
	EXPECT_EQ(map(as, AT(5), PAGE_SIZE, false, false), MMAP_BASE);
	EXPECT_EQ(map(as, AT(4), 2 * PAGE_SIZE, false, false), MMAP_BASE + PAGE_SIZE);
	EXPECT_EQ(map(as, ULIM - PAGE_SIZE, 2 * PAGE_SIZE, false, false), MMAP_BASE + 3 * PAGE_SIZE);
	EXPECT_EQ(map(as, ULIM, PAGE_SIZE, false, false), MMAP_BASE + 5 * PAGE_SIZE);
	EXPECT_EQ(map(as, AT(1), 4 * PAGE_SIZE, false, false), AT(1)); // just fits
	EXPECT_EQ(aspace_unmap(as, MMAP_BASE, 6 * PAGE_SIZE), 0);
	EXPECT_AREAS(as, "0-6rw");
	aspace_put(as);
}

KTEST(aspace_map_no_replace)
{
	struct aspace *as = test_aspace();

	test_map(as, 2, 4, PROT_READ);
	EXPECT_EQ(map(as, AT(0), 2 * PAGE_SIZE, true, true), AT(0));
	EXPECT_EQ(map(as, AT(3), PAGE_SIZE, true, true), -EEXIST);
	EXPECT_EQ(map(as, AT(1), 2 * PAGE_SIZE, true, true), -EEXIST);
	EXPECT_EQ(map(as, AT(3), 5 * PAGE_SIZE, true, true), -EEXIST);
	EXPECT_EQ(map(as, AT(4), 1, true, true), AT(4));
	EXPECT_AREAS(as, "0-2rw 2-4r 4-5rw");
	aspace_put(as);
}

KTEST(aspace_map_replaces)
{
	struct aspace *as = test_aspace();

	test_map(as, 2, 5, RW);
	test_map(as, 7, 9, RW);
	test_map(as, 0, 10, PROT_READ);
	EXPECT_AREAS(as, "0-10r");
	test_map(as, 3, 4, RW);
	EXPECT_AREAS(as, "0-3r 3-4rw 4-10r");
	test_map(as, 2, 5, PROT_NONE);
	EXPECT_AREAS(as, "0-2r 2-5 5-10r");
	test_map(as, 9, 12, RW);
	EXPECT_AREAS(as, "0-2r 2-5 5-9r 9-12rw");
	test_map(as, 1, 11, PROT_READ);
	EXPECT_AREAS(as, "0-11r 11-12rw");
	test_aspace_check(as);
	aspace_put(as);
}

// Unmapping removes the entries, and frees the pages.
KTEST(aspace_map_over_pages_in_use)
{
	struct aspace *as = test_aspace();
	size_t before;

	test_map(as, 0, 4, RW);
	for (int i = 0; i < 4; i++)
		test_store(as, AT(i), 'x');
	before = page_free_count();
	test_map(as, 1, 3, RW);
	EXPECT_AREAS(as, "0-4rw");
	EXPECT_EQ(page_free_count(), before + 2);
	EXPECT(!test_page_at(as, AT(1)));
	EXPECT_EQ(test_byte(as, AT(3)), 'x');
	EXPECT_EQ(test_touch(as, AT(2), ACCESS_READ), FAULT_OK);
	EXPECT_EQ(test_byte(as, AT(2)), 0);
	test_aspace_check(as);
	aspace_put(as);
}

KTEST(areas_merge_when_alike)
{
	struct aspace *as = test_aspace();
	struct object *obj = test_object(4), *other = test_object(4);

	test_map(as, 0, 1, RW);
	test_map(as, 2, 3, RW);
	test_map(as, 1, 2, RW); // with both neighbours
	EXPECT_AREAS(as, "0-3rw");
	test_map(as, 3, 4, PROT_READ);
	EXPECT_AREAS(as, "0-3rw 3-4r");
	test_map_object(as, 10, 11, RW, 0, obj, 0);
	test_map_object(as, 11, 12, RW, 0, obj, 1);
	EXPECT_AREAS(as, "0-3rw 3-4r 10-12rw@0");
	test_map_object(as, 12, 13, RW, 0, obj, 1); // not where the last one ends
	test_map_object(as, 13, 14, RW, 0, other, 2);
	test_map_object(as, 14, 15, RW, AREA_SHARED, other, 3);
	EXPECT_AREAS(as, "0-3rw 3-4r 10-12rw@0 12-13rw@1 13-14rw@2 14-15rws@3");
	test_map(as, 15, 16, RW);
	EXPECT_AREAS(as, "0-3rw 3-4r 10-12rw@0 12-13rw@1 13-14rw@2 14-15rws@3 15-16rw");
	test_map_object(as, 9, 10, RW, 0, obj, 0);
	EXPECT_EQ(as->areas.count, 8);
	test_aspace_check(as);
	EXPECT_EQ(obj->refs, 4); // ours, and three areas
	aspace_put(as);
	EXPECT_EQ(obj->refs, 1);
	object_put(obj);
	object_put(other);
}

KTEST(aspace_unmap_cuts_areas)
{
	static const struct {
		unsigned int first, end;
		const char *areas;
	} cases[] = {
		{ 0, 2, "2-6rw 8-10r" },       // nothing there
		{ 2, 3, "3-6rw 8-10r" },       // the beginning
		{ 5, 6, "2-5rw 8-10r" },       // the end
		{ 3, 4, "2-3rw 4-6rw 8-10r" }, // the middle
		{ 2, 6, "8-10r" },             // all of it
		{ 0, 20, "" },
		{ 4, 9, "2-4rw 9-10r" },
		{ 6, 8, "2-6rw 8-10r" }, // the hole
		{ 5, 8, "2-5rw 8-10r" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct aspace *as = test_aspace();

		test_map(as, 2, 6, RW);
		test_map(as, 8, 10, PROT_READ);
		for (unsigned int page = 2; page < 6; page++)
			test_store(as, AT(page), 'x');
		EXPECT_EQ(aspace_unmap(as, AT(cases[i].first),
		                       (cases[i].end - cases[i].first) * PAGE_SIZE),
		          0);
		EXPECT_AREAS(as, cases[i].areas);
		for (unsigned int page = 2; page < 6; page++)
			EXPECT_EQ(!test_page_at(as, AT(page)),
			          page >= cases[i].first && page < cases[i].end);
		test_aspace_check(as);
		aspace_put(as);
	}
}

KTEST(aspace_unmap_keeps_offsets)
{
	struct aspace *as = test_aspace();
	struct object *obj = test_object(8);

	test_map_object(as, 0, 8, RW, AREA_SHARED, obj, 0);
	EXPECT_EQ(aspace_unmap(as, AT(2), PAGE_SIZE), 0);
	EXPECT_EQ(aspace_unmap(as, AT(5), 1), 0); // a byte is a page
	EXPECT_AREAS(as, "0-2rws@0 3-5rws@3 6-8rws@6");
	EXPECT_EQ(test_touch(as, AT(4), ACCESS_READ), FAULT_OK);
	EXPECT_EQ(test_byte(as, AT(4)), 'e');
	EXPECT_EQ(test_touch(as, AT(7), ACCESS_READ), FAULT_OK);
	EXPECT_EQ(test_byte(as, AT(7)), 'h');
	test_aspace_check(as);
	aspace_put(as);
	object_put(obj);
}

KTEST(aspace_unmap_refuses_bad_ranges)
{
	struct aspace *as = test_aspace();

	test_map(as, 0, 2, RW);
	EXPECT_EQ(aspace_unmap(as, AT(0) + 1, PAGE_SIZE), -EINVAL);
	EXPECT_EQ(aspace_unmap(as, AT(0), 0), -EINVAL);
	EXPECT_EQ(aspace_unmap(as, ULIM, PAGE_SIZE), -EINVAL);
	EXPECT_EQ(aspace_unmap(as, ULIM - PAGE_SIZE, PAGE_SIZE + 1), -EINVAL);
	EXPECT_EQ(aspace_unmap(as, AT(0), SIZE_MAX), -EINVAL);
	EXPECT_EQ(aspace_unmap(as, 0, ULIM + 1), -EINVAL);
	EXPECT_AREAS(as, "0-2rw");
	EXPECT_EQ(aspace_unmap(as, 0, ULIM), 0);
	EXPECT_AREAS(as, "");
	aspace_put(as);
}

KTEST(aspace_gives_everything_back)
{
	size_t before = page_free_count();
	struct object *obj = test_object(3);
	struct aspace *as = test_aspace();

	for (unsigned int i = 0; i < 6; i++) { // in six tables
		test_map(as, i * 1024, i * 1024 + 3, RW);
		test_store(as, AT(i * 1024 + 1), 'x');
		EXPECT_EQ(test_touch(as, AT(i * 1024 + 2), ACCESS_READ), FAULT_OK);
	}
	test_map_object(as, 100, 103, RW, 0, obj, 0);
	test_store(as, AT(101), 'y');
	test_map_object(as, 200, 203, RW, AREA_SHARED, obj, 0);
	test_store(as, AT(201), 'z');
	test_aspace_check(as);
	EXPECT_EQ(aspace_get(as)->refs, 2);
	aspace_put(as);
	EXPECT_EQ(test_byte(as, AT(101)), 'y'); // still there
	aspace_put(as);
	object_put(obj);
	EXPECT_EQ(page_free_count(), before);
	EXPECT_EQ(zero_page->count, 0);
	page_check();
}
