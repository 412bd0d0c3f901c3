// pagetree.c: a radix tree of pages. Every level takes six bits of the index; a file of up to 64
// pages needs one node.
#include "vm/pagetree.h"

#include "mem/heap.h"

#define SLOT_BITS 6
#define SLOTS (1u << SLOT_BITS)

struct pagetree_node {
	void *slots[SLOTS]; // pages on the lowest level, nodes above
};

// Which slot of a node on `level` (1: lowest) leads to `index`.
static unsigned int slot_of(uint32_t index, unsigned int level)
{
	return (index >> ((level - 1) * SLOT_BITS)) % SLOTS;
}

// The indexes below a node on `level`.
static uint64_t span_of(unsigned int level)
{
	return 1ull << (level * SLOT_BITS);
}

page_t *pagetree_get(const struct pagetree *tree, uint32_t index)
{
	void *node = tree->root;

	if (index >= span_of(tree->height))
		return NULL;
	for (unsigned int level = tree->height; level > 0 && node; level--)
		node = ((struct pagetree_node *)node)->slots[slot_of(index, level)];
	return node;
}

// Make the tree high enough for `index`. 0 or -ENOMEM; a higher tree than needed does no harm.
static int grow(struct pagetree *tree, uint32_t index)
{
	while (!tree->height || index >= span_of(tree->height)) {
		struct pagetree_node *node = kzalloc(sizeof(*node));

		if (!node)
			return -ENOMEM;
		node->slots[0] = tree->root;
		tree->root = node;
		tree->height++;
	}
	return 0;
}

int pagetree_insert(struct pagetree *tree, uint32_t index, page_t *pp)
{
	struct pagetree_node *node;
	int error = grow(tree, index);

	if (error)
		return error;
	node = tree->root;
	for (unsigned int level = tree->height; level > 1; level--) {
		void **slot = &node->slots[slot_of(index, level)];

		if (!*slot)
			*slot = kzalloc(sizeof(*node));
		if (!*slot)
			return -ENOMEM;
		node = *slot;
	}
	assert(!node->slots[slot_of(index, 1)]);
	node->slots[slot_of(index, 1)] = pp;
	return 0;
}

// Drop the pages from `first` on, relative to what lies below `node`. Returns true, with the node
// given back, if nothing is left of it. At most five levels deep.
static bool truncate_node(struct pagetree_node *node, unsigned int level, uint64_t first,
                          void (*drop)(page_t *pp, void *arg), void *arg)
{
	uint64_t span = span_of(level - 1);
	bool empty = true;

	for (unsigned int i = 0; i < SLOTS; i++) {
		uint64_t start = i * span;

		if (node->slots[i] && start + span > first) {
			if (level == 1) {
				drop(node->slots[i], arg);
				node->slots[i] = NULL;
			} else if (truncate_node(node->slots[i], level - 1, first > start ? first - start : 0,
			                         drop, arg)) {
				node->slots[i] = NULL;
			}
		}
		if (node->slots[i])
			empty = false;
	}
	if (empty)
		kfree(node);
	return empty;
}

void pagetree_truncate(struct pagetree *tree, uint32_t first, void (*drop)(page_t *pp, void *arg),
                       void *arg)
{
	if (tree->root && truncate_node(tree->root, tree->height, first, drop, arg)) {
		tree->root = NULL;
		tree->height = 0;
	}
}
