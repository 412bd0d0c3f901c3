// test_avl.c: ordered trees, compared with an array.
#include "mem/avl.h"

#include "debug/ktest.h"
#include "mem/heap.h"

struct item {
	struct avl_node node;
	uint32_t key, number;
};

#define ITEMS 200u

static const struct item *item_of(const struct avl_node *node)
{
	return container_of(node, struct item, node);
}

static bool before(const struct avl_node *a, const struct avl_node *b)
{
	return item_of(a)->key < item_of(b)->key;
}

static uint32_t next_random(uint32_t *seed)
{
	*seed = *seed * 1664525 + 1013904223;
	return *seed >> 8;
}

// Check that the tree has exactly the items marked as inserted, in the order of keys; items with
// equal keys in the order of their insertion.
static void check_items(const struct avl_tree *tree, const struct item *items)
{
	const struct avl_node *node, *last = NULL;
	size_t linked = 0;

	for (size_t i = 0; i < ITEMS; i++)
		linked += avl_is_linked(&items[i].node);
	EXPECT_EQ(avl_check(tree, before), linked);
	for (node = avl_first(tree); node; last = node, node = avl_next(node)) {
		EXPECT(avl_is_linked(node));
		if (last && item_of(last)->key == item_of(node)->key)
			EXPECT(item_of(last)->number < item_of(node)->number);
	}
}

KTEST(avl_random_inserts_and_removals)
{
	struct item *items = kzalloc(ITEMS * sizeof(*items));
	struct avl_tree tree = { NULL };
	uint32_t seed = 1;

	for (size_t i = 0; i < ITEMS; i++)
		avl_node_init(&items[i].node);
	for (uint32_t step = 0; step < 4000; step++) {
		struct item *item = &items[next_random(&seed) % ITEMS];

		if (avl_is_linked(&item->node)) {
			avl_remove(&tree, &item->node);
		} else if (next_random(&seed) % 4000 > step / 2) { // first it grows, then it shrinks
			item->key = next_random(&seed) % (ITEMS / 2);
			item->number = step;
			avl_insert(&tree, &item->node, before);
		}
		if (step % 16 == 0)
			check_items(&tree, items);
	}
	for (size_t i = 0; i < ITEMS; i++)
		if (avl_is_linked(&items[i].node))
			avl_remove(&tree, &items[i].node);
	EXPECT(avl_empty(&tree));
	kfree(items);
}

// Sorted input is the worst for a tree that is not balanced.
KTEST(avl_sorted_input)
{
	struct item *items = kzalloc(ITEMS * sizeof(*items));
	struct avl_tree tree = { NULL };

	EXPECT(avl_first(&tree) == NULL);
	for (uint32_t i = 0; i < ITEMS; i++) {
		items[i].key = items[i].number = i;
		avl_insert(&tree, &items[i].node, before);
		EXPECT_EQ(avl_check(&tree, before), i + 1);
	}
	for (uint32_t i = 0; i < ITEMS; i++) {
		EXPECT(avl_first(&tree) == &items[i].node);
		EXPECT(avl_next(&items[i].node) == (i + 1 < ITEMS ? &items[i + 1].node : NULL));
		avl_remove(&tree, &items[i].node);
		EXPECT_EQ(avl_check(&tree, before), ITEMS - i - 1);
	}
	kfree(items);
}

// avl_check notices each kind of damage.
KTEST(avl_check_finds_damage)
{
	struct item items[7] = { 0 };
	struct avl_tree tree = { NULL };

	for (uint32_t i = 0; i < ARRAY_SIZE(items); i++) {
		items[i].key = i;
		avl_insert(&tree, &items[i].node, before);
	}
	items[2].key = 9;
	EXPECT_PANIC(avl_check(&tree, before));
	items[2].key = 2;
	items[3].node.up = AVL_LEFT;
	EXPECT_PANIC(avl_check(&tree, before));
	items[3].node.up = AVL_EVEN;
	items[5].node.up = (uintptr_t)&items[1].node | AVL_EVEN;
	EXPECT_PANIC(avl_check(&tree, before));
}
