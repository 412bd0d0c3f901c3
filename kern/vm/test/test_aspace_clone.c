// test_aspace_clone.c: copies of whole spaces, and pages that are copied only when a process
// writes.
#include "vm/ptes.h"
#include "vm/test/vm_test_util.h"
#include <abi/mman.h>

KTEST(aspace_clone_copies_areas)
{
	size_t before = page_free_count();
	struct object *obj = test_object(2);
	struct aspace *as = test_aspace(), *copy;

	test_map(as, 0, 3, RW);
	test_map(as, 5, 6, PROT_NONE);
	test_map_object(as, 10, 12, RW, AREA_SHARED, obj, 0);
	test_map_object(as, 20, 22, PROT_READ, 0, obj, 0);
	as->brk_start = AT(100);
	as->brk = AT(101);
	copy = test_clone(as);
	EXPECT_AREAS(copy, "0-3rw 5-6 10-12rws@0 20-22r@0");
	EXPECT_AREAS(as, "0-3rw 5-6 10-12rws@0 20-22r@0");
	EXPECT_EQ(copy->pages, as->pages);
	EXPECT_EQ(copy->refs, 1);
	EXPECT_EQ(copy->brk_start, AT(100));
	EXPECT_EQ(copy->brk, AT(101));
	EXPECT_EQ(obj->refs, 5);
	test_aspace_check(as);
	test_aspace_check(copy);
	EXPECT_EQ(aspace_unmap(copy, AT(0), 30 * PAGE_SIZE), 0);
	EXPECT_EQ(obj->refs, 3);
	EXPECT_AREAS(as, "0-3rw 5-6 10-12rws@0 20-22r@0");
	aspace_put(copy);
	aspace_put(as);
	object_put(obj);
	EXPECT_EQ(page_free_count(), before);
}

// The areas of a copy lie in blocks, each of which is free when its last area goes, in whatever order.
KTEST(aspace_clone_frees_blocks_of_areas)
{
	size_t before = page_free_count();
	struct aspace *as = test_aspace(), *copy;
	const struct area *area;

	for (unsigned int i = 0; i < 60; i++)
		test_map(as, 4 * i, 4 * i + 3, i % 2 ? RW : PROT_READ);
	copy = test_clone(as);
	aspace_put(as);
	test_aspace_check(copy);
	list_for_each(area, &copy->areas.list, link)
		EXPECT(area->block != NULL);
	EXPECT(area_find(&copy->areas, AT(0))->block == area_find(&copy->areas, AT(4))->block);
	EXPECT(area_find(&copy->areas, AT(0))->block != area_find(&copy->areas, AT(4 * 59))->block);
	for (unsigned int i = 0; i < 60; i += 3)
		EXPECT_EQ(aspace_unmap(copy, AT(4 * i), 3 * PAGE_SIZE), 0);
	for (unsigned int i = 1; i < 60; i += 3)
		EXPECT_EQ(aspace_unmap(copy, AT(4 * i + 1), PAGE_SIZE), 0);
	EXPECT(area_find(&copy->areas, AT(4 + 2))->block ==
	       NULL); // the upper part of one that was cut
	for (unsigned int i = 2; i < 60; i += 3)
		test_map(copy, 4 * i + 3, 4 * i + 4, RW);
	test_aspace_check(copy);
	EXPECT_EQ(aspace_unmap(copy, AT(0), 30 * 4 * PAGE_SIZE), 0);
	test_aspace_check(copy);
	aspace_put(copy);
	EXPECT_EQ(page_free_count(), before);
}

