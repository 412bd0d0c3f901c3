// test_shared_tables.c: page tables that parent and child share after a clone.
#include "vm/test/vm_test_util.h"

#include "mem/heap.h"
#include <abi/mman.h>

#include "mem/fail_alloc.h"
#include "vm/ptes.h"
#include "vm/uaccess.h"

// Returns how many pages are free or the heap's. An area that is freed in the middle of a test may
// empty a page of the heap; these tests are about the pages of tables and programs.
static size_t pages_outside(void)
{
	return page_free_count() + heap_pages();
}

#define MANY 100u // entries: enough for a table to be shared

static page_t *table_at(struct aspace *as, uintptr_t va)
{
	return phys_to_page(PTE_ADDR(as->pgdir[PDX(va)]));
}

static bool is_shared(struct aspace *a, struct aspace *b, uintptr_t va)
{
	return a->pgdir[PDX(va)] && table_at(a, va) == table_at(b, va);
}

static struct aspace *with_pages(unsigned int n)
{
	struct aspace *as = test_aspace();

	test_map(as, 0, n, RW);
	for (unsigned int page = 0; page < n; page++)
		test_store(as, AT(page), (char)(page & 63));
	return as;
}

static void let_go(struct aspace *a, struct aspace *b)
{
	test_aspace_check(a);
	aspace_put(a);
	test_aspace_check(b);
	aspace_put(b);
}

KTEST(share_of_a_table_with_many_entries)
{
	size_t start = pages_outside(), before;
	struct aspace *as = with_pages(MANY), *copy;
	page_t *pp = test_page_at(as, AT(0));

	before = pages_outside();
	copy = test_clone(as);
	EXPECT(is_shared(as, copy, AT(0)));
	EXPECT_EQ(table_at(as, AT(0))->count, 2);
	EXPECT_EQ(pp->count, 1); // a shared table's entry counts once
	EXPECT_EQ(page_perms(as->pgdir, AT(0)), PTE_P | PTE_U);
	EXPECT_EQ(page_perms(copy->pgdir, AT(0)), PTE_P | PTE_U);
	EXPECT(before - pages_outside() <= 3); // space, areas and directory
	EXPECT_EQ(test_touch(copy, AT(1), ACCESS_READ), FAULT_OK);
	EXPECT(is_shared(as, copy, AT(0))); // reading changes nothing
	let_go(as, copy);
	EXPECT_EQ(pages_outside(), start);
}

KTEST(share_ends_with_the_first_write)
{
	size_t start = pages_outside(), before;
	struct aspace *as = with_pages(MANY), *copy = test_clone(as);
	page_t *table = table_at(as, AT(0));

	test_store(copy, AT(5), '!');
	EXPECT(!is_shared(as, copy, AT(0)));
	EXPECT(table_at(as, AT(0)) == table);
	EXPECT_EQ(table->count, 1);
	EXPECT_EQ(test_byte(as, AT(5)), 5);
	EXPECT_EQ(test_byte(copy, AT(6)), 6);
	EXPECT_EQ(test_page_at(as, AT(5))->count, 1);
	EXPECT_EQ(test_page_at(as, AT(6))->count, 2); // each table's entry counts now
	test_aspace_check(as);
	before = pages_outside();
	test_store(as, AT(5), '?'); // the last owner of table and page takes both as they are
	EXPECT(table_at(as, AT(0)) == table);
	EXPECT_EQ(pages_outside(), before);
	EXPECT_EQ(test_byte(copy, AT(5)), '!');
	let_go(as, copy);
	EXPECT_EQ(pages_outside(), start);
}

KTEST(share_ends_when_the_other_one_goes)
{
	struct aspace *as = with_pages(MANY), *copy = test_clone(as);
	page_t *table = table_at(as, AT(0)), *pp = test_page_at(as, AT(3));
	size_t before;

	aspace_put(as);
	EXPECT_EQ(table->count, 1);
	test_aspace_check(copy);
	before = pages_outside();
	test_store(copy, AT(3), '!');
	EXPECT(table_at(copy, AT(0)) == table);
	EXPECT(test_page_at(copy, AT(3)) == pp);
	EXPECT_EQ(pages_outside(), before);
	test_aspace_check(copy);
	aspace_put(copy);
}

// A truncation walks the entries of every area of its object, also in a table that is shared: there are
// none of the object's.
KTEST(share_lasts_while_an_object_beside_it_shrinks)
{
	struct object *obj = test_object(2);
	struct aspace *as = with_pages(MANY), *copy = test_clone(as);

	test_map_object(copy, 200, 202, RW, AREA_SHARED, obj, 0);
	EXPECT_EQ(object_truncate(obj, 0), 0);
	EXPECT(is_shared(as, copy, AT(0)));
	let_go(as, copy);
	object_put(obj);
}

static void move(struct aspace *as, unsigned int from, unsigned int to, unsigned int pages)
{
	uintptr_t va;

	EXPECT_EQ(aspace_remap(as, AT(from), pages * PAGE_SIZE, pages * PAGE_SIZE,
	                       MREMAP_MAYMOVE | MREMAP_FIXED, AT(to), &va),
	          0);
	EXPECT_EQ(va, AT(to));
	test_aspace_check(as);
}

