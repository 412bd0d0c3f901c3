// test_pgdir.c: directories and page tables: make, find, count and free them.
#include "mem/test/mem_test_util.h"

#include "mem/tlb.h"

#define VA 0x10000000u

KTEST(pgdir_create_makes_an_empty_user_half)
{
	size_t before = page_free_count();
	pde_t *pgdir = test_pgdir();

	EXPECT_EQ(virt_to_page(pgdir)->kind, PAGE_DIRECTORY);
	EXPECT_EQ(virt_to_page(pgdir)->count, 1);
	EXPECT_EQ(virt_to_page(pgdir)->index, 0);
	EXPECT(!test_find_other_word(pgdir, USER_PDES, 0));
	EXPECT_EQ(memcmp(&pgdir[USER_PDES], &kernel_pgdir[USER_PDES],
	                 PAGE_SIZE - USER_PDES * sizeof(pde_t)),
	          0);
	EXPECT_EQ(page_free_count(), before - 1);
	pgdir_destroy(pgdir);
	EXPECT_EQ(page_free_count(), before);
}

// First with new pages full of ones, then with the pages that the first round has left in the
// caches.
KTEST(pgdir_create_and_walk_give_clean_pages)
{
	page_t *pp;

	test_drain_caches();
	EXPECT_EQ(page_alloc_contig(&pp, 2), 0);
	memset(page_to_virt(pp), 0xFF, 2 * PAGE_SIZE);
	page_free(pp);
	page_free(pp + 1);
	for (int round = 0; round < 2; round++) {
		pde_t *pgdir = test_pgdir();
		pte_t *pte = pgdir_walk(pgdir, VA, 1);

		EXPECT(!test_find_other_word(pgdir, PDX(VA), 0));
		EXPECT(!test_find_other_word(pte, PTRS_PER_TABLE, 0));
		pte_store(pgdir, VA, pte, 0x12345000 | PTE_P | PTE_NOPAGE);
		pte_store(pgdir, VA, pte, 0);
		pgdir_trim(pgdir, PDX(VA));
		pgdir_destroy(pgdir);
	}
}

KTEST(pgdir_create_without_memory)
{
	struct page_pool saved;
	pde_t *pgdir = NULL;

	test_memory_only(&saved, 0);
	EXPECT_EQ(pgdir_create(&pgdir), -ENOMEM);
	EXPECT(pgdir == NULL);
	test_memory_back(&saved);
}

KTEST(pgdir_destroy_refuses_what_is_in_use)
{
	pde_t *pgdir = test_pgdir(), *before = pgdir_current();
	page_t *pp = test_page();

	EXPECT(pgdir_walk(pgdir, VA, 1) != NULL);
	EXPECT_PANIC(pgdir_destroy(pgdir));
	pgdir_trim(pgdir, PDX(VA));
	pgdir_load(pgdir);
	EXPECT_PANIC(pgdir_destroy(pgdir));
	pgdir_load(before);
	EXPECT_PANIC(pgdir_destroy(kernel_pgdir));
	EXPECT_PANIC(pgdir_destroy(page_to_virt(pp)));
	pgdir_destroy(pgdir);
	EXPECT_PANIC(pgdir_destroy(pgdir));
	page_free(pp);
	page_check();
}

KTEST(pgdir_first_in_use_finds_the_lowest_entry)
{
	pde_t *pgdir = test_pgdir();
	pte_t *pte;
	uintptr_t va;

	EXPECT(pgdir_first_in_use(pgdir, &va) == NULL);
	pte = pgdir_walk(pgdir, VA, 1);
	EXPECT(pgdir_first_in_use(pgdir, &va) == &pgdir[PDX(VA)]); // an empty table
	EXPECT_EQ(va, VA & -LARGE_SIZE);
	pte_store(pgdir, VA, pte, 0x12345000 | PTE_P | PTE_NOPAGE);
	pte_store(pgdir, VA + PAGE_SIZE, pte + 1, 0x12345000 | PTE_P | PTE_NOPAGE);
	EXPECT(pgdir_first_in_use(pgdir, &va) == pte);
	EXPECT_EQ(va, VA);
	pte_store(pgdir, VA, pte, 0);
	pte_store(pgdir, VA + PAGE_SIZE, pte + 1, 0);
	pgdir_trim(pgdir, PDX(VA));
	pgdir_destroy(pgdir);
}