static void clone_with_a_stack(struct aspace *as)
{
	struct map_request stack = {
		.va = AT(0), .len = 3 * PAGE_SIZE, .prot = RW, .flags = AREA_GROWSDOWN, .fixed = true
	};
	struct aspace *copy, *second;
	uintptr_t va;
	page_t *pp;

	EXPECT_EQ(aspace_map(as, &stack, &va), 0);
	test_store(as, AT(1), 'a');
	test_store(as, AT(2), 'b');
	pp = test_page_at(as, AT(1));
	thread_user_frame(thread_current())->esp = AT(1) + 100;
	copy = test_clone(as);
	EXPECT(test_page_at(as, AT(1)) == pp && test_page_at(copy, AT(1)) != pp);
	EXPECT_EQ(pp->count, 1);
	EXPECT((pte_peek(as, AT(1)) & PTE_W) && (pte_peek(copy, AT(1)) & PTE_W));
	EXPECT_EQ(test_byte(copy, AT(1)), 'a');
	EXPECT_EQ(test_page_at(as, AT(2))->count, 2);
	test_store(copy, AT(1), 'c');
	EXPECT_EQ(test_byte(as, AT(1)), 'a');
	thread_user_frame(thread_current())->esp = AT(2) + 100; // a page that is shared already
	second = test_clone(as);
	EXPECT_EQ(test_page_at(as, AT(2))->count, 3);
	thread_user_frame(thread_current())->esp = AT(0); // no page yet
	aspace_put(copy);
	copy = test_clone(as);
	test_aspace_check(as);
	test_aspace_check(copy);
	aspace_put(copy);
	aspace_put(second);
}

KTEST(aspace_clone_copies_the_top_of_the_stack)
{
	struct aspace *as = test_aspace();

	test_run_in(as, clone_with_a_stack);
	aspace_put(as);
}

KTEST(aspace_clone_shares_until_a_write)
{
	struct aspace *as = test_aspace(), *copy;
	page_t *pp;
	size_t before;

	test_map(as, 0, 2, RW);
	test_store(as, AT(0), 'a');
	test_store(as, AT(1), 'b');
	pp = test_page_at(as, AT(0));
	copy = test_clone(as);
	EXPECT(test_page_at(copy, AT(0)) == pp);
	EXPECT_EQ(pp->count, 2);
	EXPECT_EQ(pte_peek(as, AT(0)) & PTE_W, 0);
	EXPECT_EQ(pte_peek(copy, AT(0)) & PTE_W, 0);
	before = page_free_count();
	EXPECT_EQ(test_touch(copy, AT(0), ACCESS_READ), FAULT_OK);
	EXPECT_EQ(page_free_count(), before); // reading copies nothing
	test_store(copy, AT(0), 'A');
	EXPECT_EQ(page_free_count(), before - 1);
	EXPECT(test_page_at(as, AT(0)) == pp);
	EXPECT_EQ(pp->count, 1);
	EXPECT_EQ(test_byte(as, AT(0)), 'a');
	EXPECT_EQ(test_byte(copy, AT(0)), 'A');
	EXPECT_EQ(test_byte(copy, AT(0) + 1), 0);
	test_store(as, AT(0), 'c'); // the last owner takes the page as it is
	EXPECT(test_page_at(as, AT(0)) == pp);
	EXPECT_EQ(page_free_count(), before - 1);
	test_store(as, AT(1), 'B'); // the original may also write first
	EXPECT_EQ(test_byte(copy, AT(1)), 'b');
	test_aspace_check(as);
	test_aspace_check(copy);
	aspace_put(as);
	test_store(copy, AT(1), 'C');
	EXPECT_EQ(test_byte(copy, AT(0)), 'A');
	test_aspace_check(copy);
	aspace_put(copy);
}

KTEST(aspace_clone_of_shared_memory_stays_shared)
{
	struct object *obj = test_object(1);
	struct aspace *as = test_aspace(), *copy;

	test_map_object(as, 0, 1, RW, AREA_SHARED, obj, 0);
	test_store(as, AT(0), '1');
	copy = test_clone(as);
	EXPECT(pte_peek(copy, AT(0)) & PTE_W);
	EXPECT_EQ(test_page_at(as, AT(0))->count, 3);
	test_store(copy, AT(0), '2');
	EXPECT_EQ(test_byte(as, AT(0)), '2');
	test_store(as, AT(0), '3');
	EXPECT_EQ(test_byte(copy, AT(0)), '3');
	test_aspace_check(as);
	test_aspace_check(copy);
	aspace_put(copy);
	aspace_put(as);
	object_put(obj);
}

