// test_fault.c: the result of a fault on each kind of page, and the page and entry that it leaves.
#include "vm/ptes.h"
#include "vm/test/vm_test_util.h"
#include <abi/mman.h>

#define PERMS(as, va) (pte_peek(as, va) & (PTE_P | PTE_W | PTE_U))

// Each protection with each access. Without NX, and with i386's entries, a page with any
// protection but PROT_NONE can be read.
KTEST(aspace_fault_obeys_rights)
{
	static const struct {
		int prot;
		enum fault_result read, write;
	} cases[] = {
		{ PROT_NONE, FAULT_NOT_ALLOWED, FAULT_NOT_ALLOWED },
		{ PROT_READ, FAULT_OK, FAULT_NOT_ALLOWED },
		{ PROT_EXEC, FAULT_OK, FAULT_NOT_ALLOWED },
		{ PROT_READ | PROT_EXEC, FAULT_OK, FAULT_NOT_ALLOWED },
		{ PROT_WRITE, FAULT_OK, FAULT_OK },
		{ RW, FAULT_OK, FAULT_OK },
		{ RW | PROT_EXEC, FAULT_OK, FAULT_OK },
	};
	struct object *obj = test_object(1);

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct aspace *as = test_aspace();

		test_map(as, 0, 1, cases[i].prot);
		test_map_object(as, 1, 2, cases[i].prot, 0, obj, 0);
		test_map_object(as, 2, 3, cases[i].prot, AREA_SHARED, obj, 0);
		for (unsigned int page = 0; page < 3; page++) {
			EXPECT_EQ(test_touch(as, AT(page), ACCESS_READ), cases[i].read);
			EXPECT_EQ(test_touch(as, AT(page) + 4095, ACCESS_WRITE), cases[i].write);
			EXPECT_EQ(test_touch(as, AT(page), ACCESS_READ), cases[i].read);
		}
		test_aspace_check(as);
		aspace_put(as);
	}
	object_put(obj);
}

KTEST(aspace_fault_where_nothing_is)
{
	struct aspace *as = test_aspace();

	test_map(as, 1, 2, RW);
	EXPECT_EQ(test_touch(as, AT(1) - 1, ACCESS_READ), FAULT_NO_AREA);
	EXPECT_EQ(test_touch(as, AT(2), ACCESS_WRITE), FAULT_NO_AREA);
	EXPECT_EQ(test_touch(as, AT(1), ACCESS_READ), FAULT_OK);
	EXPECT_EQ(test_touch(as, AT(2), ACCESS_READ),
	          FAULT_NO_AREA); // the hint of the last fault does not apply
	EXPECT_EQ(test_touch(as, 0, ACCESS_READ), FAULT_NO_AREA);
	EXPECT_EQ(test_touch(as, ULIM - 1, ACCESS_READ), FAULT_NO_AREA);
	EXPECT_EQ(test_touch(as, ULIM, ACCESS_READ), FAULT_NO_AREA);
	EXPECT_EQ(test_touch(as, UINTPTR_MAX, ACCESS_WRITE), FAULT_NO_AREA);
	EXPECT_EQ(aspace_unmap(as, AT(1), PAGE_SIZE), 0);
	EXPECT_EQ(test_touch(as, AT(1), ACCESS_READ), FAULT_NO_AREA);
	aspace_put(as);
}

KTEST(aspace_fault_reads_the_zero_page)
{
	struct aspace *as = test_aspace();
	size_t before;

	test_map(as, 0, 3, RW);
	EXPECT_EQ(test_touch(as, AT(0), ACCESS_READ), FAULT_OK); // makes the table
	before = page_free_count();
	EXPECT_EQ(test_touch(as, AT(1), ACCESS_READ), FAULT_OK);
	EXPECT_EQ(test_touch(as, AT(2), ACCESS_READ), FAULT_OK);
	EXPECT_EQ(page_free_count(), before);
	EXPECT(test_page_at(as, AT(2)) == zero_page);
	EXPECT_EQ(PERMS(as, AT(2)), PTE_P | PTE_U);
	EXPECT_EQ(zero_page->count, 3);
	EXPECT_EQ(test_touch(as, AT(2), ACCESS_WRITE), FAULT_OK);
	EXPECT(test_page_at(as, AT(2)) != zero_page);
	EXPECT_EQ(zero_page->count, 2);
	EXPECT_EQ(page_free_count(), before - 1);
	EXPECT_EQ(PERMS(as, AT(2)), PTE_P | PTE_W | PTE_U);
	EXPECT_EQ(test_byte(as, AT(2)), 0);
	test_aspace_check(as);
	aspace_put(as);
	EXPECT_EQ(zero_page->count, 0);
}

