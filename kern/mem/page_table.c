// page_table.c: allocate and free the pages of page tables and directories. A table is freed only
// when all its entries are 0, and a directory when its user half is. So they can be cached and
// need no clearing when they are used again; clearing would cost more than the rest of a small
// fork.
#include "mem/mem_internal.h"

pde_t *kernel_pgdir;

// In debug builds, panic unless the first `n` entries of a table or directory are 0. A stale entry
// in a new table would let a program see a page of another.
static inline void debug_check_clear(const page_t *pp, size_t n)
{
	const pte_t *entries = page_to_virt(pp);

	for (size_t i = 0; i < n; i++)
		debug_assert(entries[i] == 0);
}

// Asks mem_should_fail itself, because a page from the cache needs no page_alloc: tests want to
// see this allocation fail too.
int table_alloc(page_t **pp_store)
{
	page_t *pp;
	int error;

	if (mem_should_fail())
		return -ENOMEM;
	pp = page_cache_get(CACHE_TABLE);
	if (!pp) {
		error = page_alloc_zeroed(&pp);
		if (error)
			return error;
		pp->kind = PAGE_TABLE;
		pp->index = 0;
	}
	debug_check_clear(pp, PTRS_PER_TABLE);
	*pp_store = pp;
	return 0;
}

void table_free(page_t *pp)
{
	debug_check_clear(pp, PTRS_PER_TABLE);
	page_cache_put(CACHE_TABLE, pp);
}

// The kernel's half is copied once, when the page becomes a directory; it stays in the cache.
int directory_alloc(page_t **pp_store)
{
	page_t *pp;
	pde_t *pgdir;
	int error;

	if (mem_should_fail())
		return -ENOMEM;
	pp = page_cache_get(CACHE_DIRECTORY);
	if (!pp) {
		error = page_alloc(&pp);
		if (error)
			return error;
		pgdir = page_to_virt(pp);
		memset(pgdir, 0, USER_PDES * sizeof(*pgdir));
		memcpy(&pgdir[USER_PDES], &kernel_pgdir[USER_PDES],
		       (PTRS_PER_TABLE - USER_PDES) * sizeof(*pgdir));
		pp->kind = PAGE_DIRECTORY;
		pp->index = 0;
	}
	debug_check_clear(pp, USER_PDES);
	*pp_store = pp;
	return 0;
}

void directory_free(page_t *pp)
{
	debug_check_clear(pp, USER_PDES);
	page_cache_put(CACHE_DIRECTORY, pp);
}
