// test_page.c: single pages: allocate and free them, count references and pins.
#include "mem/test/mem_test_util.h"

#include "cpu/smep_smap.h"
#include "dev/exitport.h"
#include "mem/fail_alloc.h"

KTEST(page_alloc_hands_out_every_page_once)
{
	size_t before = page_free_count(), n = 0, not_fresh = 0;
	page_t *all = NULL, *pp;

	for (;; n++) {
		const page_t *first = page_pool.free.next;

		pp = NULL;
		if (page_alloc(&pp))
			break;
		not_fresh += pp->count || pp->pins || pp->kind != PAGE_ANONYMOUS;
		not_fresh += first != &page_pool.free && first != pp;
		pp->owner = all;
		all = pp;
	}
	EXPECT(pp == NULL);
	EXPECT_EQ(n, before);
	EXPECT_EQ(not_fresh, 0);
	EXPECT_EQ(page_free_count(), 0);
	EXPECT_EQ(page_alloc(&pp), -ENOMEM);
	EXPECT_EQ(page_alloc_zeroed(&pp), -ENOMEM);
	EXPECT_EQ(page_alloc_contig(&pp, 1), -ENOMEM);
	page_check();
	while (all) {
		pp = all;
		all = pp->owner;
		page_free(pp);
	}
	EXPECT_EQ(page_free_count(), before);
	page_check();
}

KTEST(page_alloc_in_exhaustion_gives_what_comes_back)
{
	struct page_pool saved;
	page_t *a, *b;

	test_memory_only(&saved, 1);
	a = test_page();
	EXPECT_EQ(page_alloc(&b), -ENOMEM);
	page_free(a);
	EXPECT_EQ(page_alloc(&b), 0);
	EXPECT(a == b);
	page_free(b);
	test_memory_back(&saved);
	page_check();
}

// Clear and copy a page between two others, which must keep what they hold. Both pages are filled
// before with words that differ everywhere.
static void clear_and_copy(page_t *run)
{
	uint32_t *words = page_to_virt(run);
	size_t page_words = PAGE_SIZE / 4, cleared = 0, copied = 0, kept = 0;

	for (size_t i = 0; i < 4 * page_words; i++)
		words[i] = (uint32_t)(i * 0x9E3779B1 | 1);
	page_copy(run + 1, run);
	for (size_t i = 0; i < page_words; i++)
		copied += words[page_words + i] == words[i];
	page_clear(run + 2);
	for (size_t i = 0; i < page_words; i++)
		cleared += words[2 * page_words + i] == 0;
	for (size_t i = 0; i < page_words; i++) {
		kept += words[i] == (uint32_t)(i * 0x9E3779B1 | 1);
		kept += words[page_words + i] == words[i];
		kept += words[3 * page_words + i] ==
		        (uint32_t)((3 * page_words + i) * 0x9E3779B1 | 1);
	}
	EXPECT_EQ(copied, page_words);
	EXPECT_EQ(cleared, page_words);
	EXPECT_EQ(kept, 3 * page_words);
}

KTEST(pages_are_cleared_and_copied_with_and_without_sse)
{
	bool had_sse = cpu_has_sse;
	uint32_t cr0 = read_cr0();
	page_t *run;

	EXPECT_EQ(page_alloc_contig(&run, 4), 0);
	cpu_has_sse = false;
	clear_and_copy(run);
	cpu_has_sse = had_sse;
	clear_and_copy(run);
	EXPECT_EQ(read_cr0(), cr0);
	page_free_contig(run, 4);
}

KTEST(page_alloc_zeroed_clears_all_of_it)
{
	page_t *pp = test_page(), *again;

	memset(page_to_virt(pp), 0xFF, PAGE_SIZE);
	page_free(pp);
	EXPECT_EQ(page_alloc_zeroed(&again), 0);
	EXPECT(again == pp); // else this shows nothing
	EXPECT(!test_find_other_word(page_to_virt(again), PAGE_SIZE / 4, 0));
	EXPECT_EQ(again->count, 0);
	page_free(again);
}

KTEST(page_alloc_gives_cached_tables_before_it_fails)
{
	struct page_pool saved;
	page_t *pp[3], *none;
	pde_t *pgdir;

	test_memory_only(&saved, 3);
	EXPECT_EQ(pgdir_create(&pgdir), 0);
	EXPECT(pgdir_walk(pgdir, 0x10000000, 1) != NULL);
	EXPECT_EQ(page_free_count(), 1);
	pgdir_trim(pgdir, PDX(0x10000000));
	pgdir_destroy(pgdir);
	EXPECT_EQ(page_free_count(), 3);
	for (size_t i = 0; i < 3; i++) {
		pp[i] = test_page();
		EXPECT_EQ(pp[i]->kind, PAGE_ANONYMOUS);
		EXPECT_EQ(pp[i]->count, 0);
	}
	EXPECT_EQ(page_alloc(&none), -ENOMEM);
	for (size_t i = 0; i < 3; i++)
		page_free(pp[i]);
	test_memory_back(&saved);
	page_check();
}

