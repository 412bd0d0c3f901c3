// page_table.c: the pages of page tables and directories. A table is given back only when every entry is
// 0 again, and so is a directory's user half. So they can be kept and need not be cleared a second
// time, which would cost more than all the rest of a small fork.
#include "mem/mem_internal.h"

// Debug builds: panic unless the first `n` entries of a table or directory are 0.
static inline void debug_check_clear(const page_t *pp, size_t n)
{
	const pte_t *entries = page_to_virt(pp);

	for (size_t i = 0; i < n; i++)
		debug_assert(entries[i] == 0);
}

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