KTEST(pgdir_walk_without_create_makes_nothing)
{
	pde_t *pgdir = test_pgdir();
	size_t before = page_free_count();

	EXPECT(pgdir_walk(pgdir, VA, 0) == NULL);
	EXPECT_EQ(pgdir[PDX(VA)], 0);
	EXPECT_EQ(page_free_count(), before);
	pgdir_destroy(pgdir);
}

KTEST(pgdir_walk_makes_a_table)
{
	pde_t *pgdir = test_pgdir();
	size_t before = page_free_count();
	pte_t *pte = pgdir_walk(pgdir, VA + 5 * PAGE_SIZE, 1);
	page_t *table;

	EXPECT(pte != NULL);
	EXPECT_EQ(page_free_count(), before - 1);
	EXPECT_EQ(pgdir[PDX(VA)] & 0xFFF, PTE_P | PTE_W | PTE_U);
	table = phys_to_page(PTE_ADDR(pgdir[PDX(VA)]));
	EXPECT_EQ(table->kind, PAGE_TABLE);
	EXPECT_EQ(table->count, 1);
	EXPECT_EQ(table->index, 0);
	EXPECT_EQ(virt_to_page(pgdir)->index, 1);
	EXPECT(pte == (pte_t *)page_to_virt(table) + 5);
	EXPECT_EQ(*pte, 0);
	EXPECT(pgdir_walk(pgdir, VA + 5 * PAGE_SIZE, 0) == pte);
	EXPECT(pgdir_walk(pgdir, VA + 5 * PAGE_SIZE, 1) == pte);
	EXPECT(pgdir_walk(pgdir, VA + 6 * PAGE_SIZE - 1, 0) == pte); // any address of the page
	EXPECT(pgdir_walk(pgdir, VA + 6 * PAGE_SIZE, 0) == pte + 1);
	EXPECT(pgdir_walk(pgdir, VA + LARGE_SIZE - 1, 0) == pte + 1018);
	EXPECT(pgdir_walk(pgdir, VA + LARGE_SIZE, 0) == NULL);
	EXPECT(pgdir_walk(pgdir, VA - 1, 0) == NULL);
	EXPECT_EQ(page_free_count(), before - 1);
	pgdir_trim(pgdir, PDX(VA));
	EXPECT_EQ(pgdir[PDX(VA)], 0);
	EXPECT_EQ(table->count, 0);
	EXPECT_EQ(page_free_count(), before);
	pgdir_destroy(pgdir);
}

KTEST(pgdir_walk_without_memory)
{
	pde_t *pgdir = test_pgdir();
	struct page_pool saved;

	test_memory_only(&saved, 0);
	EXPECT(pgdir_walk(pgdir, VA, 1) == NULL);
	EXPECT_EQ(pgdir[PDX(VA)], 0);
	EXPECT_EQ(virt_to_page(pgdir)->index, 0);
	test_memory_back(&saved);
	pgdir_destroy(pgdir);
}