KTEST(page_alloc_specific_takes_the_page_asked_for)
{
	page_t *middle = test_page(), *pp = NULL;
	size_t ppn = page_to_ppn(middle), before;

	page_free(middle);
	before = page_free_count();
	EXPECT(page_is_free(ppn));
	EXPECT_EQ(page_alloc_specific(&pp, ppn), 0);
	EXPECT(pp == middle);
	EXPECT(!page_is_free(ppn));
	EXPECT_EQ(pp->count, 0);
	EXPECT_EQ(pp->kind, PAGE_ANONYMOUS);
	EXPECT_EQ(page_free_count(), before - 1);
	page_check();
	pp = NULL;
	EXPECT_EQ(page_alloc_specific(&pp, ppn), -ENOMEM);
	EXPECT(pp == NULL);
	page_free(middle);
	EXPECT_EQ(page_free_count(), before);
}

KTEST(page_alloc_specific_refuses_what_is_not_there)
{
	page_t *pp = NULL;

	EXPECT_EQ(page_alloc_specific(&pp, page_total), -EINVAL);
	EXPECT_EQ(page_alloc_specific(&pp, SIZE_MAX), -EINVAL);
	EXPECT_EQ(page_alloc_specific(&pp, SIZE_MAX / sizeof(page_t) + 2), -EINVAL);
	EXPECT_EQ(page_alloc_specific(&pp, 0), -ENOMEM);
	EXPECT_EQ(page_alloc_specific(&pp, page_to_ppn(zero_page)), -ENOMEM);
	EXPECT_EQ(page_alloc_specific(&pp, virt_to_phys(pages) >> PAGE_SHIFT), -ENOMEM);
	EXPECT(pp == NULL);
	EXPECT(!page_is_free(0));
	EXPECT(!page_is_free(page_total));
	EXPECT(!page_is_free(SIZE_MAX));
}

// A page in a cache is not on the free list. page_reclaim puts it there.
KTEST(page_alloc_specific_of_a_cached_table)
{
	size_t ppn, before = page_free_count();
	page_t *pp;
	pde_t *pgdir;

	EXPECT_EQ(pgdir_create(&pgdir), 0);
	ppn = page_to_ppn(virt_to_page(pgdir));
	pgdir_destroy(pgdir);
	EXPECT_EQ(page_free_count(), before);
	EXPECT_EQ(page_alloc_specific(&pp, ppn), -ENOMEM);
	EXPECT(page_reclaim() > 0);
	EXPECT_EQ(page_alloc_specific(&pp, ppn), 0);
	EXPECT_EQ(page_free_count(), before - 1);
	page_free(pp);
	page_check();
}

KTEST(page_free_of_null_does_nothing)
{
	size_t before = page_free_count();

	page_free(NULL);
	EXPECT_EQ(page_free_count(), before);
}

KTEST(page_free_refuses_pages_in_use)
{
	page_t *pp = test_page();
	size_t before = page_free_count();

	pp->count = 1;
	EXPECT_PANIC(page_free(pp));
	pp->count = 0;
	pp->pins = 1;
	EXPECT_PANIC(page_free(pp));
	pp->pins = 0;
	EXPECT_EQ(page_free_count(), before);
	page_free(pp);
	EXPECT_EQ(page_free_count(), before + 1);
}

KTEST(page_free_refuses_free_and_reserved_pages)
{
	page_t *pp = test_page();
	size_t before;

	page_free(pp);
	before = page_free_count();
	EXPECT_PANIC(page_free(pp));
	EXPECT_PANIC(page_free(&pages[0]));
	EXPECT_EQ(page_free_count(), before);
	page_check();
}

KTEST(page_decref_frees_at_the_last_reference)
{
	page_t *pp = test_page();
	size_t ppn = page_to_ppn(pp), before = page_free_count();

	page_incref(pp);
	EXPECT_EQ(pp->count, 1);
	page_incref(pp);
	EXPECT_EQ(pp->count, 2);
	page_decref(pp);
	EXPECT_EQ(pp->count, 1);
	EXPECT(!page_is_free(ppn));
	EXPECT_EQ(page_free_count(), before);
	page_decref(pp);
	EXPECT(page_is_free(ppn));
	EXPECT_EQ(page_free_count(), before + 1);
}

