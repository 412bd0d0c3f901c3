// test_shared_files.c: page tables that spaces share after a clone and that also map a file privately, while
// the file loses pages.
#include "vm/test/vm_test_util.h"

#include "mem/fail_alloc.h"
#include "mem/heap.h"
#include "vm/uaccess.h"
#include "vm/uffd.h"

#define FILE_PAGES 40u
#define ALL_PAGES 120u // with the anonymous ones beside the file's: enough for a table to be shared

// Returns how many pages are free or the heap's.
static size_t pages_outside(void)
{
	return page_free_count() + heap_pages();
}

static page_t *table_at(struct aspace *as, uintptr_t va)
{
	pde_t pde = as->pgdir[PDX(va)];

	return pde ? phys_to_page(PTE_ADDR(pde)) : NULL;
}

// Returns true if both spaces name one table for the pages under test.
static bool is_shared(struct aspace *a, struct aspace *b)
{
	return table_at(a, AT(0)) && table_at(a, AT(0)) == table_at(b, AT(0));
}

// Returns a space that maps the pages of `obj` privately from AT(0) on, all of them present: page 1 of each
// ten is a private copy. The other pages are anonymous.
static struct aspace *with_file(struct object *obj)
{
	struct aspace *as = test_aspace();

	test_map_object(as, 0, FILE_PAGES, RW, 0, obj, 0);
	test_map(as, FILE_PAGES, ALL_PAGES, RW);
	for (unsigned int page = 0; page < FILE_PAGES; page++)
		if (page % 10 == 1)
			test_store(as, AT(page), '!');
		else
			EXPECT_EQ(test_touch(as, AT(page), ACCESS_READ), FAULT_OK);
	for (unsigned int page = FILE_PAGES; page < ALL_PAGES; page++)
		test_store(as, AT(page), 'h');
	return as;
}

// Returns a copy of the space, which must share the table.
static struct aspace *sharing(struct aspace *as)
{
	struct aspace *copy = test_clone(as);

	EXPECT(is_shared(as, copy));
	return copy;
}

static void let_go(struct aspace *a, struct aspace *b, struct object *obj)
{
	test_aspace_check(a);
	test_aspace_check(b);
	aspace_put(a);
	test_aspace_check(b);
	aspace_put(b);
	object_put(obj);
}

KTEST(share_of_a_table_with_a_file)
{
	struct object *obj = test_object(FILE_PAGES);
	size_t start = pages_outside(), before;
	struct aspace *as = with_file(obj), *copy;
	page_t *of_file = test_page_at(as, AT(0)), *own = test_page_at(as, AT(1));

	before = pages_outside();
	copy = sharing(as);
	EXPECT(before - pages_outside() <= 3); // space, areas and directory
	EXPECT_EQ(of_file->count, 2);          // the object's reference, and that of the one entry
	EXPECT_EQ(own->count, 1);
	EXPECT_EQ(page_perms(copy->pgdir, AT(1)), PTE_P | PTE_U);
	test_store(copy, AT(0), '?');
	EXPECT(!is_shared(as, copy));
	EXPECT_EQ(test_byte(as, AT(0)), 'a');
	EXPECT_EQ(of_file->count, 2);
	EXPECT_EQ(own->count, 2);
	test_store(copy, AT(1), '?');
	EXPECT_EQ(test_byte(as, AT(1)), '!');
	test_aspace_check(as);
	test_aspace_check(copy);
	aspace_put(copy);
	test_store(as, AT(1), '1');
	EXPECT(test_page_at(as, AT(1)) == own);
	test_aspace_check(as);
	aspace_put(as);
	EXPECT_EQ(pages_outside(), start);
	object_put(obj);
}

// The new space's area is the first that the truncation visits.
KTEST(share_loses_what_a_truncation_removes)
{
	size_t start = pages_outside(), before;
	struct object *obj = test_object(FILE_PAGES);
	struct aspace *as = with_file(obj), *copy = sharing(as);
	page_t *table = table_at(as, AT(0));

	before = pages_outside();
	EXPECT_EQ(object_truncate(obj, 15 * PAGE_SIZE), 0);
	EXPECT(is_shared(as, copy));
	EXPECT_EQ(table->count, 2);
	EXPECT_EQ(table->index, ALL_PAGES - (FILE_PAGES - 15));
	// the file's 25 pages, and the private copies of two
	EXPECT_EQ(pages_outside(), before + 25 + 2);
	for (int i = 0; i < 2; i++) {
		struct aspace *space = i ? copy : as;

		EXPECT_EQ(test_byte(space, AT(11)), '!');
		EXPECT_EQ(test_byte(space, AT(14)), 'a' + 14);
		EXPECT_EQ(test_touch(space, AT(15), ACCESS_READ), FAULT_NO_PAGE);
		EXPECT_EQ(test_touch(space, AT(21), ACCESS_WRITE), FAULT_NO_PAGE);
		EXPECT_EQ(test_byte(space, AT(FILE_PAGES)), 'h');
		test_aspace_check(space);
	}
	EXPECT(is_shared(as, copy));
	let_go(as, copy, obj);
	EXPECT_EQ(pages_outside(), start);
}