KTEST(aspace_fault_demand_zero)
{
	struct aspace *as = test_aspace();
	page_t *pp;
	size_t bytes_not_zero = 0;

	test_map(as, 0, 1, RW);
	EXPECT_EQ(test_touch(as, AT(0) + 123, ACCESS_WRITE), FAULT_OK);
	pp = test_page_at(as, AT(0));
	EXPECT_EQ(pp->kind, PAGE_ANONYMOUS);
	EXPECT_EQ(pp->count, 1);
	EXPECT_EQ(PERMS(as, AT(0)), PTE_P | PTE_W | PTE_U);
	for (size_t i = 0; i < PAGE_SIZE; i++)
		bytes_not_zero += test_byte(as, AT(0) + i) != 0;
	EXPECT_EQ(bytes_not_zero, 0);
	EXPECT_EQ(test_touch(as, AT(0), ACCESS_WRITE), FAULT_OK); // once more changes nothing
	EXPECT(test_page_at(as, AT(0)) == pp);
	aspace_put(as);
}

// A shared mapping and read() see the same pages.
KTEST(aspace_fault_of_a_shared_object)
{
	struct object *obj = test_object(2);
	struct aspace *as = test_aspace(), *other = test_aspace();
	char byte;

	test_map_object(as, 0, 2, RW, AREA_SHARED, obj, 0);
	test_map_object(other, 5, 6, PROT_READ, AREA_SHARED, obj, 1);
	EXPECT_EQ(test_touch(as, AT(1), ACCESS_READ), FAULT_OK);
	EXPECT_EQ(PERMS(as, AT(1)), PTE_P | PTE_U); // so that the first write faults
	EXPECT_EQ(test_byte(as, AT(1)), 'b');
	test_store(as, AT(1), 'B');
	EXPECT_EQ(PERMS(as, AT(1)), PTE_P | PTE_W | PTE_U);
	EXPECT_EQ(object_read(obj, PAGE_SIZE, &byte, 1), 1);
	EXPECT_EQ(byte, 'B');
	EXPECT_EQ(test_touch(other, AT(5), ACCESS_READ), FAULT_OK);
	EXPECT(test_page_at(other, AT(5)) == test_page_at(as, AT(1)));
	EXPECT_EQ(test_page_at(as, AT(1))->count, 3); // the object's and two entries
	EXPECT_EQ(object_write(obj, PAGE_SIZE, "w", 1), 1);
	EXPECT_EQ(test_byte(other, AT(5)), 'w');
	test_aspace_check(as);
	test_aspace_check(other);
	aspace_put(as);
	aspace_put(other);
	object_put(obj);
}

KTEST(aspace_fault_of_a_private_object)
{
	struct object *obj = test_object(2);
	struct aspace *as = test_aspace();
	page_t *pp;
	char byte;

	test_map_object(as, 0, 2, RW, 0, obj, 0);
	EXPECT_EQ(test_touch(as, AT(0), ACCESS_READ), FAULT_OK);
	EXPECT_EQ(test_page_at(as, AT(0))->kind, PAGE_OBJECT);
	EXPECT_EQ(PERMS(as, AT(0)), PTE_P | PTE_U);
	EXPECT_EQ(object_write(obj, 0, "1", 1), 1);
	EXPECT_EQ(test_byte(as, AT(0)), '1'); // not copied yet
	test_store(as, AT(0), '2');
	pp = test_page_at(as, AT(0));
	EXPECT_EQ(pp->kind, PAGE_ANONYMOUS);
	EXPECT_EQ(test_byte(as, AT(0) + 1), 'a');
	EXPECT_EQ(object_read(obj, 0, &byte, 1), 1);
	EXPECT_EQ(byte, '1');
	EXPECT_EQ(object_write(obj, 0, "3", 1), 1);
	EXPECT_EQ(test_byte(as, AT(0)), '2');
	test_store(as, AT(1), '4'); // written without having been read
	EXPECT_EQ(test_byte(as, AT(1) + 1), 'b');
	EXPECT_EQ(object_read(obj, PAGE_SIZE, &byte, 1), 1);
	EXPECT_EQ(byte, 'b');
	test_aspace_check(as);
	aspace_put(as);
	object_put(obj);
}

