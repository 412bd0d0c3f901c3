// pagetree.c: a radix tree of pages. Every level takes six bits of the index, the top level the
// highest ones; a file of up to 64 pages needs one node. The tree only grows in height: a higher
// tree than needed costs a few steps and no more. It is the structure of Linux's page cache.
#include "vm/pagetree.h"

#include "mem/heap.h"

#define SLOT_BITS 6
#define SLOTS (1u << SLOT_BITS)

struct pagetree_node {
	void *slots[SLOTS]; // pages on the lowest level, nodes above
};

// Returns the slot of a node on `level` (1: lowest) that leads to `index`.
static unsigned int slot_of(uint32_t index, unsigned int level)
{
	return (index >> ((level - 1) * SLOT_BITS)) % SLOTS;
}

// Returns how many indexes a node on `level` covers.
static uint64_t span_of(unsigned int level)
{
	return 1ull << (level * SLOT_BITS);
}

// An empty tree has height 0 and spans one index; its root is NULL.
page_t *pagetree_get(const struct pagetree *tree, uint32_t index)
{
	void *node = tree->root;

	if (index >= span_of(tree->height))
		return NULL;
	for (unsigned int level = tree->height; level > 0 && node; level--)
		node = ((struct pagetree_node *)node)->slots[slot_of(index, level)];
	return node;
}

// Returns the page at `index`. Without a page, stores in *skip how many indexes from `index` on
// surely have none: the rest of the span of the missing node.
static page_t *get_or_skip(const struct pagetree *tree, uint32_t index, uint64_t *skip)
{
	void *node = tree->root;
	unsigned int level = tree->height;

	*skip = UINT32_MAX;
	if (index >= span_of(level))
		return NULL;
	for (; level > 0 && node; level--)
		node = ((struct pagetree_node *)node)->slots[slot_of(index, level)];
	*skip = span_of(level) - index % span_of(level);
	return node;
}

uint32_t pagetree_seek(const struct pagetree *tree, uint32_t index, uint32_t end, bool data)
{
	while (index < end) {
		uint64_t skip;
		page_t *pp = get_or_skip(tree, index, &skip);

		if ((pp && !page_is_untouched(pp)) == data)
			return index;
		index = (uint32_t)MIN(index + (pp ? 1 : skip), (uint64_t)end);
	}
	return end;
}

// Put new roots on the tree until it covers `index`. Returns 0, or -ENOMEM; the tree may be higher
// then, which does no harm.
static int grow(struct pagetree *tree, uint32_t index)
{
	while (!tree->height || index >= span_of(tree->height)) {
		struct pagetree_node *node = kzalloc_lasting(sizeof(*node));

		if (!node)
			return -ENOMEM;
		node->slots[0] = tree->root;
		tree->root = node;
		tree->height++;
	}
	return 0;
}

// Nodes that were made on the way stay if a lower one cannot be made: pagetree_remove frees them
// (see object_drop_nodes).
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
			*slot = kzalloc_lasting(sizeof(*node));
		if (!*slot)
			return -ENOMEM;
		node = *slot;
	}
	assert(!node->slots[slot_of(index, 1)]);
	node->slots[slot_of(index, 1)] = pp;
	return 0;
}

_Static_assert(PAGETREE_LEAF == SLOTS, "pagetree.h");

bool pagetree_next(const struct pagetree *tree, uint32_t first, uint32_t end, uint32_t *store)
{
	uint64_t index = first;

	// Go down as far as there are nodes for `index`. Where one is missing, continue after the
	// span that it would cover.
	while (tree->root && index < end && index < span_of(tree->height)) {
		const struct pagetree_node *node = tree->root;
		unsigned int level = tree->height;
		const void *slot = node->slots[slot_of((uint32_t)index, level)];

		while (level > 1 && slot) {
			node = slot;
			slot = node->slots[slot_of((uint32_t)index, --level)];
		}
		if (slot) {
			*store = (uint32_t)index;
			return true;
		}
		index = ROUND_DOWN(index, span_of(level - 1)) + span_of(level - 1);
	}
	return false;
}

// A removal, as a node sees it: [first, end) is relative to the first index below the node.
struct removal {
	uint64_t first, end;
	void (*drop)(page_t *pp, void *arg);
	void *arg;
};

static void *remove_below(struct pagetree_node *node, unsigned int level,
                          const struct removal *removal);

// Returns the part of a removal that concerns slot `i` of a node, whose slots cover `span` indexes
// each.
static struct removal in_slot(const struct removal *removal, unsigned int i, uint64_t span)
{
	struct removal part = *removal;
	uint64_t start = i * span;

	part.first = removal->first > start ? removal->first - start : 0;
	part.end = removal->end > start ? removal->end - start : 0;
	return part;
}

// Remove from one slot: a page on the lowest level, a node above. Returns the new value of the
// slot.
static void *remove_in_slot(void *slot, unsigned int level, const struct removal *part)
{
	if (level > 1)
		return remove_below(slot, level - 1, part);
	part->drop(slot, part->arg);
	return NULL;
}

// Remove pages below `node`. Returns the node, or NULL after freeing it if it has become empty.
// Empty slots, which most are in the nodes of small files, are passed over at once.
// The recursion is at most five levels deep.
static void *remove_below(struct pagetree_node *node, unsigned int level,
                          const struct removal *removal)
{
	uint64_t span = span_of(level - 1);
	bool empty = true;

	for (unsigned int i = 0; i < SLOTS; i++) {
		struct removal part;

		if (!node->slots[i])
			continue;
		part = in_slot(removal, i, span);
		if (part.first < span && part.first < part.end)
			node->slots[i] = remove_in_slot(node->slots[i], level, &part);
		if (node->slots[i])
			empty = false;
	}
	if (empty)
		kfree(node);
	return empty ? NULL : node;
}

void pagetree_remove(struct pagetree *tree, uint32_t first, uint32_t end,
                     void (*drop)(page_t *pp, void *arg), void *arg)
{
	struct removal removal = { first, end, drop, arg };

	if (tree->root)
		tree->root = remove_below(tree->root, tree->height, &removal);
	if (!tree->root)
		tree->height = 0;
}
