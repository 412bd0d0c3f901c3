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

// The page at `index`; where there is none, how many indexes from there on have none, at least, in *skip.
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

// Make the tree high enough for `index`. 0 or -ENOMEM; a higher tree than needed does no harm.
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

	// Down to the lowest node as far as there are nodes for `index`; where there is none, on to the
	// first index behind the span that the missing one would have.
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

// What to take out, relative to the first index below a node.
struct removal {
	uint64_t first, end;
	void (*drop)(page_t *pp, void *arg);
	void *arg;
};

static void *remove_below(struct pagetree_node *node, unsigned int level,
                          const struct removal *removal);

// The part of a removal that concerns slot `i` of a node whose slots span `span` indexes each.
static struct removal in_slot(const struct removal *removal, unsigned int i, uint64_t span)
{
	struct removal part = *removal;
	uint64_t start = i * span;

	part.first = removal->first > start ? removal->first - start : 0;
	part.end = removal->end > start ? removal->end - start : 0;
	return part;
}

// Do it for one slot. Returns what the slot holds afterwards.
static void *remove_in_slot(void *slot, unsigned int level, const struct removal *part)
{
	if (level > 1)
		return remove_below(slot, level - 1, part);
	part->drop(slot, part->arg);
	return NULL;
}

// Take pages out below `node`. Returns the node, or NULL with the node given back if it is empty
// then. At most five levels deep.
static void *remove_below(struct pagetree_node *node, unsigned int level,
                          const struct removal *removal)
{
	uint64_t span = span_of(level - 1);
	bool empty = true;

	for (unsigned int i = 0; i < SLOTS; i++) {
		struct removal part = in_slot(removal, i, span);

		if (node->slots[i] && part.first < span && part.first < part.end)
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
