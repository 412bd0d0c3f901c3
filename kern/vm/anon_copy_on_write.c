// anon_copy_on_write.c: anonymous memory: zeroes at first, then whatever the program wrote; and copy-on-write,
// for it and for private mappings of files.
#include "mem/page.h"
#include "vm/internal.h"

// Put `pp`, fresh and unreferenced, where `expected` stands. On failure it goes back.
static __always_inline int install_fresh(struct aspace *as, uintptr_t va, pte_t expected, page_t *pp)
{
	int error = pte_install(as, va, expected, pp, PTE_WRITABLE);

	if (unlikely(error))
		page_free(pp);
	return error;
}

// Is the page behind an entry the space's alone, so that it may be written in place? Nobody can change
// that under us: forks need the space's lock for writing, which the fault holds for reading.
static inline bool page_is_own(const page_t *pp)
{
	return pp->kind == PAGE_ANONYMOUS && pp->count == 1 && pp->pins == 0;
}

// Let the space write to its own page, unless the entry has changed.
static inline int write_in_place(struct aspace *as, uintptr_t va, pte_t old)
{
	pte_t *pte;

	spin_lock(&as->pt_lock);
	pte = entry_to_change(as->pgdir, va);
	if (likely(pte && *pte == old))
		pte_grant(pte, old | PTE_W | PTE_D);
	spin_unlock(&as->pt_lock);
	return 0;
}

static __noinline int write_to_copy(struct aspace *as, uintptr_t va, pte_t old)
{
	page_t *copy;
	int error = page_alloc(&copy);

	if (unlikely(error))
		return error;
	page_copy(copy, phys_to_page(PTE_ADDR(old)));
	return install_fresh(as, va, old, copy);
}

int anon_copy_on_write(struct aspace *as, uintptr_t va, pte_t old)
{
	if (unlikely(!entry_to_change(as->pgdir, va)))
		return tables_make_private(as, va, va + PAGE_SIZE); // and then look again
	if (page_is_own(phys_to_page(PTE_ADDR(old))))
		return write_in_place(as, va, old);
	return write_to_copy(as, va, old);
}

static int anon_fault(struct aspace *as, struct area *area, uintptr_t va, enum fault_access access)
{
	pte_t old = pte_peek(as, va);
	page_t *pp;
	int error;

	(void)area;
	if (old)
		return access == ACCESS_WRITE ? anon_copy_on_write(as, va, old) : 0;
	if (access == ACCESS_READ)
		return pte_install(as, va, 0, zero_page, PTE_READABLE);
	error = page_alloc_zeroed(&pp);
	if (unlikely(error))
		return error;
	return install_fresh(as, va, 0, pp);
}

const struct area_ops anon_ops = { .kind = "anonymous", .fault = anon_fault };