KTEST(page_decref_at_zero_panics)
{
	page_t *pp = test_page();

	EXPECT_PANIC(page_decref(pp));
	EXPECT_EQ(pp->count, 0);
	page_free(pp);
	EXPECT_PANIC(page_decref(pp));
	page_check();
}

KTEST(page_pin_outlives_the_last_reference)
{
	page_t *pp = test_page();
	size_t ppn = page_to_ppn(pp);

	page_incref(pp);
	EXPECT_EQ(page_pin(pp), 0);
	EXPECT_EQ(page_pin(pp), 0);
	page_decref(pp);
	EXPECT(!page_is_free(ppn));
	page_unpin(pp);
	EXPECT(!page_is_free(ppn));
	EXPECT_EQ(pp->pins, 1);
	page_unpin(pp);
	EXPECT(page_is_free(ppn));
	EXPECT_PANIC(page_unpin(pp));
}

KTEST(page_unpin_leaves_a_page_with_references)
{
	page_t *pp = test_page();

	page_incref(pp);
	EXPECT_EQ(page_pin(pp), 0);
	page_unpin(pp);
	EXPECT(!page_is_free(page_to_ppn(pp)));
	EXPECT_PANIC(page_unpin(pp));
	page_decref(pp);
}

KTEST(page_pin_refuses_one_too_many)
{
	page_t *pp = test_page();

	pp->pins = UINT16_MAX - 1;
	EXPECT_EQ(page_pin(pp), 0);
	EXPECT_EQ(page_pin(pp), -EAGAIN);
	EXPECT_EQ(pp->pins, UINT16_MAX);
	pp->pins = 0;
	page_free(pp);
}

KTEST(page_check_finds_what_is_wrong)
{
	page_t *free = page_pool.free.next, *taken = test_page();

	page_check();
	free = page_pool.free.next;
	free->count = 1;
	EXPECT_PANIC(page_check());
	free->count = 0;
	free->kind = PAGE_ANONYMOUS;
	EXPECT_PANIC(page_check());
	free->kind = PAGE_FREE;
	taken->kind = PAGE_FREE;
	EXPECT_PANIC(page_check());
	taken->kind = PAGE_KINDS;
	EXPECT_PANIC(page_check());
	taken->kind = PAGE_ANONYMOUS;
	page_pool.free_count++;
	EXPECT_PANIC(page_check());
	page_pool.free_count--;
	pages[0].kind = PAGE_ANONYMOUS;
	EXPECT_PANIC(page_check());
	pages[0].kind = PAGE_RESERVED;
	free->prev = taken;
	EXPECT_PANIC(page_check());
	free->prev = &page_pool.free;
	page_free(taken);
	page_check();
}

#ifdef DEBUG

KTEST(page_free_fills_with_the_pattern)
{
	page_t *pp = test_page();

	memset(page_to_virt(pp), 0x11, PAGE_SIZE);
	page_free(pp);
	EXPECT(!test_find_other_word(page_to_virt(pp), PAGE_SIZE / 4, FREE_PATTERN));
	EXPECT_EQ(page_alloc_contig(&pp, 3), 0);
	memset(page_to_virt(pp), 0x11, 3 * PAGE_SIZE);
	page_free_contig(pp, 3);
	EXPECT(!test_find_other_word(page_to_virt(pp), 3 * PAGE_SIZE / 4, FREE_PATTERN));
}

KTEST(mem_fail_after_fails_the_nth_allocation)
{
	page_t *a, *b, *c;

	EXPECT_EQ(mem_fail_after(2), 0);
	EXPECT_EQ(page_alloc(&a), 0);
	EXPECT_EQ(page_alloc(&b), -ENOMEM);
	EXPECT_EQ(mem_fail_after(0), 0);
	EXPECT_EQ(page_alloc(&b), 0);
	mem_fail_after(2);
	EXPECT_EQ(page_alloc(&c), 0);
	EXPECT_EQ(mem_fail_after(0), 1);
	page_free(a);
	page_free(b);
	page_free(c);
}

#endif

#ifdef DEBUG

// A write through a pointer into a freed page is found when the machine ends, at the latest.
KTEST(page_check_patterns_finds_late_writes)
{
	uint32_t *words, kept;
	page_t *pp;

	EXPECT(machine_end_hook == page_check_patterns);
	EXPECT_EQ(page_alloc(&pp), 0);
	words = page_to_virt(pp);
	page_free(pp);
	page_check_patterns();
	for (size_t i = 0; i < PAGE_SIZE / sizeof(*words); i += PAGE_SIZE / sizeof(*words) - 1) {
		kept = words[i];
		words[i] ^= 1;
		EXPECT_PANIC(page_check_patterns());
		words[i] = kept;
	}
	page_check_patterns();
}

#endif
