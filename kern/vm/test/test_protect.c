// test_protect.c: changes of protection, and the end of the heap.
#include "vm/ptes.h"
#include "vm/test/vm_test_util.h"
#include <abi/mman.h>

KTEST(aspace_protect_splits_and_merges)
{
	static const struct {
		unsigned int first, end;
		int prot;
		const char *areas;
	} cases[] = {
		// one after the other
		{ 2, 4, PROT_READ, "0-2rw 2-4r 4-10rw" },
		{ 0, 2, PROT_READ, "0-4r 4-10rw" },
		{ 4, 10, PROT_READ, "0-10r" },
		{ 9, 10, PROT_NONE, "0-9r 9-10" },
		{ 0, 1, RW | PROT_EXEC, "0-1rwx 1-9r 9-10" },
		{ 0, 10, PROT_NONE, "0-10" },
		{ 3, 4, PROT_WRITE, "0-3 3-4w 4-10" },
		{ 2, 5, PROT_EXEC, "0-2 2-5x 5-10" },
		{ 3, 4, PROT_EXEC, "0-2 2-5x 5-10" }, // as it is
		{ 0, 10, RW, "0-10rw" },
	};
	struct aspace *as = test_aspace();

	test_map(as, 0, 10, RW);
	for (unsigned int i = 0; i < 10; i += 3)
		test_store(as, AT(i), 'x');
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		EXPECT_EQ(aspace_protect(as, AT(cases[i].first),
		                         (cases[i].end - cases[i].first) * PAGE_SIZE, cases[i].prot),
		          0);
		EXPECT_AREAS(as, cases[i].areas);
		test_aspace_check(as);
	}
	for (unsigned int i = 0; i < 10; i += 3)
		EXPECT_EQ(test_byte(as, AT(i)), 'x');
	aspace_put(as);
}

// Several areas in one call; they become alike, and merge.
KTEST(aspace_protect_of_many_areas)
{
	struct aspace *as = test_aspace();
	struct object *obj = test_object(4);

	test_map(as, 0, 2, RW);
	test_map(as, 2, 4, PROT_READ);
	test_map(as, 4, 6, PROT_NONE);
	test_map_object(as, 6, 10, RW, AREA_SHARED, obj, 0);
	EXPECT_EQ(aspace_protect(as, AT(1), 7 * PAGE_SIZE, PROT_READ), 0);
	EXPECT_AREAS(as, "0-1rw 1-6r 6-8rs@0 8-10rws@2");
	EXPECT_EQ(aspace_protect(as, AT(0), 10 * PAGE_SIZE, RW), 0);
	EXPECT_AREAS(as, "0-6rw 6-10rws@0");
	test_aspace_check(as);
	aspace_put(as);
	object_put(obj);
}

KTEST(aspace_protect_stops_at_a_hole)
{
	struct aspace *as = test_aspace();

	test_map(as, 0, 2, RW);
	test_map(as, 3, 5, RW);
	EXPECT_EQ(aspace_protect(as, AT(1), 4 * PAGE_SIZE, PROT_READ), -ENOMEM);
	EXPECT_AREAS(as, "0-1rw 1-2r 3-5rw");
	EXPECT_EQ(aspace_protect(as, AT(2), PAGE_SIZE, PROT_READ), -ENOMEM);
	EXPECT_EQ(aspace_protect(as, AT(4), 2 * PAGE_SIZE, PROT_READ), -ENOMEM);
	EXPECT_AREAS(as, "0-1rw 1-2r 3-4rw 4-5r");
	EXPECT_EQ(aspace_protect(as, AT(0) + 1, PAGE_SIZE, PROT_READ), -EINVAL);
	EXPECT_EQ(aspace_protect(as, AT(0), 0, PROT_READ), 0);
	EXPECT_EQ(aspace_protect(as, ULIM, PAGE_SIZE, PROT_READ), -ENOMEM);
	EXPECT_EQ(aspace_protect(as, AT(0), SIZE_MAX, PROT_READ), -ENOMEM);
	EXPECT_AREAS(as, "0-1rw 1-2r 3-4rw 4-5r");
	test_aspace_check(as);
	aspace_put(as);
}

KTEST(aspace_protect_takes_rights_at_once)
{
	struct aspace *as = test_aspace();
	page_t *pp;

	test_map(as, 0, 1, RW);
	test_store(as, AT(0), 'x');
	pp = test_page_at(as, AT(0));
	EXPECT_EQ(aspace_protect(as, AT(0), PAGE_SIZE, PROT_READ), 0);
	EXPECT_EQ(pte_peek(as, AT(0)) & (PTE_P | PTE_W), PTE_P);
	EXPECT_EQ(test_touch(as, AT(0), ACCESS_WRITE), FAULT_NOT_ALLOWED);
	EXPECT_EQ(test_touch(as, AT(0), ACCESS_READ), FAULT_OK);
	EXPECT_EQ(aspace_protect(as, AT(0), PAGE_SIZE, PROT_NONE), 0);
	EXPECT(pte_prot_none(pte_peek(as, AT(0))));
	EXPECT(test_page_at(as, AT(0)) == pp);
	EXPECT_EQ(pp->count, 1);
	EXPECT_EQ(test_touch(as, AT(0), ACCESS_READ), FAULT_NOT_ALLOWED);
	EXPECT_EQ(test_touch(as, AT(0), ACCESS_WRITE), FAULT_NOT_ALLOWED);
	test_aspace_check(as);
	EXPECT_EQ(aspace_protect(as, AT(0), PAGE_SIZE, RW), 0);
	EXPECT_EQ(test_touch(as, AT(0), ACCESS_WRITE), FAULT_OK);
	EXPECT(test_page_at(as, AT(0)) == pp);
	EXPECT_EQ(test_byte(as, AT(0)), 'x');
	EXPECT_EQ(pte_peek(as, AT(0)) & (PTE_P | PTE_W | PTE_U), PTE_P | PTE_W | PTE_U);
	test_aspace_check(as);
	aspace_put(as);
}