KTEST(share_keeps_private_copies_in_a_hole)
{
	size_t start = pages_outside();
	struct object *obj = test_object(FILE_PAGES);
	struct aspace *as = with_file(obj), *copy = sharing(as);
	page_t *table = table_at(as, AT(0));

	EXPECT_EQ(object_punch(obj, 5 * PAGE_SIZE, 30 * PAGE_SIZE), 0);
	EXPECT(is_shared(as, copy));
	EXPECT_EQ(table->index, ALL_PAGES - 27); // three of the 30 pages are copies
	EXPECT_EQ(test_byte(copy, AT(11)), '!');
	EXPECT(!test_page_at(copy, AT(12)));
	EXPECT_EQ(test_byte(as, AT(4)), 'a' + 4);
	EXPECT_EQ(test_touch(copy, AT(12), ACCESS_READ), FAULT_OK); // a new page of the file
	EXPECT_EQ(test_byte(copy, AT(12)), 0);
	EXPECT(!is_shared(as, copy));
	EXPECT(!test_page_at(as, AT(12)));
	let_go(as, copy, obj);
	EXPECT_EQ(pages_outside(), start);
}

// A table without an entry in use goes, as everywhere.
KTEST(share_of_a_table_that_a_truncation_empties)
{
	size_t start = pages_outside();
	struct object *obj = test_object(100);
	struct aspace *as = test_aspace(), *copy, *third;
	page_t *table;

	test_map_object(as, 0, 100, RW, 0, obj, 0);
	for (unsigned int page = 0; page < 100; page++)
		EXPECT_EQ(test_touch(as, AT(page), ACCESS_READ), FAULT_OK);
	copy = sharing(as);
	third = sharing(copy);
	table = table_at(as, AT(0));
	EXPECT_EQ(table->count, 3);
	EXPECT_EQ(object_truncate(obj, 0), 0);
	EXPECT_EQ(as->pgdir[PDX(AT(0))] | copy->pgdir[PDX(AT(0))] | third->pgdir[PDX(AT(0))], 0);
	EXPECT_EQ(table->count, 0);
	EXPECT_EQ(test_touch(third, AT(0), ACCESS_READ), FAULT_NO_PAGE);
	aspace_put(third);
	let_go(as, copy, obj);
	EXPECT_EQ(pages_outside(), start);
}

// What one of the spaces does to its areas, before the file loses pages: no space sees them any more, at
// whatever address.
KTEST(share_that_ended_before_a_truncation)
{
	for (int change = 0; change < 5; change++) {
		size_t start = pages_outside();
		struct object *obj = test_object(FILE_PAGES);
		struct aspace *as = with_file(obj), *copy = sharing(as);
		uintptr_t va, at = AT(20);

		if (change == 0)
			EXPECT_EQ(aspace_unmap(copy, AT(25), PAGE_SIZE), 0);
		if (change == 1)
			EXPECT_EQ(aspace_protect(copy, AT(18), 4 * PAGE_SIZE, PROT_NONE), 0);
		if (change == 2) {
			at = AT(2000);
			EXPECT_EQ(aspace_remap(copy, AT(20), 10 * PAGE_SIZE, 10 * PAGE_SIZE,
			                       MREMAP_MAYMOVE | MREMAP_FIXED, at, &va),
			          0);
		}
		if (change == 3)
			test_store(copy, AT(20), '?');
		if (change == 4)
			EXPECT_EQ(aspace_advise(copy, AT(25), PAGE_SIZE, MADV_DONTNEED), 0);
		EXPECT(!is_shared(as, copy));
		EXPECT(test_page_at(copy, at) && test_page_at(as, AT(20)));
		EXPECT_EQ(object_truncate(obj, 15 * PAGE_SIZE), 0);
		EXPECT(!test_page_at(copy, at) && !test_page_at(as, AT(20)));
		EXPECT_EQ(test_byte(copy, AT(14)), 'a' + 14);
		EXPECT_EQ(test_byte(copy, AT(FILE_PAGES)), 'h');
		let_go(as, copy, obj);
		EXPECT_EQ(pages_outside(), start);
	}
}

static struct object *file;

