// test_large.c: map large pages, with and without small pages next to them.
#include "mem/test/mem_test_util.h"

#include "mem/tlb.h"

#define VA 0x30000000u

static page_t *test_large(void)
{
	page_t *pp;

	if (page_alloc_contig(&pp, LARGE_PAGES))
		panic("a test found no large page");
	return pp;
}

KTEST(large_insert_maps_and_remove_frees_all)
{
	size_t before = page_free_count();
	pde_t *pgdir = test_pgdir();
	page_t *large = test_large();
	pte_t *entry = NULL;

	EXPECT_EQ(page_insert(pgdir, large, VA, PTE_U | PTE_W | PTE_PS), 0);
	EXPECT_EQ(large->count, 1);
	EXPECT_EQ(pgdir[PDX(VA)], page_to_phys(large) | PTE_P | PTE_U | PTE_W | PTE_PS);
	EXPECT_EQ(virt_to_page(pgdir)->index, 1);
	EXPECT(large_lookup(pgdir, VA + 5 * PAGE_SIZE + 7) == large + 5);
	EXPECT(page_lookup(pgdir, VA + 5 * PAGE_SIZE, &entry) == NULL);
	EXPECT(entry == NULL);
	EXPECT(large_lookup(pgdir, VA + LARGE_SIZE) == NULL);
	EXPECT_EQ(page_perms(pgdir, VA + LARGE_SIZE - 1), PTE_P | PTE_U | PTE_W);
	EXPECT(pgdir_walk(pgdir, VA, 0) == NULL);
	EXPECT(pgdir_walk(pgdir, VA, 1) == NULL);
	EXPECT_EQ(page_insert(pgdir, large, VA, PTE_U | PTE_PS), 0);
	EXPECT_EQ(large->count, 1);
	EXPECT_EQ(page_perms(pgdir, VA), PTE_P | PTE_U);
	EXPECT_EQ(page_insert(pgdir, large, VA + LARGE_SIZE, PTE_PS), 0);
	EXPECT_EQ(large->count, 2);
	large_remove(pgdir, VA + LARGE_SIZE);
	EXPECT_EQ(page_free_count(), before - 1 - LARGE_PAGES);
	page_remove(pgdir, VA); // only small pages
	EXPECT_EQ(large->count, 1);
	large_remove(pgdir, VA + 77 * PAGE_SIZE); // anywhere in it
	EXPECT_EQ(pgdir[PDX(VA)], 0);
	EXPECT_EQ(page_free_count(), before - 1);
	large_remove(pgdir, VA);
	pgdir_destroy(pgdir);
	EXPECT_EQ(page_free_count(), before);
	page_check();
}

KTEST(large_insert_is_refused_where_small_pages_stand)
{
	pde_t *pgdir = test_pgdir();
	page_t *large = test_large(), *small = test_page();
	size_t before;

	EXPECT_EQ(page_insert(pgdir, small, VA + 9 * PAGE_SIZE, PTE_U), 0);
	before = page_free_count();
	EXPECT_EQ(page_insert(pgdir, large, VA, PTE_U | PTE_PS), -EEXIST);
	EXPECT_EQ(large->count, 0);
	EXPECT_EQ(small->count, 1);
	EXPECT(page_lookup(pgdir, VA + 9 * PAGE_SIZE, NULL) == small);
	EXPECT_EQ(page_free_count(), before);
	page_remove(pgdir, VA + 9 * PAGE_SIZE);
	EXPECT(pgdir_walk(pgdir, VA, 1) != NULL); // a table without entries is not in the way
	EXPECT_EQ(page_insert(pgdir, large, VA, PTE_U | PTE_PS), 0);
	EXPECT_EQ(virt_to_page(pgdir)->index, 1);
	large_remove(pgdir, VA);
	pgdir_destroy(pgdir);
	page_check();
}

KTEST(small_insert_is_refused_where_a_large_page_stands)
{
	pde_t *pgdir = test_pgdir();
	page_t *large = test_large(), *small = test_page();

	EXPECT_EQ(page_insert(pgdir, large, VA, PTE_U | PTE_PS), 0);
	EXPECT_EQ(page_insert(pgdir, small, VA + PAGE_SIZE, PTE_U), -EEXIST);
	EXPECT_EQ(small->count, 0);
	EXPECT_EQ(large->count, 1);
	EXPECT(large_lookup(pgdir, VA) == large);
	page_free(small);
	large_remove(pgdir, VA);
	pgdir_destroy(pgdir);
}

KTEST(large_insert_replaces_a_large_page)
{
	size_t before = page_free_count();
	pde_t *pgdir = test_pgdir();
	page_t *old = test_large(), *new = test_large();

	EXPECT_EQ(page_insert(pgdir, old, VA, PTE_U | PTE_PS), 0);
	EXPECT_EQ(page_insert(pgdir, new, VA, PTE_U | PTE_PS), 0);
	EXPECT(page_is_free(page_to_ppn(old)));
	EXPECT(page_is_free(page_to_ppn(old) + LARGE_PAGES - 1));
	EXPECT(large_lookup(pgdir, VA) == new);
	large_remove(pgdir, VA);
	pgdir_destroy(pgdir);
	EXPECT_EQ(page_free_count(), before);
}

KTEST(large_entries_can_be_held)
{
	size_t before = page_free_count();
	pde_t *pgdir = test_pgdir();
	page_t *large = test_large(), *small = test_page();

	page_incref(large);
	pde_store(pgdir, VA, page_to_phys(large) | PTE_PROT_NONE | PTE_PS);
	EXPECT(large_lookup(pgdir, VA) == NULL);
	EXPECT_EQ(page_perms(pgdir, VA), 0);
	EXPECT(pgdir_walk(pgdir, VA, 1) == NULL);
	EXPECT_EQ(page_insert(pgdir, small, VA, PTE_U), -EEXIST);
	large_remove(pgdir, VA);
	page_free(small);
	pgdir_destroy(pgdir);
	EXPECT_EQ(page_free_count(), before);
}

KTEST(large_page_is_seen_whole)
{
	pde_t *pgdir = test_pgdir(), *before = pgdir_current();
	page_t *large = test_large();
	uint32_t *memory = page_to_virt(large);

	memory[0] = 1;
	memory[LARGE_SIZE / 4 - 1] = 2;
	EXPECT_EQ(page_insert(pgdir, large, VA, PTE_W | PTE_PS), 0);
	pgdir_load(pgdir);
	EXPECT_EQ(*(volatile uint32_t *)VA, 1);
	EXPECT_EQ(*(volatile uint32_t *)(VA + LARGE_SIZE - 4), 2);
	*(volatile uint32_t *)(VA + LARGE_SIZE / 2) = 3;
	pgdir_load(before);
	EXPECT_EQ(memory[LARGE_SIZE / 8], 3);
	large_remove(pgdir, VA);
	pgdir_destroy(pgdir);
}
