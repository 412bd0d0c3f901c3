// test_page_map.c: mapping single pages: page_insert, page_lookup, page_perms, page_remove.
#include "mem/test/mem_test_util.h"

#include "mem/fail_alloc.h"

#define VA 0x20000000u
#define SOFTWARE 0x800u // a bit that the processor ignores

KTEST(page_insert_maps_and_counts)
{
	size_t before = page_free_count();
	pde_t *pgdir = test_pgdir();
	page_t *a = test_page(), *b = test_page();
	pte_t *entry = NULL;

	EXPECT_EQ(page_insert(pgdir, a, VA, PTE_U | PTE_W), 0);
	EXPECT_EQ(a->count, 1);
	EXPECT_EQ(page_insert(pgdir, a, VA + 3 * PAGE_SIZE, PTE_U), 0);
	EXPECT_EQ(a->count, 2);
	EXPECT_EQ(page_insert(pgdir, b, VA + LARGE_SIZE, PTE_W | SOFTWARE), 0);
	EXPECT_EQ(*pgdir_walk(pgdir, VA, 0), page_to_phys(a) | PTE_P | PTE_U | PTE_W);
	EXPECT_EQ(*pgdir_walk(pgdir, VA + 3 * PAGE_SIZE, 0), page_to_phys(a) | PTE_P | PTE_U);
	EXPECT_EQ(*pgdir_walk(pgdir, VA + LARGE_SIZE, 0),
	          page_to_phys(b) | PTE_P | PTE_W | SOFTWARE);
	EXPECT(page_lookup(pgdir, VA, NULL) == a);
	EXPECT(page_lookup(pgdir, VA + 4 * PAGE_SIZE - 1, &entry) == a);
	EXPECT(entry == pgdir_walk(pgdir, VA + 3 * PAGE_SIZE, 0));
	EXPECT_EQ(phys_to_page(PTE_ADDR(pgdir[PDX(VA)]))->index, 2);
	page_remove(pgdir, VA);
	EXPECT_EQ(a->count, 1);
	page_remove(pgdir, VA + 3 * PAGE_SIZE);
	EXPECT(page_is_free(page_to_ppn(a)));
	page_remove(pgdir, VA + LARGE_SIZE);
	EXPECT_EQ(page_free_count(), before - 1);
	pgdir_destroy(pgdir);
	EXPECT_EQ(page_free_count(), before);
}

KTEST(page_insert_replaces_and_frees_the_old_page)
{
	pde_t *pgdir = test_pgdir();
	page_t *old = test_page(), *new = test_page();

	EXPECT_EQ(page_insert(pgdir, old, VA, PTE_U | PTE_W), 0);
	EXPECT_EQ(page_insert(pgdir, new, VA, PTE_U), 0);
	EXPECT(page_is_free(page_to_ppn(old)));
	EXPECT(page_lookup(pgdir, VA, NULL) == new);
	EXPECT_EQ(new->count, 1);
	EXPECT_EQ(page_perms(pgdir, VA), PTE_P | PTE_U);
	EXPECT_EQ(phys_to_page(PTE_ADDR(pgdir[PDX(VA)]))->index, 1);
	page_remove(pgdir, VA);
	pgdir_destroy(pgdir);
	page_check();
}

KTEST(page_insert_of_the_same_page_again)
{
	pde_t *pgdir = test_pgdir();
	page_t *pp = test_page();

	EXPECT_EQ(page_insert(pgdir, pp, VA, PTE_U | PTE_W), 0);
	EXPECT_EQ(page_insert(pgdir, pp, VA, PTE_U | PTE_W), 0);
	EXPECT_EQ(pp->count, 1);
	EXPECT(!page_is_free(page_to_ppn(pp)));
	EXPECT_EQ(page_perms(pgdir, VA), PTE_P | PTE_U | PTE_W);
	EXPECT_EQ(page_insert(pgdir, pp, VA, PTE_U), 0);
	EXPECT_EQ(page_perms(pgdir, VA), PTE_P | PTE_U);
	EXPECT_EQ(page_insert(pgdir, pp, VA, PTE_W), 0);
	EXPECT_EQ(page_perms(pgdir, VA), PTE_P | PTE_W);
	EXPECT_EQ(page_insert(pgdir, pp, VA, 0), 0);
	EXPECT_EQ(page_perms(pgdir, VA), PTE_P);
	EXPECT_EQ(pp->count, 1);
	page_remove(pgdir, VA);
	EXPECT(page_is_free(page_to_ppn(pp)));
	pgdir_destroy(pgdir);
	page_check();
}