// The processor has cached the translation when another space's area is visited, and this space's area has
// no entry any more when its turn comes.
static void read_before_and_after(struct aspace *as)
{
	struct aspace *copy = sharing(as);
	char byte = 0;

	EXPECT_EQ(copyin(as, &byte, USER(AT(20)), 1), 0);
	EXPECT_EQ(byte, 'a' + 20);
	EXPECT_EQ(object_truncate(file, 15 * PAGE_SIZE), 0);
	EXPECT(is_shared(as, copy));
	EXPECT_EQ(copyin(as, &byte, USER(AT(20)), 1), -EFAULT);
	EXPECT_EQ(copyin(as, &byte, USER(AT(14)), 1), 0);
	EXPECT_EQ(object_punch(file, 0, 10 * PAGE_SIZE), 0);
	EXPECT_EQ(copyin(as, &byte, USER(AT(9)), 1), 0);
	EXPECT_EQ(byte, 0);
	aspace_put(copy);
}

KTEST(share_flushes_what_a_truncation_removes)
{
	struct aspace *as;

	file = test_object(FILE_PAGES);
	as = with_file(file);
	test_run_in(as, read_before_and_after);
	test_aspace_check(as);
	aspace_put(as);
	object_put(file);
}

// A truncation that a clone has missed makes it look at each area again, in a table that it shares.
KTEST(share_catches_up_with_a_truncation)
{
	size_t start = pages_outside();
	struct object *obj = test_object(FILE_PAGES);
	struct aspace *as = with_file(obj), *copy = sharing(as);

	obj->size = 15 * PAGE_SIZE; // as if its pages had gone from all areas but these
	rwlock_write_lock(&copy->lock);
	object_catch_up(area_find(&copy->areas, AT(0)));
	rwlock_write_unlock(&copy->lock);
	EXPECT(is_shared(as, copy));
	EXPECT_EQ(table_at(as, AT(0))->index, ALL_PAGES - (FILE_PAGES - 15));
	EXPECT_EQ(test_byte(copy, AT(14)), 'a' + 14);
	let_go(as, copy, obj);
	EXPECT_EQ(pages_outside(), start);
}

// A pinned page outlives its entry.
KTEST(share_of_a_page_that_is_pinned)
{
	size_t start = pages_outside();
	struct object *obj = test_object(FILE_PAGES);
	struct aspace *as = with_file(obj), *copy = sharing(as);
	page_t *pp;

	EXPECT_EQ(aspace_pin_page(copy, AT(20), ACCESS_READ, &pp), 0);
	EXPECT(is_shared(as, copy));
	EXPECT_EQ(object_truncate(obj, 0), 0);
	EXPECT_EQ(pp->count, 0);
	EXPECT_EQ(*(char *)page_to_virt(pp), 'a' + 20);
	page_unpin(pp);
	let_go(as, copy, obj);
	EXPECT_EQ(pages_outside(), start);
}

// Areas whose entries may change in a step that cannot fail are copied.
KTEST(share_is_not_for_registered_files)
{
	struct object *obj = test_object(FILE_PAGES);
	struct aspace *as = with_file(obj), *copy = sharing(as);
	struct uffd *uffd = uffd_create(copy, 0);
	bool large;

	EXPECT_EQ(uffd_attach_range(uffd, copy, AT(FILE_PAGES), AT(ALL_PAGES), AREA_UFFD_MISSING,
	                            &large),
	          0);
	EXPECT(is_shared(as, copy)); // anonymous memory loses no pages to others
	EXPECT_EQ(uffd_attach_range(uffd, copy, AT(5), AT(10), AREA_UFFD_MISSING, &large), 0);
	EXPECT(!is_shared(as, copy));
	EXPECT_EQ(object_truncate(obj, 7 * PAGE_SIZE), 0);
	EXPECT(!test_page_at(as, AT(8)) && !test_page_at(copy, AT(8)));
	uffd_close(uffd);
	let_go(as, copy, obj);
}

#ifdef DEBUG

// If there is no memory for a table of its own, a space keeps the shared one.
KTEST(share_of_a_file_without_memory)
{
	struct object *obj = test_object(FILE_PAGES);
	struct aspace *as = with_file(obj), *copy = sharing(as);
	struct uffd *uffd = uffd_create(copy, 0);
	bool large;

	for (int failing = 1; failing <= 2; failing++) {
		mem_fail_after(failing); // the page, then the table
		EXPECT_EQ(test_touch(copy, AT(0), ACCESS_WRITE), FAULT_NO_MEMORY);
		EXPECT_EQ(mem_fail_after(0), 0);
		EXPECT(is_shared(as, copy));
		EXPECT_EQ(test_byte(copy, AT(0)), 'a');
	}
	mem_fail_after(1);
	EXPECT_EQ(uffd_attach_range(uffd, copy, AT(0), AT(FILE_PAGES), AREA_UFFD_MISSING, &large),
	          -ENOMEM);
	EXPECT_EQ(mem_fail_after(0), 0);
	EXPECT(is_shared(as, copy));
	uffd_close(uffd);
	let_go(as, copy, obj);
}

#endif
