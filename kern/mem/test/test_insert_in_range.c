// test_insert_in_range.c: page_insert_in_range and how it searches.
#include "mem/test/mem_test_util.h"

#define VA 0x40000000u
#define EDGE (VA + LARGE_SIZE) // where the second table begins

// Map the zero page at [start, end).
static void fill(pde_t *pgdir, uintptr_t start, uintptr_t end)
{
	for (uintptr_t va = start; va < end; va += PAGE_SIZE)
		EXPECT_EQ(page_insert(pgdir, zero_page, va, 0), 0);
}

static void clear(pde_t *pgdir, uintptr_t start, uintptr_t end)
{
	for (uintptr_t va = start; va < end; va += PAGE_SIZE)
		page_remove(pgdir, va);
	EXPECT_EQ(virt_to_page(pgdir)->index, 0);
	pgdir_destroy(pgdir);
	EXPECT_EQ(zero_page->count, 0);
	page_check();
}

KTEST(insert_in_range_takes_the_lowest_address)
{
	pde_t *pgdir = test_pgdir();
	page_t *pp = test_page();
	uintptr_t va = 0;

	for (uintptr_t want = VA; want < VA + 5 * PAGE_SIZE; want += PAGE_SIZE) {
		EXPECT_EQ(page_insert_in_range(pgdir, pp, VA, VA + 5 * PAGE_SIZE, PTE_U | PTE_W,
		                               &va),
		          0);
		EXPECT_EQ(va, want);
		EXPECT(page_lookup(pgdir, va, NULL) == pp);
		EXPECT_EQ(page_perms(pgdir, va), PTE_P | PTE_U | PTE_W);
	}
	EXPECT_EQ(pp->count, 5);
	va = 1;
	EXPECT_EQ(page_insert_in_range(pgdir, pp, VA, VA + 5 * PAGE_SIZE, PTE_U, &va),
	          -ENOSPC); // the end is not in it
	EXPECT_EQ(va, 1);
	EXPECT_EQ(pp->count, 5);
	EXPECT(page_lookup(pgdir, VA + 5 * PAGE_SIZE, NULL) == NULL);
	page_incref(pp);
	page_remove(pgdir, VA + 3 * PAGE_SIZE);
	EXPECT_EQ(page_insert_in_range(pgdir, pp, VA, VA + 5 * PAGE_SIZE, PTE_U, &va), 0);
	EXPECT_EQ(va, VA + 3 * PAGE_SIZE);
	page_decref(pp);
	clear(pgdir, VA, VA + 5 * PAGE_SIZE);
}

KTEST(insert_in_range_refuses_bad_ranges)
{
	pde_t *pgdir = test_pgdir();
	page_t *pp = test_page();
	uintptr_t va;

	EXPECT_EQ(page_insert_in_range(pgdir, pp, VA + 1, VA + PAGE_SIZE, 0, &va), -EINVAL);
	EXPECT_EQ(page_insert_in_range(pgdir, pp, VA, VA + PAGE_SIZE - 1, 0, &va), -EINVAL);
	EXPECT_EQ(page_insert_in_range(pgdir, pp, VA + PAGE_SIZE, VA, 0, &va), -EINVAL);
	EXPECT_EQ(page_insert_in_range(pgdir, pp, VA, VA, 0, &va), -ENOSPC);
	EXPECT_EQ(pp->count, 0);
	page_free(pp);
	clear(pgdir, VA, VA);
}

// PROT_NONE entries and markers are in use, although the processor sees nothing there.
KTEST(insert_in_range_steps_over_entries_not_present)
{
	pde_t *pgdir = test_pgdir();
	page_t *pp = test_page();
	uintptr_t va = 0;

	page_incref(pp);
	pte_store(pgdir, VA, pgdir_walk(pgdir, VA, 1), page_to_phys(pp) | PTE_PROT_NONE);
	pte_store(pgdir, VA + PAGE_SIZE, pgdir_walk(pgdir, VA + PAGE_SIZE, 1), PTE_UFFD_WP);
	EXPECT_EQ(page_insert_in_range(pgdir, pp, VA, VA + 2 * PAGE_SIZE, 0, &va), -ENOSPC);
	EXPECT_EQ(page_insert_in_range(pgdir, pp, VA, VA + 3 * PAGE_SIZE, 0, &va), 0);
	EXPECT_EQ(va, VA + 2 * PAGE_SIZE);
	EXPECT_EQ(pp->count, 2);
	clear(pgdir, VA, VA + 3 * PAGE_SIZE);
}

