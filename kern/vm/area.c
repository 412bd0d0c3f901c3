// area.c: the ordered tree of areas: an AVL tree (Adelson-Velsky and Landis, 1962), in which the
// two sides of a node differ by at most one in height. Each node also knows the largest free gap
// in its subtree, so a search skips subtrees without one. Height and gap depend only on a node and
// its children: a change is repaired on the way to the root, until both come out unchanged.
#include "vm/area.h"

#include "layout.h"
#include "vm/lock_asserts.h"

size_t areas_max = 65530;

void area_tree_init(struct area_tree *tree)
{
	tree->root = NULL;
	list_init(&tree->list);
	tree->count = 0;
}

// Like the fields of these names, for a subtree that may be empty (NULL).
static unsigned int height(const struct area *area)
{
	return area ? area->height : 0;
}

static uintptr_t max_gap(const struct area *area)
{
	return area ? area->max_gap : 0;
}

// Recompute the height and the largest gap of the subtree at `area` from its children. Returns
// true if one of them has changed.
static inline bool update(struct area *area)
{
	const struct area *left = area->left, *right = area->right;
	unsigned int tallest = 0, old_height = area->height;
	uintptr_t gap = area->gap, old_gap = area->max_gap;

	if (left) {
		tallest = left->height;
		gap = MAX(gap, left->max_gap);
	}
	if (right) {
		tallest = MAX(tallest, right->height);
		gap = MAX(gap, right->max_gap);
	}
	area->height = (uint8_t)(tallest + 1);
	area->max_gap = gap;
	return tallest + 1 != old_height || gap != old_gap;
}

// Put `child` (perhaps NULL) in the place of `old` below `parent` (NULL: at the root).
static void replace_child(struct area_tree *tree, struct area *parent, struct area *old,
                          struct area *child)
{
	if (!parent)
		tree->root = child;
	else if (parent->left == old)
		parent->left = child;
	else
		parent->right = child;
	if (child)
		child->parent = parent;
}

// Make the right child the top and `area` its left child; the order stays. Returns the child.
static struct area *rotate_left(struct area_tree *tree, struct area *area)
{
	struct area *top = area->right;

	replace_child(tree, area->parent, area, top);
	area->right = top->left;
	if (area->right)
		area->right->parent = area;
	top->left = area;
	area->parent = top;
	update(area);
	update(top);
	return top;
}

// The mirror image of rotate_left.
static struct area *rotate_right(struct area_tree *tree, struct area *area)
{
	struct area *top = area->left;

	replace_child(tree, area->parent, area, top);
	area->left = top->right;
	if (area->left)
		area->left->parent = area;
	top->right = area;
	area->parent = top;
	update(area);
	update(top);
	return top;
}

// Balance the subtree at `area`, whose two sides differ by two. If the inner grandchild is the
// tall one, the child is rotated first. Returns the new top of the subtree.
static __noinline struct area *balance(struct area_tree *tree, struct area *area)
{
	if (height(area->left) > height(area->right)) {
		if (height(area->left->left) < height(area->left->right))
			rotate_left(tree, area->left);
		return rotate_right(tree, area);
	}
	if (height(area->right->right) < height(area->right->left))
		rotate_right(tree, area->right);
	return rotate_left(tree, area);
}

// Restore the balance and the sums from `area` upwards, until a subtree's sums come out unchanged.
static void rebalance(struct area_tree *tree, struct area *area)
{
	for (; area; area = area->parent) {
		unsigned int old_height = area->height;
		uintptr_t old_gap = area->max_gap;

		if (height(area->left) - height(area->right) + 1 <= 2) { // -1, 0, 1
			if (!update(area))
				return;
			continue;
		}
		area = balance(tree, area);
		if (area->height == old_height && area->max_gap == old_gap)
			return;
	}
}

// Returns the end of the previous area, or 0.
static uintptr_t end_before(const struct area_tree *tree, const struct area *area)
{
	const struct area *prev = area_prev(tree, area);

	return prev ? prev->end : 0;
}

// Returns how many bytes are free below `area`, without its guard.
static uintptr_t gap_before(const struct area_tree *tree, const struct area *area)
{
	uintptr_t start = end_before(tree, area), end = area_guard_start(area);

	return end > start ? end - start : 0;
}