// A replaced entry drops a reference only if it is present or a PROT_NONE entry.
KTEST(page_insert_over_entries_of_other_kinds)
{
	pde_t *pgdir = test_pgdir();
	page_t *held = test_page(), *pp = test_page();
	pte_t *pte = pgdir_walk(pgdir, VA, 1);

	page_incref(held);
	pte_store(pgdir, VA, pte, page_to_phys(held) | PTE_PROT_NONE | PTE_U | PTE_W);
	EXPECT(page_lookup(pgdir, VA, NULL) == NULL);
	EXPECT_EQ(page_perms(pgdir, VA), 0);
	EXPECT_EQ(page_insert(pgdir, pp, VA, PTE_U), 0);
	EXPECT(page_is_free(page_to_ppn(held)));
	pte_store(pgdir, VA, pte,
	          page_to_phys(pp) | PTE_UFFD_WP); // a marker; the other bits mean nothing
	EXPECT(page_lookup(pgdir, VA, NULL) == NULL);
	EXPECT_EQ(page_insert(pgdir, pp, VA, PTE_U), 0);
	EXPECT_EQ(pp->count,
	          2); // one more than there are entries: the marker took the other's place
	page_decref(pp);
	pte_store(pgdir, VA + PAGE_SIZE, pte + 1, page_to_phys(pp) | PTE_P | PTE_NOPAGE);
	EXPECT(page_lookup(pgdir, VA + PAGE_SIZE, NULL) == NULL);
	EXPECT_EQ(page_perms(pgdir, VA + PAGE_SIZE), PTE_P);
	EXPECT_EQ(page_insert(pgdir, pp, VA + PAGE_SIZE, PTE_U), 0);
	EXPECT_EQ(pp->count, 2);
	page_remove(pgdir, VA);
	page_remove(pgdir, VA + PAGE_SIZE);
	EXPECT(page_is_free(page_to_ppn(pp)));
	pgdir_destroy(pgdir);
	page_check();
}

KTEST(page_insert_without_memory_for_a_table)
{
	pde_t *pgdir = test_pgdir();
	page_t *pp = test_page();
	struct page_pool saved;

	test_memory_only(&saved, 0);
	EXPECT_EQ(page_insert(pgdir, pp, VA, PTE_U), -ENOMEM);
	EXPECT_EQ(pp->count, 0);
	EXPECT_EQ(pgdir[PDX(VA)], 0);
	EXPECT_EQ(virt_to_page(pgdir)->index, 0);
	test_memory_back(&saved);
	EXPECT(!page_is_free(page_to_ppn(pp)));
	page_free(pp);
	pgdir_destroy(pgdir);
	page_check();
}

#ifdef DEBUG

KTEST(page_insert_with_its_allocation_failing)
{
	pde_t *pgdir = test_pgdir();
	page_t *pp = test_page();
	size_t before = page_free_count();
	uint32_t n = 0;

	do {
		mem_fail_after(++n);
		if (page_insert(pgdir, pp, VA, PTE_U)) {
			EXPECT_EQ(pp->count, 0);
			EXPECT_EQ(pgdir[PDX(VA)], 0);
			EXPECT_EQ(page_free_count(), before);
		}
	} while (!mem_fail_after(0) && n < 10);
	EXPECT(n > 1 && n < 10);
	EXPECT(page_lookup(pgdir, VA, NULL) == pp);
	page_remove(pgdir, VA);
	pgdir_destroy(pgdir);
}

#endif

KTEST(page_insert_of_kernel_mappings)
{
	uintptr_t va = KSTACKS_END - 4 * PAGE_SIZE;
	pde_t *pgdir = test_pgdir();
	page_t *pp = test_page();
	size_t before;

	*(uint32_t *)page_to_virt(pp) = 0xC0FFEE;
	before = page_free_count();
	EXPECT_EQ(page_insert(kernel_pgdir, pp, va, PTE_W), 0);
	EXPECT_EQ(page_free_count(), before); // no table was made
	EXPECT_EQ(*(volatile uint32_t *)va, 0xC0FFEE);
	EXPECT(page_lookup(pgdir, va, NULL) == pp);
	EXPECT_EQ(page_perms(pgdir, va), PTE_P | PTE_W);
	page_remove(kernel_pgdir, va);
	EXPECT_EQ(page_perms(pgdir, va), 0);
	EXPECT(page_is_free(page_to_ppn(pp)));
	EXPECT(kernel_pgdir[PDX(va)] != 0);
	pgdir_destroy(pgdir);
}