// A PROT_NONE entry keeps its page through a clone and through an unmapping next to it, until it
// is unmapped itself.
KTEST(aspace_held_entries)
{
	size_t before = page_free_count();
	struct aspace *as = test_aspace(), *copy;
	page_t *pp;

	test_map(as, 0, 3, RW);
	for (int i = 0; i < 3; i++)
		test_store(as, AT(i), (char)('x' + i));
	pp = test_page_at(as, AT(1));
	EXPECT_EQ(aspace_protect(as, AT(0), 3 * PAGE_SIZE, PROT_NONE), 0);
	EXPECT_EQ(aspace_clone(as, &copy), 0);
	EXPECT(pte_prot_none(pte_peek(copy, AT(1))));
	EXPECT_EQ(pp->count, 2);
	test_aspace_check(as);
	test_aspace_check(copy);
	EXPECT_EQ(aspace_protect(copy, AT(0), 3 * PAGE_SIZE, RW), 0);
	test_store(copy, AT(1), '!');
	EXPECT_EQ(pp->count, 1);
	EXPECT_EQ(test_byte(as, AT(1)), 'y');
	EXPECT_EQ(aspace_unmap(as, AT(0), PAGE_SIZE), 0);
	EXPECT_EQ(aspace_protect(as, AT(1), 2 * PAGE_SIZE, PROT_READ), 0);
	EXPECT_EQ(test_byte(as, AT(1)), 'y');
	test_aspace_check(as);
	test_aspace_check(copy);
	aspace_put(as);
	aspace_put(copy);
	EXPECT_EQ(page_free_count(), before);
}

static struct aspace *with_heap(uintptr_t start)
{
	struct aspace *as = test_aspace();

	as->brk_start = as->brk = start;
	return as;
}

KTEST(aspace_brk_moves_the_end_of_the_heap)
{
	size_t before = page_free_count();
	struct aspace *as = with_heap(AT(0) + 100);

	EXPECT_EQ(aspace_brk(as, 0), AT(0) + 100); // asks
	EXPECT_EQ(aspace_brk(as, AT(0) + 200), AT(0) + 200);
	EXPECT_EQ(as->areas.count, 0); // the page belongs to the program's data
	EXPECT_EQ(aspace_brk(as, AT(3) + 1), AT(3) + 1);
	EXPECT_EQ(as->areas.count, 1);
	EXPECT_EQ(as->pages, 3);
	EXPECT_TEXT(area_find(&as->areas, AT(1))->name, "[heap]");
	test_store(as, AT(3), 'x');
	EXPECT_EQ(aspace_brk(as, AT(5)), AT(5));
	EXPECT_EQ(as->areas.count, 1); // one heap
	EXPECT_EQ(aspace_brk(as, AT(4)), AT(4));
	EXPECT_EQ(as->pages, 3);
	EXPECT_EQ(test_byte(as, AT(3)), 'x');
	EXPECT_EQ(aspace_brk(as, AT(3)), AT(3));
	EXPECT(!test_page_at(as, AT(3)));
	EXPECT_EQ(aspace_brk(as, AT(4)), AT(4));
	EXPECT_EQ(test_touch(as, AT(3), ACCESS_READ), FAULT_OK);
	EXPECT_EQ(test_byte(as, AT(3)), 0); // fresh
	EXPECT_EQ(aspace_brk(as, AT(0) + 100), AT(0) + 100);
	EXPECT_EQ(as->areas.count, 0);
	EXPECT_EQ(as->pages, 0);
	test_aspace_check(as);
	aspace_put(as);
	EXPECT_EQ(page_free_count(), before);
}

KTEST(aspace_brk_refuses)
{
	struct aspace *as = with_heap(AT(0));

	EXPECT_EQ(aspace_brk(as, AT(2)), AT(2));
	test_map(as, 4, 5, PROT_READ);
	EXPECT_EQ(aspace_brk(as, AT(0) - 1), AT(2)); // below its start
	EXPECT_EQ(aspace_brk(as, AT(5)), AT(2));     // over another area
	EXPECT_EQ(aspace_brk(as, AT(9)), AT(2));
	EXPECT_EQ(aspace_brk(as, ULIM), AT(2));
	EXPECT_EQ(aspace_brk(as, UINTPTR_MAX), AT(2));
	EXPECT_EQ(aspace_brk(as, AT(3)), AT(3));
	EXPECT_AREAS(as, "0-3rw 4-5r");
	test_aspace_check(as);
	aspace_put(as);
}