// Recompute the gap below `area` (NULL: do nothing) and the sums above it, as far as they change.
static void gap_changed(struct area_tree *tree, struct area *area)
{
	uintptr_t max;

	if (!area)
		return;
	area->gap = gap_before(tree, area);
	for (; area; area = area->parent) {
		max = MAX(area->gap, MAX(max_gap(area->left), max_gap(area->right)));
		if (area->max_gap == max)
			break;
		area->max_gap = max;
	}
}

// Each node that ends above `va` is a candidate; a lower one can only be in its left subtree.
struct area *area_find_from(const struct area_tree *tree, uintptr_t va)
{
	struct area *area = tree->root, *best = NULL;

	while (area) {
		if (va < area->end) {
			best = area;
			if (va >= area->start)
				break;
			area = area->left;
		} else {
			area = area->right;
		}
	}
	return best;
}

struct area *area_find(const struct area_tree *tree, uintptr_t va)
{
	struct area *area = area_find_from(tree, va);

	return area && area->start <= va ? area : NULL;
}

struct area *area_next(const struct area_tree *tree, const struct area *area)
{
	return area->link.next == &tree->list ? NULL :
	                                        list_entry(area->link.next, struct area, link);
}

struct area *area_prev(const struct area_tree *tree, const struct area *area)
{
	return area->link.prev == &tree->list ? NULL :
	                                        list_entry(area->link.prev, struct area, link);
}

// Remember the last node that was passed on its right side: it is the previous area on the list.
void area_insert(struct area_tree *tree, struct area *area)
{
	struct area *parent = NULL, **slot = &tree->root;
	struct list *before = &tree->list;

	assert_areas_still(area->as);
	while (*slot) {
		parent = *slot;
		if (area->start < parent->start) {
			slot = &parent->left;
		} else {
			before = &parent->link;
			slot = &parent->right;
		}
	}
	list_add(before, &area->link);
	area->left = area->right = NULL;
	area->height = 0; // so that rebalance sees a change and goes on upwards
	area->max_gap = 0;
	area->parent = parent;
	*slot = area;
	tree->count++;
	area->gap = gap_before(tree, area);
	rebalance(tree, area);
	gap_changed(tree, area_next(tree, area));
}

void area_append(struct area_tree *tree, struct area *area)
{
	area_append_copy(tree, area);
	area->gap = gap_before(tree, area);
}

// Build a balanced tree of `count` areas, at least one, from `*next` on, and move `*next` past them.
// Returns its top. The recursion is log2(count) deep, at most 17.
static struct area *build(struct list **next, size_t count, void (*step)(void))
{
	struct area *left = count > 1 ? build(next, count / 2, step) : NULL;
	struct area *top = list_entry(*next, struct area, link);

	*next = (*next)->next;
	top->left = left;
	top->right = count > 2 ? build(next, count - count / 2 - 1, step) : NULL;
	top->height = 1; // right for a leaf, as half of the areas are
	top->max_gap = top->gap;
	if (left) {
		left->parent = top;
		update(top);
	}
	if (top->right)
		top->right->parent = top;
	if (step)
		step();
	return top;
}

void area_tree_build(struct area_tree *tree, void (*step)(void))
{
	struct list *next = tree->list.next;

	if (tree->count == 0)
		return;
	tree->root = build(&next, tree->count, step);
	tree->root->parent = NULL;
}

// A node with two children cannot simply be unlinked: the next area in address order, which has no
// left child, takes its place. `start` is the lowest node whose subtree has lost a level.
void area_remove(struct area_tree *tree, struct area *area)
{
	struct area *next = area_next(tree, area), *start;

	assert_areas_still(area->as);
	if (area->left && area->right) {
		// gap_changed, below, recomputes the gap of `next`.
		start = next->parent == area ? next : next->parent;
		if (next != area->right) {
			replace_child(tree, next->parent, next, next->right);
			next->right = area->right;
			next->right->parent = next;
		}
		next->left = area->left;
		next->left->parent = next;
		next->height = area->height;
		next->max_gap = area->max_gap;
		replace_child(tree, area->parent, area, next);
	} else {
		start = area->parent;
		replace_child(tree, area->parent, area, area->left ? area->left : area->right);
	}
	list_remove(&area->link);
	tree->count--;
	rebalance(tree, start);
	gap_changed(tree, next);
}

