// test_large_pool.c: the pool of large pages.
#include "mem/large_pool.h"
#include "mem/test/mem_test_util.h"
#include "mem/tlb.h"

#ifdef DEBUG
#include "mem/fail_alloc.h"
#endif

// Make sure that the pool has `n` pages, all free.
static void want_pages(size_t n)
{
	struct large_counts counts;

	large_pool_init(n);
	counts = large_pool_counts();
	if (counts.free < n || counts.free != counts.total || counts.reserved)
		panic("a test found %zu large pages, %zu free, %zu reserved", counts.total,
		      counts.free, counts.reserved);
}

KTEST(large_pool_pages_are_aligned_and_of_their_kind)
{
	page_t *pp;

	want_pages(2);
	EXPECT_EQ(large_alloc(&pp, false), 0);
	EXPECT_EQ(page_to_ppn(pp) % LARGE_PAGES, 0);
	EXPECT_EQ(pp->count, 0);
	EXPECT(pp->owner == NULL);
	for (size_t i = 0; i < LARGE_PAGES; i += LARGE_PAGES - 1) {
		EXPECT_EQ(pp[i].kind, PAGE_LARGE);
		EXPECT(page_head(pp + i) == pp);
	}
	EXPECT_EQ(large_pool_counts().free, large_pool_counts().total - 1);
	large_return(pp, false);
	EXPECT_EQ(large_pool_counts().free, large_pool_counts().total);
	page_check();
}

KTEST(large_pool_keeps_what_it_promised)
{
	size_t total, free = page_free_count();
	page_t *pp, *other;

	want_pages(2);
	total = large_pool_counts().total;
	free = page_free_count();
	EXPECT_EQ(large_reserve(total + 1), -ENOMEM);
	EXPECT_EQ(large_reserve(total), 0);
	EXPECT_EQ(large_reserve(1), -ENOMEM);
	EXPECT_EQ(large_alloc(&pp, false), -ENOMEM);
	EXPECT_EQ(large_alloc(&pp, true), 0);
	EXPECT_EQ(large_pool_counts().reserved, total - 1);
	large_unreserve(1);
	EXPECT_EQ(large_alloc(&other, false), 0);
	large_return(other, false);
	large_return(pp, true);
	EXPECT_EQ(large_pool_counts().reserved, total - 1);
	large_unreserve(total - 1);
	EXPECT_EQ(large_pool_counts().free, total);
	EXPECT_EQ(page_free_count(), free);
}

KTEST(large_pool_gets_a_page_back_with_its_last_reference_or_pin)
{
	size_t free;
	page_t *pp;

	want_pages(1);
	free = page_free_count();
	EXPECT_EQ(large_alloc(&pp, false), 0);
	page_incref(pp);
	page_incref(pp);
	page_decref(pp);
	EXPECT_EQ(page_pin(pp + 77), 0); // part of it
	EXPECT_EQ(pp->pins, 1);
	EXPECT_EQ(pp[77].pins, 0);
	page_decref(pp);
	EXPECT_EQ(large_pool_counts().free, large_pool_counts().total - 1);
	page_unpin(pp + 77);
	EXPECT_EQ(large_pool_counts().free, large_pool_counts().total);
	EXPECT_EQ(page_free_count(), free); // the free list has nothing of it
	EXPECT_PANIC(page_unpin(pp + 5));
	page_check();
}

KTEST(large_pool_gets_a_page_back_from_a_batch)
{
	pde_t *pgdir = test_pgdir();
	struct tlb_batch batch;
	page_t *pp;

	want_pages(1);
	EXPECT_EQ(large_alloc(&pp, false), 0);
	page_incref(pp);
	tlb_batch_begin(&batch, pgdir);
	tlb_batch_decref(&batch, pp);
	EXPECT_EQ(large_pool_counts().free, large_pool_counts().total - 1);
	tlb_batch_finish(&batch);
	EXPECT_EQ(large_pool_counts().free, large_pool_counts().total);
	pgdir_destroy(pgdir);
}

KTEST(large_pool_refuses_what_is_in_use)
{
	page_t *pp, *small = test_page();

	want_pages(1);
	EXPECT_EQ(large_alloc(&pp, false), 0);
	page_incref(pp);
	EXPECT_PANIC(large_return(pp, false));
	EXPECT_PANIC(large_return(small, false));
	page_decref(pp);
	page_free(small);
}

#ifdef DEBUG
KTEST(large_pool_fails_when_wanted)
{
	page_t *pp;

	want_pages(1);
	mem_fail_after(1);
	EXPECT_EQ(large_reserve(1), -ENOMEM);
	mem_fail_after(1);
	EXPECT_EQ(large_alloc(&pp, false), -ENOMEM);
	EXPECT_EQ(large_reserve(1), 0);
	mem_fail_after(1);
	EXPECT_EQ(large_alloc(&pp, true), 0); // reserved is reserved
	mem_fail_after(0);
	large_return(pp, false);
}
#endif