KTEST(pgdir_walk_refuses_a_shared_table)
{
	pde_t *pgdir = test_pgdir(), shared;
	pte_t *pte = pgdir_walk(pgdir, VA, 1);

	EXPECT(pte != NULL);
	shared = pgdir[PDX(VA)] & ~PTE_W;
	pde_store(pgdir, VA, shared);
	EXPECT(pgdir_walk(pgdir, VA, 1) == NULL);
	EXPECT_EQ(page_insert(pgdir, zero_page, VA, 0), -EEXIST);
	EXPECT_EQ(zero_page->count, 0);
	EXPECT_EQ(*pte, 0);
	EXPECT_EQ(pgdir[PDX(VA)], shared);
	EXPECT(pgdir_walk(pgdir, VA, 0) == pte);
	pde_store(pgdir, VA, shared | PTE_W);
	EXPECT(pgdir_walk(pgdir, VA, 1) == pte);
	pgdir_trim(pgdir, PDX(VA));
	pgdir_destroy(pgdir);
}

KTEST(pgdir_walk_finds_the_kernels_tables_in_every_directory)
{
	pde_t *pgdir = test_pgdir();

	EXPECT(pgdir_walk(pgdir, KSTACKS_BASE, 0) == pgdir_walk(kernel_pgdir, KSTACKS_BASE, 1));
	EXPECT(pgdir_walk(pgdir, KSTACKS_END - 1, 0) != NULL);
	EXPECT(pgdir_walk(pgdir, DEVICE_BASE, 0) != NULL);
	EXPECT(pgdir_walk(pgdir, LINEAR_END - 1, 0) == NULL); // a large page, or nothing
	pgdir_destroy(pgdir);
}

KTEST(pte_store_counts_entries_in_use)
{
	pde_t *pgdir = test_pgdir();
	pte_t *pte = pgdir_walk(pgdir, VA, 1);
	page_t *table = virt_to_page(pte);

	pte_store(pgdir, VA, pte, 0x00400000 | PTE_P | PTE_NOPAGE);
	EXPECT_EQ(*pte, 0x00400000 | PTE_P | PTE_NOPAGE);
	EXPECT_EQ(table->index, 1);
	pte_store(pgdir, VA, pte, PTE_UFFD_WP); // a marker is in use
	EXPECT_EQ(table->index, 1);
	pte_store(pgdir, VA + PAGE_SIZE, pte + 1, PTE_PROT_NONE | 0x00401000);
	EXPECT_EQ(table->index, 2);
	pgdir_trim(pgdir, PDX(VA));
	EXPECT(pgdir[PDX(VA)] != 0);
	pte_store(pgdir, VA, pte, 0);
	pte_store(pgdir, VA, pte, 0);
	EXPECT_EQ(table->index, 1);
	pte_store(pgdir, VA + PAGE_SIZE, pte + 1, 0);
	EXPECT_EQ(table->index, 0);
	pgdir_trim(pgdir, PDX(VA));
	EXPECT_EQ(pgdir[PDX(VA)], 0);
	pgdir_trim(pgdir, PDX(VA));
	pgdir_destroy(pgdir);
}

KTEST(pgdir_trim_leaves_the_kernels_tables)
{
	pde_t before = kernel_pgdir[PDX(DEVICE_BASE) - 1];

	pgdir_trim(kernel_pgdir, PDX(DEVICE_BASE) - 1);
	EXPECT_EQ(kernel_pgdir[PDX(DEVICE_BASE) - 1], before);
}

KTEST(page_cache_is_bounded_and_counted)
{
	size_t before = page_free_count(), listed;
	pde_t *pgdir = test_pgdir();

	for (size_t i = 0; i < 40; i++)
		EXPECT(pgdir_walk(pgdir, VA + i * LARGE_SIZE, 1) != NULL);
	EXPECT_EQ(page_free_count(), before - 41);
	for (size_t i = 0; i < 40; i++)
		pgdir_trim(pgdir, PDX(VA) + i);
	pgdir_destroy(pgdir);
	EXPECT_EQ(page_free_count(), before);
	listed = page_pool.free_count;
	EXPECT(listed + 1 < before);
	EXPECT(listed + 40 > before);
	page_check();
	test_drain_caches();
	EXPECT_EQ(page_pool.free_count, before);
	page_check();
}
