// avl.c: AVL trees (Adelson-Velsky and Landis, 1962). The two subtrees of a node differ by at most
// one in height, so a tree of n nodes has at most 1.45 log2(n) levels. Which side is the higher
// one, a node's lean, is kept in the low bits of the parent's address. Insertion and removal
// change heights only on the way from one node to the root; where a subtree differs by two, one or
// two rotations repair it.
#include "mem/avl.h"

static struct avl_node *parent_of(const struct avl_node *node)
{
	return (struct avl_node *)(node->up & ~(uintptr_t)AVL_LEAN);
}

static void set_parent(struct avl_node *node, const struct avl_node *parent)
{
	node->up = (uintptr_t)parent | (node->up & AVL_LEAN);
}

// Returns the lean of a node: -1 if its left side is higher, 1 if its right side is, else 0.
static int lean_of(const struct avl_node *node)
{
	return (int)(node->up & AVL_LEAN) - 1;
}

static void set_lean(struct avl_node *node, int lean)
{
	node->up = (node->up & ~(uintptr_t)AVL_LEAN) | (uintptr_t)(lean + 1);
}

// Returns which child of `parent` the node is: 0 or 1; 0 for the root.
static unsigned int side_of(const struct avl_node *node, const struct avl_node *parent)
{
	return parent && parent->child[1] == node;
}

// Put `child` (perhaps NULL) in the place of `old` below `parent` (NULL: at the root).
static void replace_child(struct avl_tree *tree, struct avl_node *parent,
                          const struct avl_node *old, struct avl_node *child)
{
	if (parent)
		parent->child[side_of(old, parent)] = child;
	else
		tree->root = child;
	if (child)
		set_parent(child, parent);
}

// Make the child of `node` on `side` the top, and `node` its child on the other side. The order of
// the nodes stays. The caller sets the leans.
//
//	   node                 top
//	   /  \                /   \         side = 1; `b` is `between`;
//	  a   top    --->    node   c
//	      / \            /  \            `a` and `c` keep their parents
//	     b   c          a    b
static void rotate(struct avl_tree *tree, struct avl_node *node, unsigned int side)
{
	struct avl_node *top = node->child[side], *between = top->child[!side];

	replace_child(tree, parent_of(node), node, top);
	node->child[side] = between;
	if (between)
		set_parent(between, node);
	top->child[!side] = node;
	set_parent(node, top);
}

// Balance the subtree at `node`, whose `side` is higher by two. Returns its new top. If the child
// leans to the other side, its inner child becomes the top, by two rotations: one rotation would
// only move the height. The new top leans only if the height of the subtree has not changed;
// lower() relies on this.
static struct avl_node *balance(struct avl_tree *tree, struct avl_node *node, unsigned int side)
{
	struct avl_node *child = node->child[side], *inner = child->child[!side];
	int lean = side ? 1 : -1, inner_lean;
	bool even = lean_of(child) == 0; // only a removal leads to this

	if (lean_of(child) == -lean) {
		inner_lean = lean_of(inner);
		rotate(tree, child, !side);
		rotate(tree, node, side);
		set_lean(node, inner_lean == lean ? -lean : 0);
		set_lean(child, inner_lean == -lean ? lean : 0);
		set_lean(inner, 0);
		return inner;
	}
	rotate(tree, node, side);
	set_lean(node, even ? lean : 0);
	set_lean(child, even ? -lean : 0);
	return child;
}

// Equal nodes go to the right, so the one inserted first stays first.
void avl_insert_among(struct avl_tree *tree, struct avl_node *node, avl_before_fn before)
{
	struct avl_node *parent = NULL, **slot = &tree->root;
	int lean;

	while (*slot) {
		parent = *slot;
		slot = &parent->child[!before(node, parent)];
	}
	node->child[0] = node->child[1] = NULL;
	node->up = (uintptr_t)parent | AVL_EVEN;
	*slot = node;
	// The subtree at `node` has become higher by one. A parent that leans to neither side
	// afterwards has kept its height, and so have all nodes above it. One rebalancing always
	// suffices.
	for (; parent; node = parent, parent = parent_of(node)) {
		lean = lean_of(parent) + (side_of(node, parent) ? 1 : -1);
		if (lean == 2 || lean == -2) {
			balance(tree, parent, lean == 2);
			break;
		}
		set_lean(parent, lean);
		if (lean == 0)
			break;
	}
}