KTEST(insert_in_range_makes_no_table_while_searching)
{
	pde_t *pgdir = test_pgdir();
	page_t *pp = test_page();
	uintptr_t va = 0;
	size_t before;

	fill(pgdir, EDGE - 4 * PAGE_SIZE, EDGE);
	before = page_free_count();
	EXPECT_EQ(page_insert_in_range(pgdir, pp, EDGE - 4 * PAGE_SIZE, EDGE, 0, &va), -ENOSPC);
	EXPECT_EQ(page_free_count(), before);
	EXPECT_EQ(pgdir[PDX(EDGE)], 0);
	EXPECT_EQ(page_insert_in_range(pgdir, pp, EDGE - 4 * PAGE_SIZE, EDGE + 8 * LARGE_SIZE, 0,
	                               &va),
	          0);
	EXPECT_EQ(va, EDGE);
	EXPECT_EQ(page_free_count(), before - 1);
	EXPECT_EQ(virt_to_page(pgdir)->index, 2);
	clear(pgdir, EDGE - 4 * PAGE_SIZE, EDGE + PAGE_SIZE);
}

KTEST(insert_in_range_passes_full_tables)
{
	pde_t *pgdir = test_pgdir();
	page_t *pp = test_page();
	uintptr_t va = 0;

	fill(pgdir, VA, EDGE + 2 * PAGE_SIZE);
	EXPECT_EQ(page_insert_in_range(pgdir, pp, VA + PAGE_SIZE, EDGE + 2 * PAGE_SIZE, 0, &va),
	          -ENOSPC);
	EXPECT_EQ(page_insert_in_range(pgdir, pp, VA + PAGE_SIZE, EDGE + 3 * PAGE_SIZE, 0, &va), 0);
	EXPECT_EQ(va, EDGE + 2 * PAGE_SIZE);
	clear(pgdir, VA, EDGE + 3 * PAGE_SIZE);
}

// The lowest address is chosen, even if it needs a new table and a higher one does not.
KTEST(insert_in_range_without_memory_for_a_table)
{
	pde_t *pgdir = test_pgdir();
	page_t *pp = test_page();
	struct page_pool saved;
	uintptr_t va = 1;

	fill(pgdir, EDGE, EDGE + PAGE_SIZE);
	test_memory_only(&saved, 0);
	EXPECT_EQ(page_insert_in_range(pgdir, pp, EDGE - PAGE_SIZE, EDGE + 9 * PAGE_SIZE, 0, &va),
	          -ENOMEM);
	EXPECT_EQ(va, 1);
	EXPECT_EQ(pp->count, 0);
	EXPECT_EQ(pgdir[PDX(VA)], 0);
	EXPECT_EQ(page_insert_in_range(pgdir, pp, EDGE, EDGE + 9 * PAGE_SIZE, 0, &va), 0);
	EXPECT_EQ(va, EDGE + PAGE_SIZE);
	test_memory_back(&saved);
	clear(pgdir, EDGE, EDGE + 2 * PAGE_SIZE);
}

KTEST(insert_in_range_passes_large_pages)
{
	pde_t *pgdir = test_pgdir();
	page_t *pp = test_page(), *large;
	uintptr_t va = 0;

	EXPECT_EQ(page_alloc_contig(&large, LARGE_PAGES), 0);
	EXPECT_EQ(page_insert(pgdir, large, VA, PTE_PS), 0);
	EXPECT_EQ(page_insert_in_range(pgdir, pp, VA + PAGE_SIZE, EDGE, 0, &va), -ENOSPC);
	EXPECT_EQ(page_insert_in_range(pgdir, pp, VA + PAGE_SIZE, EDGE + PAGE_SIZE, 0, &va), 0);
	EXPECT_EQ(va, EDGE);
	EXPECT_EQ(large->count, 1);
	large_remove(pgdir, VA);
	clear(pgdir, EDGE, EDGE + PAGE_SIZE);
}

KTEST(insert_in_range_at_both_ends_of_user_space)
{
	pde_t *pgdir = test_pgdir();
	page_t *pp = test_page();
	uintptr_t va = 0;

	EXPECT_EQ(page_insert_in_range(pgdir, pp, ULIM - PAGE_SIZE, ULIM, 0, &va), 0);
	EXPECT_EQ(va, ULIM - PAGE_SIZE);
	EXPECT_EQ(page_insert_in_range(pgdir, pp, ULIM - PAGE_SIZE, ULIM, 0, &va), -ENOSPC);
	EXPECT_EQ(page_insert_in_range(pgdir, pp, USER_MIN, ULIM, 0, &va), 0);
	EXPECT_EQ(va, USER_MIN);
	page_remove(pgdir, USER_MIN);
	clear(pgdir, ULIM - PAGE_SIZE, ULIM);
}
