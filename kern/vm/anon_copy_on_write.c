// anon_copy_on_write.c: faults on anonymous memory, and copy-on-write for it and for private
// mappings of files. The effect of a fault depends on the entry that it finds:
//
//	entry at the address           read                     write
//	-------------------------      ---------------------    --------------------------------
//	empty                          map the zero page        map a new page of zeroes
//	the zero page (read-only)      nothing: run again       map a new page, a copy of zeroes
//	a shared page (read-only)      nothing: run again       map a copy, drop the old reference
//	an exclusively owned page      nothing: run again       make the entry writable
//	a page, and its page table     nothing: run again       make the table private, run again:
//	is shared after fork                                    the next fault finds a case above
//	empty, and its page table      make the table private, then as for an empty entry
//	is shared after fork           (pte_install)
//
// A page is exclusively owned if one entry names it and nobody has pinned it. "Nothing: run again"
// means that another thread has handled this fault first. The zero page is always pinned, so a
// write to it always makes a new page. Fork turns owned pages into shared ones: it makes the
// entries read-only and counts each page once more (entry_inherit). A shared page becomes owned
// again when the other process ends or makes its own copy: the next write finds a count of 1.
#include "mem/page.h"
#include "vm/fault.h"
#include "vm/ptes.h"

// Install the new page `pp`, which has no reference yet, over the entry `expected`. Frees the page
// on failure. Returns 0, -EAGAIN or -ENOMEM, as pte_install.
static __always_inline int install_fresh(struct aspace *as, uintptr_t va, pte_t expected, page_t *pp)
{
	int error = pte_install(as, va, expected, pp, PTE_WRITABLE);

	if (unlikely(error))
		page_free(pp);
	return error;
}

// Returns true if the page that an entry names is exclusively owned, so that the space may write
// to it in place. The answer stays true while the fault runs: only fork could share the page, and
// fork needs as->lock for writing, which the fault holds for reading. A pinned page is copied: the
// holder of the pin may belong to another space, and would see the write.
static inline bool is_exclusively_owned(const page_t *pp)
{
	return pp->kind == PAGE_ANONYMOUS && pp->count == 1 && pp->pins == 0;
}

// Make the entry of an exclusively owned page writable, unless it has changed. No flush is needed:
// a translation left in the TLB can only cause one more fault. Returns 0: the program runs the
// instruction again in either case.
static inline int write_in_place(struct aspace *as, uintptr_t va, pte_t old)
{
	pte_t *pte;

	spin_lock(&as->pt_lock);
	pte = pgdir_walk(as->pgdir, va, 0);
	if (likely(pte && *pte == old))
		pte_grant(pte, old | PTE_W | PTE_D);
	spin_unlock(&as->pt_lock);
	return 0;
}

// Copy the page that `old` names, and install the copy. No program can change the contents
// meanwhile: every entry that names the old page is read-only. Returns 0, -EAGAIN or -ENOMEM.
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
	assert_read_held(&as->lock);
	if (unlikely(!(as->pgdir[PDX(va)] & PTE_W)))                // the table is shared
		return tables_make_private(as, va, va + PAGE_SIZE); // and the program runs again
	if (is_exclusively_owned(phys_to_page(PTE_ADDR(old))))
		return write_in_place(as, va, old);
	return write_to_copy(as, va, old);
}

// The rows and columns of the table above. pte_peek reads the entry without pt_lock: it may be out
// of date, and pte_install compares it again under the lock.
static int anon_fault(struct aspace *as, struct area *area, uintptr_t va, enum fault_access access)
{
	pte_t old = pte_peek(as, va);
	page_t *pp;
	int error;

	assert_read_held(&as->lock);
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