// The last page of an object is mapped as a whole; beyond it there is nothing.
KTEST(aspace_fault_past_the_end_of_an_object)
{
	struct object *obj = object_create();
	struct aspace *as = test_aspace();

	EXPECT_EQ(object_write(obj, PAGE_SIZE, "xy", 2), 2);
	test_map_object(as, 0, 4, RW, AREA_SHARED, obj, 0);
	test_map_object(as, 4, 6, RW, 0, obj, 1);
	test_map_object(as, 6, 7, RW, AREA_SHARED, obj, 1u << 28); // where no object reaches
	EXPECT_EQ(test_touch(as, AT(0), ACCESS_READ), FAULT_OK);   // a hole
	EXPECT_EQ(test_byte(as, AT(0)), 0);
	EXPECT_EQ(test_touch(as, AT(1) + 4095, ACCESS_READ), FAULT_OK);
	EXPECT_EQ(test_byte(as, AT(1) + 1), 'y');
	EXPECT_EQ(test_byte(as, AT(1) + 2), 0);
	EXPECT_EQ(test_touch(as, AT(2), ACCESS_READ), FAULT_NO_PAGE);
	EXPECT_EQ(test_touch(as, AT(3), ACCESS_WRITE), FAULT_NO_PAGE);
	EXPECT_EQ(test_touch(as, AT(4), ACCESS_WRITE), FAULT_OK);
	EXPECT_EQ(test_touch(as, AT(5), ACCESS_WRITE), FAULT_NO_PAGE);
	EXPECT_EQ(test_touch(as, AT(6), ACCESS_READ), FAULT_NO_PAGE);
	EXPECT_EQ(object_truncate(obj, 2 * PAGE_SIZE + 1), 0); // it grows: now there is
	EXPECT_EQ(test_touch(as, AT(2), ACCESS_READ), FAULT_OK);
	EXPECT_EQ(test_touch(as, AT(3), ACCESS_READ), FAULT_NO_PAGE);
	test_aspace_check(as);
	aspace_put(as);
	object_put(obj);
}

KTEST(object_truncate_unmaps_everywhere)
{
	size_t before = page_free_count();
	struct object *obj = test_object(4);
	struct aspace *shared = test_aspace(), *private = test_aspace();

	test_map_object(shared, 0, 4, RW, AREA_SHARED, obj, 0);
	test_map_object(shared, 10, 12, PROT_READ, AREA_SHARED, obj, 2);
	test_map_object(private, 0, 3, RW, 0, obj, 1);
	for (unsigned int i = 0; i < 4; i++)
		test_store(shared, AT(i), 'S');
	EXPECT_EQ(test_touch(shared, AT(10), ACCESS_READ), FAULT_OK);
	EXPECT_EQ(test_touch(private, AT(0), ACCESS_READ), FAULT_OK);
	test_store(private, AT(1), 'P'); // page 2 of the object, copied
	EXPECT_EQ(object_truncate(obj, 2 * PAGE_SIZE - 1), 0);
	EXPECT(test_page_at(shared, AT(1)) != NULL);
	EXPECT(!test_page_at(shared, AT(2)));
	EXPECT(!test_page_at(shared, AT(3)));
	EXPECT(!test_page_at(shared, AT(10)));
	EXPECT(test_page_at(private, AT(0)) != NULL);
	EXPECT(!test_page_at(private, AT(1))); // copies go too, as on Linux
	EXPECT_EQ(test_byte(shared, AT(1) + 4094), 'b');
	EXPECT_EQ(test_byte(shared, AT(1) + 4095), 0);
	EXPECT_EQ(test_touch(shared, AT(2), ACCESS_READ), FAULT_NO_PAGE);
	EXPECT_EQ(test_touch(private, AT(1), ACCESS_WRITE), FAULT_NO_PAGE);
	EXPECT_EQ(object_truncate(obj, 4 * PAGE_SIZE), 0);
	EXPECT_EQ(test_touch(private, AT(1), ACCESS_READ), FAULT_OK);
	EXPECT_EQ(test_byte(private, AT(1)), 0);
	test_aspace_check(shared);
	test_aspace_check(private);
	aspace_put(shared);
	aspace_put(private);
	object_put(obj);
	EXPECT_EQ(page_free_count(), before);
}

