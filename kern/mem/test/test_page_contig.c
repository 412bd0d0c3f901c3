// test_page_contig.c: runs of adjacent pages.
#include "mem/test/mem_test_util.h"

KTEST(page_alloc_contig_gives_adjacent_pages)
{
	size_t before = page_free_count();

	for (size_t n = 1; n <= 70; n += 23) {
		page_t *first = NULL;

		EXPECT_EQ(page_alloc_contig(&first, n), 0);
		for (page_t *pp = first; pp < first + n; pp++) {
			EXPECT_EQ(pp->kind, PAGE_ANONYMOUS);
			EXPECT_EQ(pp->count, 0);
			EXPECT_EQ(pp->pins, 0);
		}
		EXPECT_EQ(page_free_count(), before - n);
		page_check();
		page_free_contig(first, n);
		EXPECT_EQ(page_free_count(), before);
	}
	page_check();
}

KTEST(page_alloc_contig_refuses_what_cannot_be)
{
	size_t before = page_free_count();
	page_t *pp = NULL;

	EXPECT_EQ(page_alloc_contig(&pp, 0), -EINVAL);
	EXPECT_EQ(page_alloc_contig(&pp, page_total), -ENOMEM);
	EXPECT_EQ(page_alloc_contig(&pp, page_total + 1), -ENOMEM);
	EXPECT_EQ(page_alloc_contig(&pp, SIZE_MAX), -ENOMEM);
	EXPECT(pp == NULL);
	EXPECT_EQ(page_free_count(), before);
	page_check();
}

// Of 40 adjacent pages free only those that the lowest `mask_bits` bits of `mask` name, again and
// again. No other memory is free.
static page_t *comb(struct page_pool *saved, uint64_t mask, size_t mask_bits)
{
	page_t *block;

	if (page_alloc_contig(&block, 40))
		panic("a test found no run of 40 pages");
	test_memory_only(saved, 0);
	for (size_t i = 0; i < 40; i++)
		if (mask >> i % mask_bits & 1)
			page_free(&block[i]);
	return block;
}

static void comb_back(const struct page_pool *saved, page_t *block)
{
	test_drain_caches();
	for (size_t i = 0; i < 40; i++)
		if (!page_is_free(page_to_ppn(&block[i])))
			page_free(&block[i]);
	test_memory_back(saved);
	page_check();
}

KTEST(page_alloc_contig_finds_the_only_run)
{
	struct page_pool saved;
	page_t *block = comb(&saved, 0x2EB7D, 20),
	       *pp = NULL; // from the lowest: 1 0 11111 0 11 0 1 0 111 0 1 and two taken

	EXPECT_EQ(page_alloc_contig(&pp, 6), -ENOMEM);
	EXPECT(pp == NULL);
	EXPECT_EQ(page_alloc_contig(&pp, 5), 0);
	EXPECT(pp == block + 2 || pp == block + 22);
	page_free_contig(pp, 5);
	EXPECT_EQ(page_alloc_contig(&pp, 5), 0);
	EXPECT_EQ(page_alloc_contig(&pp, 5), 0);
	EXPECT(pp == block + 2 || pp == block + 22);
	EXPECT_EQ(page_alloc_contig(&pp, 4), -ENOMEM);
	EXPECT_EQ(page_alloc_contig(&pp, 3), 0);
	EXPECT_EQ(page_alloc_contig(&pp, 3), 0);
	EXPECT_EQ(page_alloc_contig(&pp, 3), -ENOMEM);
	EXPECT_EQ(page_alloc_contig(&pp, 2), 0);
	EXPECT_EQ(page_alloc_contig(&pp, 2), 0);
	EXPECT_EQ(page_alloc_contig(&pp, 2), -ENOMEM);
	EXPECT_EQ(page_alloc_contig(&pp, 1), 0);
	comb_back(&saved, block);
}