// Three tables' spans are mapped, the first two have pages. mremap moves a table as a whole.
KTEST(share_lasts_where_one_space_moves_the_table)
{
	size_t start = pages_outside(), before;
	struct aspace *as = with_pages(1024 + MANY), *copy;
	page_t *table = table_at(as, AT(0)), *second = table_at(as, AT(1024));

	test_map(as, 1024 + MANY, 3 * 1024, RW);
	copy = test_clone(as);
	before = pages_outside();
	move(copy, 0, 8 * 1024, 3 * 1024);
	EXPECT_EQ(pages_outside(), before);
	EXPECT(table_at(copy, AT(8 * 1024)) == table && table_at(copy, AT(9 * 1024)) == second);
	EXPECT_EQ(copy->pgdir[PDX(AT(0))] | copy->pgdir[PDX(AT(1024))], 0);
	EXPECT_EQ(table->count, 2);
	EXPECT_EQ(page_perms(copy->pgdir, AT(8 * 1024)), PTE_P | PTE_U);
	EXPECT_EQ(test_byte(copy, AT(9 * 1024 + 3)), (1024 + 3) & 63);
	test_store(copy, AT(8 * 1024 + 5), '!');
	EXPECT_EQ(test_byte(as, AT(5)), 5);
	EXPECT(table_at(as, AT(0)) == table && table_at(copy, AT(8 * 1024)) != table);
	// Two of the second table's pages stay, so its entries leave it one by one.
	move(as, 0, 8 * 1024, 1024 + MANY - 2);
	EXPECT(table_at(as, AT(8 * 1024)) == table);
	EXPECT(table_at(as, AT(1024)) != second && table_at(as, AT(9 * 1024)) != second);
	EXPECT_EQ(second->count, 1);
	EXPECT_EQ(test_byte(as, AT(9 * 1024 + 3)), (1024 + 3) & 63);
	EXPECT_EQ(test_byte(as, AT(1024 + MANY - 1)), (1024 + MANY - 1) & 63);
	let_go(as, copy);
	EXPECT_EQ(pages_outside(), start);
}

// A move to addresses in a shared table, of a source that has no page: other spaces rely on the
// table's count, also while the move yields.
KTEST(share_counts_its_entries_while_others_move_beside)
{
	struct aspace *as = with_pages(MANY), *copy = test_clone(as);
	const page_t *table = table_at(as, AT(0));
	unsigned int used = table->index;

	rwlock_write_lock(&as->lock);
	EXPECT_EQ(ptes_move_prepare(as, AT(5 * 1024), AT(512), 512 * PAGE_SIZE), 0);
	EXPECT_EQ(table->index, used);
	ptes_move(as, AT(5 * 1024), AT(512), 512 * PAGE_SIZE);
	EXPECT_EQ(table->index, used);
	rwlock_write_unlock(&as->lock);
	EXPECT(is_shared(as, copy, AT(0)));
	let_go(as, copy);
}

// The entries of a table are copied if one of its areas is not inherited as it is, or if they are
// few.
KTEST(share_is_not_for_every_table)
{
	struct object *obj = test_object(2);
	struct aspace *as = with_pages(10), *copy = test_clone(as);

	EXPECT(!is_shared(as, copy, AT(0)));
	let_go(as, copy);
	for (int i = 0; i < 3; i++) {
		as = with_pages(MANY);
		if (i == 0)
			EXPECT_EQ(aspace_advise(as, AT(50), PAGE_SIZE, MADV_DONTFORK), 0);
		if (i == 1)
			EXPECT_EQ(aspace_advise(as, AT(50), PAGE_SIZE, MADV_WIPEONFORK), 0);
		if (i == 2)
			test_map_object(as, 200, 202, RW, AREA_SHARED, obj, 0);
		copy = test_clone(as);
		EXPECT(!is_shared(as, copy, AT(0)));
		let_go(as, copy);
	}
	object_put(obj);
}

// Every change is made in a table of the space's own.
KTEST(share_ends_with_every_change)
{
	for (int change = 0; change < 6; change++) {
		struct aspace *as = with_pages(MANY), *copy = test_clone(as);
		size_t before = pages_outside();
		uintptr_t va;

		switch (change) {
		case 0:
			EXPECT_EQ(aspace_unmap(copy, AT(10), PAGE_SIZE), 0);
			EXPECT(!test_page_at(copy, AT(10)));
			break;
		case 1:
			EXPECT_EQ(aspace_protect(copy, AT(10), PAGE_SIZE, PROT_NONE), 0);
			break;
		case 2:
			EXPECT_EQ(aspace_advise(copy, AT(10), PAGE_SIZE, MADV_DONTNEED), 0);
			EXPECT(!test_page_at(copy, AT(10)));
			break;
		case 3:
			EXPECT_EQ(aspace_remap(copy, AT(10), PAGE_SIZE, PAGE_SIZE,
			                       MREMAP_MAYMOVE | MREMAP_FIXED, AT(2000), &va),
			          0);
			EXPECT_EQ(test_byte(copy, AT(2000)), 10);
			break;
		case 4:
			test_map(copy, 10, 11, RW);
			break;
		default:
			test_map(copy, MANY, MANY + 1, RW);
			EXPECT_EQ(test_touch(copy, AT(MANY), ACCESS_READ), FAULT_OK);
			EXPECT(!test_page_at(as, AT(MANY)));
		}
		EXPECT(!is_shared(as, copy, AT(0)));
		EXPECT_EQ(test_byte(as, AT(10)), 10);
		EXPECT_EQ(test_byte(copy, AT(11)), 11);
		EXPECT(pages_outside() < before);
		let_go(as, copy);
	}
}

