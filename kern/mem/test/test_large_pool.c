// test_large_pool.c: the pool of jumbo pages.
#include "mem/large_pool.h"
#include "mem/test/mem_test_util.h"
#include "mem/tlb.h"

#ifdef DEBUG
#include "mem/fail_alloc.h"
#endif

// Make sure that the pool has `n` pages, all free.
static void want_pages(size_t n)
{
	struct jumbo_counts counts;

	jumbo_pool_init(n);
	counts = jumbo_pool_counts();
	if (counts.free < n || counts.free != counts.total || counts.promised)
		panic("a test found %zu jumbo pages, %zu free, %zu promised", counts.total,
		      counts.free, counts.promised);
}

KTEST(jumbo_pool_pages_are_aligned_and_of_their_kind)
{
	page_t *pp;

	want_pages(2);
	EXPECT_EQ(jumbo_alloc(&pp, false), 0);
	EXPECT_EQ(page_to_ppn(pp) % JUMBO_PAGES, 0);
	EXPECT_EQ(pp->count, 0);
	EXPECT(pp->owner == NULL);
	for (size_t i = 0; i < JUMBO_PAGES; i += JUMBO_PAGES - 1) {
		EXPECT_EQ(pp[i].kind, PAGE_JUMBO);
		EXPECT(page_head(pp + i) == pp);
	}
	EXPECT_EQ(jumbo_pool_counts().free, jumbo_pool_counts().total - 1);
	jumbo_return(pp, false);
	EXPECT_EQ(jumbo_pool_counts().free, jumbo_pool_counts().total);
	page_check();
}

KTEST(jumbo_pool_keeps_what_it_promised)
{
	size_t total, free = page_free_count();
	page_t *pp, *other;

	want_pages(2);
	total = jumbo_pool_counts().total;
	free = page_free_count();
	EXPECT_EQ(jumbo_promise(total + 1), -ENOMEM);
	EXPECT_EQ(jumbo_promise(total), 0);
	EXPECT_EQ(jumbo_promise(1), -ENOMEM);
	EXPECT_EQ(jumbo_alloc(&pp, false), -ENOMEM);
	EXPECT_EQ(jumbo_alloc(&pp, true), 0);
	EXPECT_EQ(jumbo_pool_counts().promised, total - 1);
	jumbo_unpromise(1);
	EXPECT_EQ(jumbo_alloc(&other, false), 0);
	jumbo_return(other, false);
	jumbo_return(pp, true);
	EXPECT_EQ(jumbo_pool_counts().promised, total - 1);
	jumbo_unpromise(total - 1);
	EXPECT_EQ(jumbo_pool_counts().free, total);
	EXPECT_EQ(page_free_count(), free);
}

KTEST(jumbo_pool_gets_a_page_back_with_its_last_reference_or_pin)
{
	size_t free;
	page_t *pp;

	want_pages(1);
	free = page_free_count();
	EXPECT_EQ(jumbo_alloc(&pp, false), 0);
	page_incref(pp);
	page_incref(pp);
	page_decref(pp);
	EXPECT_EQ(page_pin(pp + 77), 0); // part of it
	EXPECT_EQ(pp->pins, 1);
	EXPECT_EQ(pp[77].pins, 0);
	page_decref(pp);
	EXPECT_EQ(jumbo_pool_counts().free, jumbo_pool_counts().total - 1);
	page_unpin(pp + 77);
	EXPECT_EQ(jumbo_pool_counts().free, jumbo_pool_counts().total);
	EXPECT_EQ(page_free_count(), free); // the free list has nothing of it
	EXPECT_PANIC(page_unpin(pp + 5));
	page_check();
}

KTEST(jumbo_pool_gets_a_page_back_from_a_batch)
{
	pde_t *pgdir = test_pgdir();
	struct tlb_batch batch;
	page_t *pp;

	want_pages(1);
	EXPECT_EQ(jumbo_alloc(&pp, false), 0);
	page_incref(pp);
	tlb_batch_begin(&batch, pgdir);
	tlb_batch_decref(&batch, pp);
	EXPECT_EQ(jumbo_pool_counts().free, jumbo_pool_counts().total - 1);
	tlb_batch_finish(&batch);
	EXPECT_EQ(jumbo_pool_counts().free, jumbo_pool_counts().total);
	pgdir_destroy(pgdir);
}

KTEST(jumbo_pool_refuses_what_is_in_use)
{
	page_t *pp, *small = test_page();

	want_pages(1);
	EXPECT_EQ(jumbo_alloc(&pp, false), 0);
	page_incref(pp);
	EXPECT_PANIC(jumbo_return(pp, false));
	EXPECT_PANIC(jumbo_return(small, false));
	page_decref(pp);
	page_free(small);
}

#ifdef DEBUG
KTEST(jumbo_pool_fails_when_wanted)
{
	page_t *pp;

	want_pages(1);
	mem_fail_after(1);
	EXPECT_EQ(jumbo_promise(1), -ENOMEM);
	mem_fail_after(1);
	EXPECT_EQ(jumbo_alloc(&pp, false), -ENOMEM);
	EXPECT_EQ(jumbo_promise(1), 0);
	mem_fail_after(1);
	EXPECT_EQ(jumbo_alloc(&pp, true), 0); // promised is promised
	mem_fail_after(0);
	jumbo_return(pp, false);
}
#endif
