// anon.c: anonymous memory: zeroes at first, then whatever the program wrote; and copy-on-write,
// for it and for private mappings of files.
#include "mem/page.h"
#include "vm/internal.h"

// Put `pp`, fresh and unreferenced, where `expected` stands. On failure it goes back.
static int install_fresh(struct aspace *as, const struct area *area, uintptr_t va, pte_t expected,
                         page_t *pp)
{
	int error = pte_install(as, va, expected, pp, pte_bits(area->prot, true));

	if (unlikely(error))
		page_free(pp);
	return error;
}

static int anon_fault(struct aspace *as, struct area *area, uintptr_t va, enum fault_access access)
{
	pte_t old = pte_peek(as, va);
	page_t *pp;
	int error;

	if (old)
		return access == ACCESS_WRITE ? anon_copy_on_write(as, area, va, old) : 0;
	if (access == ACCESS_READ)
		return pte_install(as, va, 0, zero_page, pte_bits(area->prot, false));
	error = page_alloc_zeroed(&pp);
	if (unlikely(error))
		return error;
	return install_fresh(as, area, va, 0, pp);
}

// Is the page behind an entry the space's alone, so that it may be written in place?
static bool page_is_own(const page_t *pp)
{
	return pp->kind == PAGE_ANONYMOUS && pp->count == 1 && pp->pins == 0;
}

int anon_copy_on_write(struct aspace *as, const struct area *area, uintptr_t va, pte_t old)
{
	page_t *pp = phys_to_page(PTE_ADDR(old)), *copy;
	pte_t *pte;
	int error;

	if (page_is_own(pp)) {
		spin_lock(&as->pt_lock);
		pte = pgdir_walk(as->pgdir, va, 0);
		if (pte && *pte == old && page_is_own(pp))
			pte_store(as->pgdir, va, pte, old | PTE_W | PTE_D);
		spin_unlock(&as->pt_lock);
		return 0;
	}
	error = page_alloc(&copy);
	if (error)
		return error;
	page_copy(copy, pp);
	return install_fresh(as, area, va, old, copy);
}

const struct area_ops anon_ops = { "anonymous", anon_fault };