// Unmapping the whole span of a shared table only drops a reference.
KTEST(share_is_dropped_with_the_whole_span)
{
	struct aspace *as = with_pages(MANY), *copy = test_clone(as);
	page_t *table = table_at(as, AT(0));
	size_t before = pages_outside();

	EXPECT_EQ(aspace_unmap(copy, AT(0), LARGE_SIZE), 0);
	EXPECT_EQ(copy->pgdir[PDX(AT(0))], 0);
	EXPECT_EQ(table->count, 1);
	EXPECT_EQ(pages_outside(), before);
	EXPECT_EQ(test_byte(as, AT(7)), 7);
	let_go(as, copy);
}

static struct aspace *other;

static void store_as_a_program(struct aspace *as)
{
	char byte = 0;

	EXPECT_EQ(copyin(as, &byte, USER(AT(9)), 1), 0); // caches the translation
	EXPECT_EQ(byte, 9);
	EXPECT_EQ(copyout(as, USER(AT(9)), "!", 1), 0);
	EXPECT_EQ(copyin(as, &byte, USER(AT(9)), 1), 0);
	EXPECT_EQ(byte, '!');
	EXPECT_EQ(copyin(other, &byte, USER(AT(9)), 1), 0);
	EXPECT_EQ(byte, 9);
	EXPECT_EQ(copyout(other, USER(AT(8)), "?", 1), 0); // and from outside
	EXPECT_EQ(copyin(as, &byte, USER(AT(8)), 1), 0);
	EXPECT_EQ(byte, 8);
}

KTEST(share_is_obeyed_by_the_processor)
{
	struct aspace *as = with_pages(MANY);

	other = test_clone(as);
	test_run_in(as, store_as_a_program);
	let_go(as, other);
	as = with_pages(MANY);
	other = test_clone(as);
	EXPECT_EQ(copyout(other, USER(AT(8)), "?", 1), 0); // while the table is shared
	EXPECT_EQ(test_byte(as, AT(8)), 8);
	let_go(as, other);
}

// The original's own writes fault too, although its translations may be in the TLB.
static void clone_and_store(struct aspace *as)
{
	EXPECT_EQ(copyout(as, USER(AT(9)), "1", 1), 0);
	other = test_clone(as);
	EXPECT_EQ(copyout(as, USER(AT(9)), "2", 1), 0);
	EXPECT_EQ(test_byte(other, AT(9)), '1');
	EXPECT_EQ(test_byte(as, AT(9)), '2');
}

KTEST(share_stops_the_parents_cached_writes)
{
	struct aspace *as = with_pages(MANY);

	test_run_in(as, clone_and_store);
	let_go(as, other);
}

KTEST(share_among_three)
{
	size_t before = pages_outside();
	struct aspace *a = with_pages(MANY), *b = test_clone(a), *c = test_clone(b);

	EXPECT_EQ(table_at(a, AT(0))->count, 3);
	test_store(b, AT(1), 'b');
	EXPECT(is_shared(a, c, AT(0)));
	test_aspace_check(a);
	test_aspace_check(c);
	test_store(a, AT(1), 'a');
	EXPECT_EQ(test_byte(c, AT(1)), 1);
	EXPECT_EQ(test_byte(b, AT(1)), 'b');
	test_store(c, AT(1), 'c');
	EXPECT_EQ(test_byte(a, AT(1)), 'a');
	test_aspace_check(b);
	aspace_put(b);
	let_go(a, c);
	EXPECT_EQ(pages_outside(), before);
}

#ifdef DEBUG

// Without memory for a private table a change fails, and changes nothing.
KTEST(share_without_memory_for_an_own_table)
{
	struct aspace *as = with_pages(MANY), *copy = test_clone(as);

	for (int change = 0; change < 3; change++) {
		int error = 0;

		mem_fail_after(1);
		if (change == 0)
			EXPECT_EQ(test_touch(copy, AT(0), ACCESS_WRITE), FAULT_NO_MEMORY);
		if (change == 1)
			error = aspace_unmap(copy, AT(0), PAGE_SIZE);
		if (change == 2)
			error = aspace_protect(copy, AT(0), PAGE_SIZE, PROT_READ);
		EXPECT_EQ(mem_fail_after(0), 0);
		EXPECT_EQ(error, change ? -ENOMEM : 0);
		EXPECT(is_shared(as, copy, AT(0)));
		EXPECT_AREAS(copy, "0-100rw");
		test_aspace_check(copy);
	}
	let_go(as, copy);
}

#endif
