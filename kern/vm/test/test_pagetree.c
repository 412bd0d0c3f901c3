// test_pagetree.c: pages by index.
#include "debug/ktest.h"

#include "mem/fail_alloc.h"
#include "mem/heap.h"
#include "vm/pagetree.h"

// Indexes around the borders of nodes and levels. The tree only stores the pointers, so any
// pointer will do.
static const uint32_t indexes[] = { 0,
	                            1,
	                            63,
	                            64,
	                            65,
	                            127,
	                            128,
	                            4095,
	                            4096,
	                            4097,
	                            262143,
	                            262144,
	                            16777215,
	                            16777216,
	                            (1u << 28) - 1,
	                            1u << 28,
	                            PAGETREE_MAX_INDEX };

#define COUNT ARRAY_SIZE(indexes)

static page_t *page_for(size_t i)
{
	return &pages[100 + i];
}

static unsigned int dropped;

static void drop(page_t *pp, void *arg)
{
	EXPECT(arg == &dropped);
	EXPECT(pp >= page_for(0) && pp < page_for(COUNT));
	dropped++;
}

static unsigned int remove(struct pagetree *tree, uint32_t first, uint32_t end)
{
	dropped = 0;
	pagetree_remove(tree, first, end, drop, &dropped);
	return dropped;
}

static void fill(struct pagetree *tree, bool upwards)
{
	memset(tree, 0, sizeof(*tree));
	for (size_t i = 0; i < COUNT; i++) {
		size_t j = upwards ? i : COUNT - 1 - i;

		EXPECT(!pagetree_get(tree, indexes[j]));
		EXPECT_EQ(pagetree_insert(tree, indexes[j], page_for(j)), 0);
	}
}

KTEST(pagetree_of_nothing)
{
	struct pagetree tree = { NULL, 0 };

	EXPECT(!pagetree_get(&tree, 0));
	EXPECT(!pagetree_get(&tree, PAGETREE_MAX_INDEX));
	EXPECT_EQ(remove(&tree, 0, UINT32_MAX), 0);
	EXPECT(!tree.root);
}

KTEST(pagetree_finds_what_was_put_in)
{
	size_t before = heap_pages();
	struct pagetree tree;

	for (int upwards = 0; upwards < 2; upwards++) {
		fill(&tree, upwards);
		for (size_t i = 0; i < COUNT; i++)
			EXPECT(pagetree_get(&tree, indexes[i]) == page_for(i));
		EXPECT(!pagetree_get(&tree, 2));
		EXPECT(!pagetree_get(&tree, 62));
		EXPECT(!pagetree_get(&tree, 8192));
		EXPECT(!pagetree_get(&tree, PAGETREE_MAX_INDEX - 1));
		EXPECT(!pagetree_get(&tree, UINT32_MAX));
		EXPECT_EQ(remove(&tree, 0, UINT32_MAX), COUNT);
		EXPECT(!tree.root);
		EXPECT_EQ(tree.height, 0);
	}
	heap_check();
	EXPECT_EQ(heap_pages(), before);
}

KTEST(pagetree_remove_takes_just_the_range)
{
	struct pagetree tree;

	for (size_t from = 0; from < COUNT; from += 2) {
		for (size_t to = from; to < COUNT; to += 3) {
			fill(&tree, true);
			EXPECT_EQ(remove(&tree, indexes[from], indexes[to]), to - from);
			for (size_t i = 0; i < COUNT; i++)
				EXPECT(pagetree_get(&tree, indexes[i]) ==
				       (i >= from && i < to ? NULL : page_for(i)));
			EXPECT_EQ(remove(&tree, indexes[from], indexes[to]), 0);
			EXPECT_EQ(remove(&tree, 0, UINT32_MAX), COUNT - (to - from));
		}
	}
	heap_check();
}

KTEST(pagetree_is_no_higher_than_it_needs_to_be)
{
	struct pagetree tree = { NULL, 0 };

	EXPECT_EQ(pagetree_insert(&tree, 63, page_for(0)), 0);
	EXPECT_EQ(tree.height, 1);
	EXPECT_EQ(pagetree_insert(&tree, 64, page_for(1)), 0);
	EXPECT_EQ(tree.height, 2);
	EXPECT_EQ(remove(&tree, 64, 65), 1);
	EXPECT(pagetree_get(&tree, 63) == page_for(0));
	EXPECT_EQ(pagetree_insert(&tree, 4096, page_for(1)), 0);
	EXPECT_EQ(tree.height, 3);
	EXPECT_EQ(remove(&tree, 0, 4097), 2);
	EXPECT(!tree.root);
}

#ifdef DEBUG

KTEST(pagetree_insert_with_each_allocation_failing)
{
	size_t before = heap_pages();

	for (size_t i = 0; i < COUNT; i++) {
		struct pagetree tree = { NULL, 0 };
		uint32_t n = 0;
		int error;

		EXPECT_EQ(pagetree_insert(&tree, 5, page_for(0)), 0);
		do {
			mem_fail_after(++n);
			error = pagetree_insert(&tree, indexes[i], page_for(1));
			EXPECT_EQ(error, mem_fail_after(0) ? 0 : -ENOMEM);
			EXPECT(pagetree_get(&tree, 5) == page_for(0));
			EXPECT(pagetree_get(&tree, indexes[i]) == (error ? NULL : page_for(1)));
		} while (error && n < 20);
		EXPECT(n < 20);
		EXPECT_EQ(remove(&tree, 0, UINT32_MAX), 2);
		EXPECT(!tree.root);
	}
	heap_check();
	EXPECT_EQ(heap_pages(), before);
}

#endif
