// pagetree.h: pages by index. See struct pagetree in object.h; its owner's lock guards it.
#pragma once

#include "vm/object.h"

#define PAGETREE_MAX_INDEX ((1u << 30) - 1)

// The page at `index`, or NULL.
page_t *pagetree_get(const struct pagetree *tree, uint32_t index);

// Is it a page that stands for a hole as yet?
static inline bool page_is_untouched(const page_t *pp)
{
	return pp->kind == PAGE_OBJECT && (pp->flags & PAGE_UNTOUCHED);
}

// The first index in [index, end) with a page that is not untouched, or with `data` false the first without
// such a page; `end` if there is none.
uint32_t pagetree_seek(const struct pagetree *tree, uint32_t index, uint32_t end, bool data);

// Put `pp` at `index`, which is empty. 0 or -ENOMEM.
int pagetree_insert(struct pagetree *tree, uint32_t index, page_t *pp);

#define PAGETREE_LEAF \
	64 // indexes of a lowest node: a range between multiples of it is cheap to remove

// The first index in [first, end) that has a page, in *store. Returns true if there is one.
bool pagetree_next(const struct pagetree *tree, uint32_t first, uint32_t end, uint32_t *store);

// Take out every page in [first, end), and call `drop` for each.
void pagetree_remove(struct pagetree *tree, uint32_t first, uint32_t end,
                     void (*drop)(page_t *pp, void *arg), void *arg);