KTEST(page_alloc_contig_does_not_bridge_taken_pages)
{
	struct page_pool saved;
	page_t *block = comb(&saved, 1, 2), *pp = NULL;

	EXPECT_EQ(page_free_count(), 20);
	EXPECT_EQ(page_alloc_contig(&pp, 2), -ENOMEM);
	EXPECT_EQ(page_free_count(), 20);
	EXPECT(pp == NULL);
	comb_back(&saved, block);
}

KTEST(page_alloc_contig_uses_cached_pages)
{
	struct page_pool saved;
	page_t *block = comb(&saved, 3, 40), *pp = NULL;
	pde_t *pgdir;

	EXPECT_EQ(pgdir_create(&pgdir), 0);
	pgdir_destroy(pgdir);
	EXPECT_EQ(page_free_count(), 2);
	EXPECT_EQ(page_alloc_contig(&pp, 2), 0);
	EXPECT(pp == block);
	EXPECT_EQ(page_free_count(), 0);
	comb_back(&saved, block);
}

KTEST(page_alloc_contig_reaches_the_lowest_page)
{
	struct page_pool saved;
	page_t *lowest, *pp = NULL;
	size_t ppn = 1;

	test_drain_caches();
	while (!page_is_free(ppn))
		ppn++;
	EXPECT_EQ(page_alloc_specific(&lowest, ppn), 0);
	test_memory_only(&saved, 0);
	page_free(lowest);
	EXPECT_EQ(page_alloc_contig(&pp, 2), -ENOMEM);
	// A call may give up before it has searched all memory; the next one goes on below.
	for (size_t done = 0; !pp && done <= page_total + PAGE_SEARCH_MIN; done += PAGE_SEARCH_MIN)
		(void)page_alloc_contig(&pp, 1);
	EXPECT(pp == lowest);
	page_free(pp);
	test_memory_back(&saved);
	page_check();
}

KTEST(page_alloc_contig_aligns_large_pages)
{
	size_t before = page_free_count();
	page_t *odd, *large, *second;

	EXPECT_EQ(page_alloc_contig(&odd, 1), 0);
	EXPECT_EQ(page_alloc_contig(&large, LARGE_PAGES), 0);
	EXPECT_EQ(page_to_phys(large) % LARGE_SIZE, 0);
	EXPECT_EQ(page_alloc_contig(&second, LARGE_PAGES), 0);
	EXPECT_EQ(page_to_phys(second) % LARGE_SIZE, 0);
	EXPECT(second + LARGE_PAGES <= large || large + LARGE_PAGES <= second);
	EXPECT_EQ(page_free_count(), before - 2 * LARGE_PAGES - 1);
	page_check();
	page_free_contig(large, LARGE_PAGES);
	page_free_contig(second, LARGE_PAGES);
	page_free(odd);
	EXPECT_EQ(page_free_count(), before);
	page_check();
}

KTEST(page_decref_frees_a_large_page_whole)
{
	size_t before = page_free_count();
	page_t *large;

	EXPECT_EQ(page_alloc_contig(&large, LARGE_PAGES), 0);
	page_incref(large);
	EXPECT_EQ(page_pin(large), 0);
	page_decref(large);
	EXPECT_EQ(page_free_count(), before - LARGE_PAGES);
	page_unpin(large);
	EXPECT_EQ(page_free_count(), before);
	page_check();
}

KTEST(page_free_contig_refuses_a_page_in_use)
{
	size_t before = page_free_count();
	page_t *pp;

	EXPECT_EQ(page_alloc_contig(&pp, 4), 0);
	pp[3].count = 1;
	EXPECT_PANIC(page_free_contig(pp, 4));
	pp[3].count = 0;
	pp[2].pins = 1;
	EXPECT_PANIC(page_free_contig(pp, 4));
	pp[2].pins = 0;
	EXPECT_EQ(page_free_count(), before - 4);
	page_free_contig(pp, 4);
	EXPECT_PANIC(page_free_contig(pp, 4));
	EXPECT_EQ(page_free_count(), before);
	page_check();
}
