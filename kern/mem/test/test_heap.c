// test_heap.c: kmalloc and kfree.
#include "mem/test/mem_test_util.h"

#include "mem/fail_alloc.h"
#include "mem/heap.h"

// Sizes at and around each class's edges.
static const size_t sizes[] = {
	1,   15,  16,  17,   31,   32,   33,   64,   65,   128,  129,  255,  256,  257,   511,
	512, 513, 999, 1024, 1025, 2047, 2048, 2049, 4095, 4096, 4097, 5000, 8192, 12289, 65536,
};

KTEST(kmalloc_blocks_are_aligned_and_hold_their_bytes)
{
	size_t before = page_free_count(), held = heap_pages();
	char *block[ARRAY_SIZE(sizes)];

	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		block[i] = kmalloc(sizes[i]);
		EXPECT(block[i] != NULL);
		EXPECT_EQ((uintptr_t)block[i] % (sizes[i] >= PAGE_SIZE ? PAGE_SIZE : 16), 0);
		EXPECT_EQ(virt_to_page(block[i])->kind, PAGE_HEAP);
		memset(block[i], (int)(i + 1), sizes[i]);
	}
	heap_check();
	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		size_t good = 0;

		while (good < sizes[i] && block[i][good] == (char)(i + 1))
			good++;
		EXPECT_EQ(good, sizes[i]);
		kfree(block[i]);
	}
	heap_check();
	EXPECT_EQ(page_free_count(), before);
	EXPECT_EQ(heap_pages(), held);
	page_check();
}

KTEST(kmalloc_footprint_is_a_block)
{
	EXPECT_EQ(kmalloc_footprint(1), 16);
	EXPECT_EQ(kmalloc_footprint(16), 16);
	EXPECT_EQ(kmalloc_footprint(17), 32);
	EXPECT_EQ(kmalloc_footprint(84), 128);
	EXPECT_EQ(kmalloc_footprint(2048), 2048);
	EXPECT_EQ(kmalloc_footprint(2049), PAGE_SIZE);
	EXPECT_EQ(kmalloc_footprint(PAGE_SIZE + 1), 2 * PAGE_SIZE);
}

KTEST(kmalloc_of_nothing_and_of_too_much)
{
	size_t before = page_free_count();

	EXPECT(kmalloc(0) == NULL);
	EXPECT(kzalloc(0) == NULL);
	EXPECT(kmalloc(KMALLOC_MAX + 1) == NULL);
	EXPECT(kmalloc(SIZE_MAX) == NULL);
	EXPECT(kmalloc(SIZE_MAX - PAGE_SIZE + 1) == NULL);
	kfree(NULL);
	EXPECT_EQ(page_free_count(), before);
}

KTEST(kmalloc_of_the_largest_block)
{
	size_t before = page_free_count();
	char *block = kmalloc(KMALLOC_MAX);

	EXPECT(block != NULL);
	EXPECT_EQ(page_free_count(), before - KMALLOC_MAX / PAGE_SIZE);
	for (size_t i = 0; i < KMALLOC_MAX; i += PAGE_SIZE)
		EXPECT_EQ(virt_to_page(block + i)->kind, PAGE_HEAP);
	kfree(block);
	EXPECT_EQ(page_free_count(), before);
	page_check();
}

KTEST(kzalloc_clears_the_block)
{
	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		char *block = kmalloc(sizes[i]);
		size_t clear = 0;

		memset(block, 0xFF, sizes[i]);
		kfree(block);
		block = kzalloc(sizes[i]);
		while (clear < sizes[i] && !block[clear])
			clear++;
		EXPECT_EQ(clear, sizes[i]);
		kfree(block);
	}
}

KTEST(kstrdup_copies_with_the_nul)
{
	char *copy = kstrdup("a quire is a gathering of pages"), *empty = kstrdup("");

	EXPECT_EQ(strcmp(copy, "a quire is a gathering of pages"), 0);
	EXPECT_EQ(empty[0], '\0');
	kfree(copy);
	kfree(empty);
}

// Thousands of blocks, freed in another order than they were allocated: no two overlap, and every
// page is freed.
KTEST(kmalloc_many_blocks_of_each_size)
{
	size_t before = page_free_count(), held = heap_pages();
	static uint32_t *block[3000];

	for (size_t size = 16; size <= 2048; size *= 2) {
		for (size_t i = 0; i < ARRAY_SIZE(block); i++) {
			block[i] = kmalloc(size);
			if (!block[i])
				break;
			block[i][0] = block[i][size / 4 - 1] = i;
		}
		heap_check();
		for (size_t i = 0; i < ARRAY_SIZE(block); i++) {
			size_t j = i * 1009 % ARRAY_SIZE(block);

			if (!block[j])
				continue;
			EXPECT_EQ(block[j][0], j);
			EXPECT_EQ(block[j][size / 4 - 1], j);
			kfree(block[j]);
			block[j] = NULL;
			if (i == ARRAY_SIZE(block) / 2)
				heap_check();
		}
		heap_check();
		EXPECT_EQ(heap_pages(), held);
		EXPECT_EQ(page_free_count(), before);
	}
	page_check();
}

