// pagetree.h: a radix tree that finds pages by index (struct pagetree is in object.h). The lock of
// the tree's owner guards it. The tree takes no references on its pages.
#pragma once

#include "vm/object.h"

#define PAGETREE_MAX_INDEX ((1u << 30) - 1)

// Returns the page at `index`, any number; NULL if there is none. Takes no reference: the lock of
// the tree's owner keeps the page.
page_t *pagetree_get(const struct pagetree *tree, uint32_t index);

// Returns true if the page still counts as a hole: it was allocated in advance, and nobody has
// used it.
static inline bool page_is_untouched(const page_t *pp)
{
	return pp->kind == PAGE_OBJECT && (pp->flags & PAGE_UNTOUCHED);
}

// Returns the first index in [index, end) with a page that has been used (page_is_untouched), or,
// with `data` false, the first index without such a page; `end` if there is none, or if the range
// is empty.
uint32_t pagetree_seek(const struct pagetree *tree, uint32_t index, uint32_t end, bool data);

// Store `pp`, not NULL, at `index`, at most PAGETREE_MAX_INDEX, which is empty, else it panics.
// Takes no reference. Returns 0; -ENOMEM, if fewer than PAGE_RESERVE pages would be left, too, with
// the pages unchanged, but perhaps with more nodes (object_drop_nodes).
int pagetree_insert(struct pagetree *tree, uint32_t index, page_t *pp);

// How many indexes a node of the lowest level has. To remove a range between two multiples of this
// number is cheap: whole nodes go.
#define PAGETREE_LEAF 64

// Find the first index in [first, end) that has a page, used or not. Returns true with the index in
// *store; false, with *store unchanged, if there is none.
bool pagetree_next(const struct pagetree *tree, uint32_t first, uint32_t end, uint32_t *store);

// Remove every page in [first, end), in order, and call drop(page, arg) for each, which must not
// use the tree; the tree had no reference on it. Nodes that are empty afterwards are freed, also
// those that were so before. Does not yield. Cannot fail.
void pagetree_remove(struct pagetree *tree, uint32_t first, uint32_t end,
                     void (*drop)(page_t *pp, void *arg), void *arg);