// The subtree on `side` of `node` has become lower by one: repair this, upwards. A node that leans
// afterwards has kept its height: the repair ends there. Unlike an insertion, a removal may need a
// rotation on every level.
static void lower(struct avl_tree *tree, struct avl_node *node, unsigned int side)
{
	while (node) {
		int lean = lean_of(node) + (side ? -1 : 1);

		if (lean == 2 || lean == -2)
			node = balance(tree, node, !side);
		else
			set_lean(node, lean);
		if (lean_of(node))
			break;
		side = side_of(node, parent_of(node));
		node = parent_of(node);
	}
}

static struct avl_node *leftmost(struct avl_node *node)
{
	while (node && node->child[0])
		node = node->child[0];
	return node;
}

// Put the next node, which has no left child, in the place of `node`, which has two children.
// Returns the node whose subtree on *side_store has become lower by one.
static struct avl_node *replace_by_next(struct avl_tree *tree, struct avl_node *node,
                                        unsigned int *side_store)
{
	struct avl_node *next = leftmost(node->child[1]), *from = parent_of(next);

	*side_store = side_of(next, from);
	if (from == node) {
		from = next;
	} else {
		replace_child(tree, from, next, next->child[1]);
		next->child[1] = node->child[1];
		set_parent(next->child[1], next);
	}
	next->child[0] = node->child[0];
	set_parent(next->child[0], next);
	set_lean(next, lean_of(node));
	replace_child(tree, parent_of(node), node, next);
	return from;
}

// A node with two children cannot be unlinked directly: the next node takes its place.
void avl_remove_from_among(struct avl_tree *tree, struct avl_node *node)
{
	struct avl_node *from = parent_of(node);
	unsigned int side = side_of(node, from);

	if (node->child[0] && node->child[1])
		from = replace_by_next(tree, node, &side);
	else
		replace_child(tree, from, node, node->child[node->child[0] ? 0 : 1]);
	lower(tree, from, side);
}

struct avl_node *avl_first(const struct avl_tree *tree)
{
	return leftmost(tree->root);
}

// The next node is the leftmost of the right subtree, or else the first ancestor of which this
// node is on the left.
struct avl_node *avl_next(const struct avl_node *node)
{
	const struct avl_node *parent;

	if (node->child[1])
		return leftmost(node->child[1]);
	for (parent = parent_of(node); parent && parent->child[1] == node; parent = parent_of(node))
		node = parent;
	return (struct avl_node *)parent;
}

// Check the subtree at `node`, whose parent should be `parent`. Returns its height.
static int check_below(const struct avl_node *node, const struct avl_node *parent)
{
	int left, right;

	if (!node)
		return 0;
	left = check_below(node->child[0], node);
	right = check_below(node->child[1], node);
	if (parent_of(node) != parent)
		panic("avl_check: node %p has the wrong parent", (const void *)node);
	if (right - left != lean_of(node) || lean_of(node) > 1)
		panic("avl_check: node %p leans by %d over heights %d and %d", (const void *)node,
		      lean_of(node), left, right);
	return MAX(left, right) + 1;
}

size_t avl_check(const struct avl_tree *tree, avl_before_fn before)
{
	const struct avl_node *node = avl_first(tree), *next;
	size_t count = 0;

	check_below(tree->root, NULL);
	for (; node; node = next, count++) {
		next = avl_next(node);
		if (next && before(next, node))
			panic("avl_check: node %p is followed by %p, which comes before it",
			      (const void *)node, (const void *)next);
	}
	return count;
}