KTEST(aspace_clone_of_private_file_pages)
{
	struct object *obj = test_object(2);
	struct aspace *as = test_aspace(), *copy;

	test_map_object(as, 0, 2, RW, 0, obj, 0);
	EXPECT_EQ(test_touch(as, AT(0), ACCESS_READ), FAULT_OK);
	test_store(as, AT(1), 'x');
	copy = test_clone(as);
	EXPECT(test_page_at(copy, AT(0)) == test_page_at(as, AT(0)));
	test_store(copy, AT(0), 'y');
	test_store(copy, AT(1), 'z');
	EXPECT_EQ(test_byte(as, AT(0)), 'a');
	EXPECT_EQ(test_byte(as, AT(1)), 'x');
	EXPECT_EQ(test_byte(copy, AT(1) + 1), 'b');
	test_aspace_check(as);
	test_aspace_check(copy);
	aspace_put(copy);
	aspace_put(as);
	object_put(obj);
}

// Many generations, each of which writes a page of its own: every space sees its own contents.
KTEST(aspace_clone_of_clones)
{
	struct aspace *spaces[8];
	size_t before = page_free_count();

	spaces[0] = test_aspace();
	test_map(spaces[0], 0, 8, RW);
	for (unsigned int page = 0; page < 8; page++)
		test_store(spaces[0], AT(page), '.');
	for (unsigned int i = 1; i < 8; i++) {
		spaces[i] = test_clone(spaces[i - 1]);
		test_store(spaces[i], AT(i), (char)('0' + i));
	}
	for (unsigned int i = 0; i < 8; i++) {
		for (unsigned int page = 0; page < 8; page++)
			EXPECT_EQ(test_byte(spaces[i], AT(page)),
			          page && page <= i ? (int)('0' + page) : '.');
		test_aspace_check(spaces[i]);
	}
	EXPECT_EQ(test_page_at(spaces[7], AT(0))->count, 8);
	for (unsigned int i = 0; i < 8; i += 2)
		aspace_put(spaces[i]);
	for (unsigned int i = 1; i < 8; i += 2) {
		EXPECT_EQ(test_byte(spaces[i], AT(i)), (int)('0' + i));
		test_store(spaces[i], AT(0), 'x');
		test_aspace_check(spaces[i]);
	}
	for (unsigned int i = 1; i < 8; i += 2)
		aspace_put(spaces[i]);
	EXPECT_EQ(page_free_count(), before);
}

// A pinned page is not written in place: the holder of the pin goes on seeing the old contents.
KTEST(aspace_copy_on_write_of_a_pinned_page)
{
	struct aspace *as = test_aspace(), *copy;
	page_t *pp;

	test_map(as, 0, 1, RW);
	test_store(as, AT(0), 'a');
	copy = test_clone(as);
	EXPECT_EQ(aspace_pin_page(copy, AT(0), ACCESS_READ, &pp), 0);
	aspace_put(as);
	EXPECT_EQ(pp->count, 1);
	test_store(copy, AT(0), 'b');
	EXPECT(test_page_at(copy, AT(0)) != pp);
	EXPECT_EQ(*(char *)page_to_virt(pp), 'a');
	page_unpin(pp);
	EXPECT_EQ(pp->kind, PAGE_FREE);
	aspace_put(copy);
}

KTEST(aspace_clone_obeys_advice)
{
	struct aspace *as = test_aspace(), *copy;

	test_map(as, 0, 6, RW);
	for (unsigned int page = 0; page < 6; page++)
		test_store(as, AT(page), 'x');
	EXPECT_EQ(aspace_advise(as, AT(1), PAGE_SIZE, MADV_DONTFORK), 0);
	EXPECT_EQ(aspace_advise(as, AT(3), PAGE_SIZE, MADV_WIPEONFORK), 0);
	copy = test_clone(as);
	EXPECT_AREAS(copy, "0-1rw 2-3rw 3-4rw 4-6rw");
	EXPECT_EQ(copy->pages, 5);
	EXPECT(!test_page_at(copy, AT(3)));
	EXPECT_EQ(test_touch(copy, AT(3), ACCESS_READ), FAULT_OK);
	EXPECT_EQ(test_byte(copy, AT(3)), 0);
	EXPECT_EQ(test_byte(as, AT(3)), 'x');
	EXPECT_EQ(test_byte(copy, AT(4)), 'x');
	test_aspace_check(as);
	test_aspace_check(copy);
	aspace_put(copy);
	aspace_put(as);
}