// aspace_map_resident installs the pages that are in memory, without a fault, and no others.
KTEST(aspace_map_resident_maps_what_is_there)
{
	struct object *obj = test_object(3);
	struct aspace *as = test_aspace();

	EXPECT_EQ(object_punch(obj, PAGE_SIZE, PAGE_SIZE), 0);
	test_map_object(as, 0, 6, PROT_READ, 0, obj, 0);
	test_map_object(as, 6, 8, RW, 0, obj, 0);
	aspace_map_resident(as, AT(0), 100 * PAGE_SIZE);
	EXPECT(test_page_at(as, AT(0)) != NULL);
	EXPECT(!test_page_at(as, AT(1)));
	EXPECT(test_page_at(as, AT(2)) != NULL);
	EXPECT(!test_page_at(as, AT(3)));
	EXPECT(!test_page_at(as, AT(6)));
	EXPECT_EQ(PERMS(as, AT(2)), PTE_P | PTE_U);
	EXPECT_EQ(test_page_at(as, AT(2))->count, 2);
	aspace_map_resident(as, AT(0), 3 * PAGE_SIZE); // again
	EXPECT_EQ(test_page_at(as, AT(2))->count, 2);
	aspace_map_resident(as, AT(20), PAGE_SIZE); // nothing there
	test_aspace_check(as);
	aspace_put(as);
	object_put(obj);
}

KTEST(aspace_pin_page_pins_what_an_access_finds)
{
	struct object *obj = test_object(1);
	struct aspace *as = test_aspace();
	page_t *pp;

	test_map(as, 0, 1, RW);
	test_map(as, 1, 2, PROT_READ);
	test_map(as, 2, 3, PROT_NONE);
	test_map_object(as, 3, 5, RW, AREA_SHARED, obj, 0);
	EXPECT_EQ(aspace_pin_page(as, AT(0) + 5, ACCESS_READ, &pp), 0);
	EXPECT(pp == zero_page);
	page_unpin(pp);
	EXPECT_EQ(aspace_pin_page(as, AT(0) + 5, ACCESS_WRITE, &pp), 0);
	EXPECT(pp != zero_page && pp == test_page_at(as, AT(0)));
	EXPECT_EQ(pp->pins, 1);
	EXPECT_EQ(aspace_unmap(as, AT(0), PAGE_SIZE), 0);
	EXPECT_EQ(pp->kind, PAGE_ANONYMOUS); // kept by the pin
	page_unpin(pp);
	EXPECT_EQ(pp->kind, PAGE_FREE);
	EXPECT_EQ(aspace_pin_page(as, AT(0), ACCESS_READ, &pp), -EFAULT);
	EXPECT_EQ(aspace_pin_page(as, AT(1), ACCESS_WRITE, &pp), -EFAULT);
	EXPECT_EQ(aspace_pin_page(as, AT(2), ACCESS_READ, &pp), -EFAULT);
	EXPECT_EQ(aspace_pin_page(as, AT(3), ACCESS_WRITE, &pp), 0);
	EXPECT_EQ(pp->pins, 1);
	page_unpin(pp);
	EXPECT_EQ(aspace_pin_page(as, AT(4), ACCESS_READ, &pp), -EFAULT); // past the end
	EXPECT_EQ(aspace_pin_page(as, ULIM, ACCESS_READ, &pp), -EFAULT);
	EXPECT_EQ(zero_page->pins, 1);
	aspace_put(as);
	object_put(obj);
}