KTEST(kmalloc_uses_a_freed_block_before_a_new_page)
{
	void *block[64], *again;
	size_t held;

	for (size_t i = 0; i < ARRAY_SIZE(block); i++)
		block[i] = kmalloc(1024);
	held = heap_pages();
	for (size_t i = 1; i < ARRAY_SIZE(block); i += 4)
		kfree(block[i]);
	for (size_t i = 1; i < ARRAY_SIZE(block); i += 4)
		block[i] = kmalloc(1024);
	EXPECT_EQ(heap_pages(), held);
	again = block[7];
	kfree(again);
	EXPECT(kmalloc(1024) == again);
	for (size_t i = 0; i < ARRAY_SIZE(block); i++)
		kfree(block[i]);
	heap_check();
}

KTEST(kmalloc_without_memory)
{
	struct page_pool saved;
	void *block[8], *page;
	size_t n = 0;

	test_memory_only(&saved, 2);
	page = kmalloc(PAGE_SIZE);
	EXPECT(page != NULL);
	EXPECT(kmalloc(2 * PAGE_SIZE) == NULL);
	while (n < ARRAY_SIZE(block) && (block[n] = kmalloc(2048)))
		n++;
	EXPECT(n >= 2);
	EXPECT(n < ARRAY_SIZE(block));
	EXPECT(kzalloc(2048) == NULL);
	EXPECT_EQ(page_free_count(), 0);
	heap_check();
	kfree(page);
	EXPECT_EQ(page_free_count(), 1);
	while (n > 0)
		kfree(block[--n]);
	heap_check();
	EXPECT_EQ(page_free_count(), 2);
	test_memory_back(&saved);
	page_check();
}

KTEST(kfree_refuses_what_is_not_the_heaps)
{
	page_t *pp = test_page();
	char *large = kmalloc(3 * PAGE_SIZE);

	EXPECT_PANIC(kfree(page_to_virt(pp)));
	EXPECT_PANIC(kfree(pages));
	EXPECT_PANIC(kfree(large + PAGE_SIZE));
	EXPECT_PANIC(kfree(large + 16));
	kfree(large);
	EXPECT_PANIC(kfree(large));
	page_free(pp);
	heap_check();
	page_check();
}

#ifdef DEBUG

KTEST(kfree_finds_double_and_wrong_frees)
{
	char *a = kmalloc(100), *b = kmalloc(100), *c = kmalloc(100);

	kfree(b);
	EXPECT_PANIC(kfree(b));
	kfree(a);
	EXPECT_PANIC(kfree(b));
	EXPECT_PANIC(kfree(a));
	EXPECT_PANIC(kfree(c + 16));
	kfree(c);
	heap_check();
}

KTEST(kmalloc_finds_writes_to_free_blocks)
{
	char *keep = kmalloc(200), *stale = kmalloc(200);

	kfree(stale);
	stale[100] ^= 1;
	EXPECT_PANIC(kmalloc(200)); // takes the block out for good
	stale[100] ^= 1;
	kfree(stale);
	kfree(keep);
	heap_check();
}

KTEST(kmalloc_contents_are_never_zero_by_chance)
{
	for (size_t i = 0; i < ARRAY_SIZE(sizes) && sizes[i] <= PAGE_SIZE; i++) {
		unsigned char *block = kmalloc(sizes[i]);

		EXPECT(block[0] != 0);
		EXPECT(block[sizes[i] - 1] != 0);
		kfree(block);
	}
}

KTEST(kmalloc_with_each_allocation_failing)
{
	size_t before = page_free_count();
	uint32_t n = 0;
	void *block;

	test_drain_caches();
	do {
		mem_fail_after(++n);
		block = kmalloc(2048);
		EXPECT((block == NULL) == !mem_fail_after(0));
	} while (!block && n < 10);
	EXPECT(n < 10);
	kfree(block);
	EXPECT_EQ(page_free_count(), before);
	heap_check();
}

KTEST(heap_failure_spares_who_asks_for_it)
{
	void *block;

	mem_fail_elsewhere(&(struct mem_failures){ .after = 1 });
	block = kmalloc(16);
	EXPECT(block);
	EXPECT_EQ(mem_fail_distance(), 1u);
	kfree(block);
	mem_fail_after(1);
	EXPECT(!kmalloc(16));
	EXPECT_EQ(mem_fail_distance(), 0u);
}

#endif
