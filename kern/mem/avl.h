// avl.h: ordered trees whose nodes are fields of the structs that they order. Insert, remove and
// find take O(log n) steps in any order of calls; the next node takes O(1) on average.
//
// To find something, go down from the root: child[0] leads to nodes before this one, child[1] to
// nodes after it. A tree has no lock of its own: a lock of its owner guards it, also while somebody
// only looks for a node.
#pragma once

#include "kern.h"

struct avl_node {
	struct avl_node *child[2]; // nodes before this one, nodes after it; or NULL
	uintptr_t up;              // parent's address | AVL_LEFT, AVL_EVEN or AVL_RIGHT; or AVL_OUT
};

// The low bits of avl_node.up: which subtree of a node is higher by one. Addresses of nodes are
// multiples of four, so these two bits are free.
#define AVL_LEFT 0u
#define AVL_EVEN 1u
#define AVL_RIGHT 2u
#define AVL_OUT 3u  // the node is in no tree
#define AVL_LEAN 3u // mask of these bits

struct avl_tree {
	struct avl_node *root; // NULL: empty
};

// Returns true if `a` comes before `b`. Of two nodes that are equal, the one inserted first comes
// first.
typedef bool (*avl_before_fn)(const struct avl_node *a, const struct avl_node *b);

// Mark a node as being in no tree, so that avl_is_linked may be asked. avl_insert does not need it.
static inline void avl_node_init(struct avl_node *node)
{
	node->up = AVL_OUT;
}

// Returns true if the node is in a tree, of whichever owner. The node must have been through
// avl_node_init, avl_insert or avl_remove: memory that is all 0 counts as linked.
static inline bool avl_is_linked(const struct avl_node *node)
{
	return node->up != AVL_OUT;
}

// Returns true if the tree has no node.
static inline bool avl_empty(const struct avl_tree *tree)
{
	return !tree->root;
}

// Do the work of avl_insert, its only caller, for a tree that is not empty.
void avl_insert_among(struct avl_tree *tree, struct avl_node *node, avl_before_fn before);

// Do the work of avl_remove, its only caller, if `tree` has other nodes than `node`. Does not mark
// the node with AVL_OUT.
void avl_remove_from_among(struct avl_tree *tree, struct avl_node *node);

// Insert `node`, which is in no tree, into `tree`; its fields may have any value before. `before`
// is the function by which all other nodes of the tree were inserted; it is called for `node` and
// some of them. Of equal nodes the new one becomes the last. Cannot fail. The tree links the node,
// and takes no reference: the owner keeps it, and its place in the order, until avl_remove.
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

// Remove `node` from `tree`, which it must be in (not checked). Afterwards the node is as
// avl_node_init leaves it; its memory is the caller's. Other nodes stay where they are in memory.
static inline void avl_remove(struct avl_tree *tree, struct avl_node *node)
{
	if (tree->root == node && !node->child[0] && !node->child[1])
		tree->root = NULL;
	else
		avl_remove_from_among(tree, node);
	node->up = AVL_OUT;
}

// Returns the first node; NULL if the tree is empty.
struct avl_node *avl_first(const struct avl_tree *tree);

// Returns the node after `node` in the order of its tree; NULL if it is the last. `node` must be in
// a tree.
struct avl_node *avl_next(const struct avl_node *node);

// Panic unless the tree is ordered as `before` says and balanced, and each node has the right
// parent. Returns how many nodes it has, 0 for an empty tree. Looks at every node. For tests and
// debug builds.
size_t avl_check(const struct avl_tree *tree, avl_before_fn before);
