// avl.h: ordered trees whose nodes live inside the things they order. Inserting, removing and
// finding take O(log n) steps whatever the order of calls; the next one takes O(1) on average.
//
// To find something, go down from the root: child[0] leads to what comes before a node, child[1] to
// what comes after it.
#pragma once

#include "kern.h"

struct avl_node {
	struct avl_node *child[2]; // what comes before, what comes after; or NULL
	uintptr_t up; // the parent's address | AVL_LEFT, AVL_EVEN or AVL_RIGHT; or AVL_OUT
};

// Which side of a node is higher by one, in avl_node.up.
#define AVL_LEFT 0u
#define AVL_EVEN 1u
#define AVL_RIGHT 2u
#define AVL_OUT 3u // the node is in no tree
#define AVL_LEAN 3u

struct avl_tree {
	struct avl_node *root; // NULL: empty
};

// Does `a` come before `b`? Of two nodes for which neither does, the one inserted first comes first.
typedef bool (*avl_before_fn)(const struct avl_node *a, const struct avl_node *b);

static inline void avl_node_init(struct avl_node *node)
{
	node->up = AVL_OUT;
}

static inline bool avl_is_linked(const struct avl_node *node)
{
	return node->up != AVL_OUT;
}

static inline bool avl_empty(const struct avl_tree *tree)
{
	return !tree->root;
}

// The two below, for a tree with other nodes.
void avl_insert_among(struct avl_tree *tree, struct avl_node *node, avl_before_fn before);
void avl_remove_from_among(struct avl_tree *tree, struct avl_node *node);

// Put `node`, which is in no tree, where it belongs.
static inline void avl_insert(struct avl_tree *tree, struct avl_node *node, avl_before_fn before)
{
	if (tree->root) {
		avl_insert_among(tree, node, before);
		return;
	}
	node->child[0] = node->child[1] = NULL;
	node->up = AVL_EVEN;
	tree->root = node;
}

// Take `node` out of the tree that it is in. Afterwards it is as avl_node_init leaves it.
static inline void avl_remove(struct avl_tree *tree, struct avl_node *node)
{
	if (tree->root == node && !node->child[0] && !node->child[1])
		tree->root = NULL;
	else
		avl_remove_from_among(tree, node);
	node->up = AVL_OUT;
}

// Return the first node, or NULL.
struct avl_node *avl_first(const struct avl_tree *tree);

// Return the node after `node`, or NULL.
struct avl_node *avl_next(const struct avl_node *node);

// Panic unless the tree is ordered and balanced. Returns how many nodes it has.
size_t avl_check(const struct avl_tree *tree, avl_before_fn before);