void area_resize(struct area_tree *tree, struct area *area, uintptr_t start, uintptr_t end)
{
	bool start_moves = area->start != start, end_moves = area->end != end;

	assert_areas_still(area->as);
	area->start = start;
	area->end = end;
	if (start_moves)
		gap_changed(tree, area);
	if (end_moves)
		gap_changed(tree, area_next(tree, area));
}

// Returns true if the free range [from, to) holds `len` bytes from a multiple of `align` on, within
// [low, high); stores the lowest such address in *store. Else *store is unchanged. ROUND_UP may wrap
// around: then its result is below its argument, and nothing fits.
static bool gap_fits(uintptr_t from, uintptr_t to, uintptr_t low, uintptr_t high, size_t len,
                     size_t align, uintptr_t *store)
{
	uintptr_t va = ROUND_UP(from = MAX(from, low), align);

	to = MIN(to, high);
	if (va < from || va > to || len > to - va)
		return false;
	*store = va;
	return true;
}

int area_find_gap(const struct area_tree *tree, uintptr_t low, uintptr_t high, size_t len,
                  size_t align, uintptr_t *store)
{
	struct area *area = area_find_from(tree, low);

	// Look at the gaps of at least `len` bytes in address order. The next one is the leftmost
	// in the right subtree, or else that of the first ancestor on the right.
	while (area) {
		uintptr_t gap = area->gap < len ? 0 : end_before(tree, area);

		if (area->gap >= len && gap_fits(gap, gap + area->gap, low, high, len, align, store))
			return 0;
		if (area->start >= high)
			return -ENOMEM;
		if (max_gap(area->right) >= len) {
			area = area->right;
			while (max_gap(area->left) >= len)
				area = area->left;
			continue;
		}
		do {
			const struct area *child = area;

			area = area->parent;
			if (area && area->left == child)
				break;
		} while (area);
	}
	area = area_last(tree);
	return gap_fits(area ? area->end : 0, high, low, high, len, align, store) ? 0 : -ENOMEM;
}

// Check the subtree at `area`, whose parent should be `parent`. Adds the number of its areas to
// *count. Returns its height.
static unsigned int check_subtree(const struct area *area, const struct area *parent, size_t *count)
{
	unsigned int left, right;

	if (!area)
		return 0;
	(*count)++;
	left = check_subtree(area->left, area, count);
	right = check_subtree(area->right, area, count);
	if (area->parent != parent)
		panic("area_tree_check: the area at %#x has the wrong parent", area->start);
	if (left > right + 1 || right > left + 1 || area->height != MAX(left, right) + 1)
		panic("area_tree_check: the area at %#x has height %u over %u and %u", area->start,
		      area->height, left, right);
	if (area->max_gap != MAX(area->gap, MAX(max_gap(area->left), max_gap(area->right))))
		panic("area_tree_check: below the area at %#x the greatest gap is not %#x",
		      area->start, area->max_gap);
	return area->height;
}

void area_tree_check(const struct area_tree *tree)
{
	const struct area *area;
	uintptr_t end = 0;
	size_t count = 0, in_tree = 0;

	check_subtree(tree->root, NULL, &in_tree);
	list_for_each(area, &tree->list, link) {
		if (area->start < end || area->start >= area->end)
			panic("area_tree_check: area %#x-%#x after one that ends at %#x",
			      area->start, area->end, end);
		if (area->gap != gap_before(tree, area))
			panic("area_tree_check: before the area at %#x are %#x bytes, not %#x",
			      area->start, gap_before(tree, area), area->gap);
		if (area_find(tree, area->start) != area || area_find(tree, area->end - 1) != area)
			panic("area_tree_check: the area at %#x is not found", area->start);
		end = area->end;
		count++;
	}
	if (count != tree->count)
		panic("area_tree_check: %zu areas, counted as %zu", count, tree->count);
	if (in_tree != count) // the searches above have found each area of the list
		panic("area_tree_check: %zu areas in the tree, %zu on the list", in_tree, count);
}