KTEST(page_lookup_of_nothing)
{
	pde_t *pgdir = test_pgdir();
	pte_t *entry = NULL;

	EXPECT(page_lookup(pgdir, VA, &entry) == NULL);
	EXPECT(page_lookup(pgdir, VA, NULL) == NULL);
	EXPECT(pgdir_walk(pgdir, VA, 1) != NULL);
	EXPECT(page_lookup(pgdir, VA, &entry) == NULL);
	EXPECT(page_lookup(pgdir, VA, NULL) == NULL);
	EXPECT(entry == NULL);
	EXPECT_EQ(page_perms(pgdir, VA), 0);
	pgdir_trim(pgdir, PDX(VA));
	EXPECT_EQ(page_perms(pgdir, VA), 0);
	pgdir_destroy(pgdir);
}

KTEST(page_lookup_leaves_the_count_alone)
{
	pde_t *pgdir = test_pgdir();
	page_t *pp = test_page();

	EXPECT_EQ(page_insert(pgdir, pp, VA, 0), 0);
	EXPECT(page_lookup(pgdir, VA, NULL) == pp);
	EXPECT_EQ(pp->count, 1);
	page_remove(pgdir, VA);
	pgdir_destroy(pgdir);
}

KTEST(page_perms_combines_both_levels)
{
	static const pte_t bits[] = { 0, PTE_W, PTE_U, PTE_U | PTE_W };
	pde_t *pgdir = test_pgdir();
	page_t *pp = test_page();
	physaddr_t table;

	EXPECT_EQ(page_insert(pgdir, pp, VA, 0), 0);
	table = PTE_ADDR(pgdir[PDX(VA)]);
	for (size_t i = 0; i < ARRAY_SIZE(bits); i++) {
		for (size_t j = 0; j < ARRAY_SIZE(bits); j++) {
			pde_store(pgdir, VA, table | PTE_P | PTE_W);
			EXPECT_EQ(page_insert(pgdir, pp, VA, (int)bits[j]), 0);
			pde_store(pgdir, VA, table | PTE_P | bits[i]);
			EXPECT_EQ(page_perms(pgdir, VA + 0xABC), PTE_P | (bits[i] & bits[j]));
		}
	}
	page_remove(pgdir, VA);
	pgdir_destroy(pgdir);
}

KTEST(page_remove_of_nothing_does_nothing)
{
	pde_t *pgdir = test_pgdir();
	page_t *pp = test_page();
	size_t before = page_free_count();

	page_remove(pgdir, VA);
	EXPECT_EQ(page_free_count(), before);
	EXPECT_EQ(page_insert(pgdir, pp, VA, PTE_U), 0);
	page_remove(pgdir, VA + PAGE_SIZE);
	EXPECT_EQ(pp->count, 1);
	EXPECT(page_lookup(pgdir, VA, NULL) == pp);
	page_remove(pgdir, VA);
	page_remove(pgdir, VA);
	EXPECT_EQ(page_free_count(), before + 1);
	pgdir_destroy(pgdir);
}

KTEST(page_remove_gives_back_an_empty_table)
{
	pde_t *pgdir = test_pgdir();
	page_t *pp = test_page();
	size_t before = page_free_count();

	EXPECT_EQ(page_insert(pgdir, pp, VA, PTE_U), 0);
	EXPECT_EQ(page_insert(pgdir, pp, VA + LARGE_SIZE - PAGE_SIZE, PTE_U), 0);
	page_remove(pgdir, VA);
	EXPECT(pgdir[PDX(VA)] != 0);
	EXPECT_EQ(page_free_count(), before - 1);
	page_incref(pp);
	page_remove(pgdir, VA + LARGE_SIZE - PAGE_SIZE);
	EXPECT_EQ(pgdir[PDX(VA)], 0);
	EXPECT_EQ(page_free_count(), before);
	page_decref(pp);
	pgdir_destroy(pgdir);
}

KTEST(page_remove_of_held_entries_and_markers)
{
	pde_t *pgdir = test_pgdir();
	page_t *pp = test_page();
	pte_t *pte = pgdir_walk(pgdir, VA, 1);

	page_incref(pp);
	pte_store(pgdir, VA, pte, page_to_phys(pp) | PTE_PROT_NONE);
	pte_store(pgdir, VA + PAGE_SIZE, pte + 1, PTE_UFFD_WP);
	pte_store(pgdir, VA + 2 * PAGE_SIZE, pte + 2, page_to_phys(pp) | PTE_P | PTE_NOPAGE);
	page_remove(pgdir, VA + 2 * PAGE_SIZE);
	EXPECT_EQ(pp->count, 1);
	page_remove(pgdir, VA + PAGE_SIZE);
	EXPECT_EQ(pp->count, 1);
	page_remove(pgdir, VA);
	EXPECT(page_is_free(page_to_ppn(pp)));
	EXPECT_EQ(pgdir[PDX(VA)], 0);
	pgdir_destroy(pgdir);
}
