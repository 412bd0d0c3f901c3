// anon_copy_on_write.c: faults on anonymous memory, and copy-on-write for it and for private
// mappings of files. The effect of a fault depends on the entry that it finds:
//
//	entry at the address           read                     write
//	-------------------------      ---------------------    --------------------------------
//	empty                          map the zero page        map a new page of zeroes
//	the zero page (read-only)      nothing: run again       map a new page of zeroes
//	a shared page (read-only)      nothing: run again       map a copy, drop the old reference
//	an exclusively owned page      nothing: run again       make the entry writable
//	a page, and its page table     nothing: run again       make the table private, then as
//	is shared after fork                                    above
//	empty or the zero page, and    make the table private, then as for an empty entry
//	its page table is shared       (pte_install)
//
// A page is exclusively owned if one entry names it and nobody has pinned it. "Nothing: run again"
// means that another thread has handled this fault first. Fork turns owned pages into shared ones: it makes the
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

__noinline int anon_install_copy(struct aspace *as, uintptr_t va, pte_t old, const page_t *from)
{
	page_t *copy;
	int error = page_alloc(&copy);

	if (unlikely(error))
		return error;
	page_copy(copy, from);
	return install_fresh(as, va, old, copy);
}

int anon_install_copy_as(struct aspace *as, uintptr_t va, pte_t old, const page_t *from, pte_t bits)
{
	page_t *copy;
	int error = page_alloc(&copy);

	if (error)
		return error;
	page_copy(copy, from);
	error = pte_install(as, va, old, copy, bits);
	if (error)
		page_free(copy);
	return error;
}

// anon_copy_on_write for an entry in a shared table: the table becomes private first. An entry that differs
// afterwards needs another fault or none: if all other spaces have left the table, it may be writable.
// Returns and caller: as anon_copy_on_write.
static __noinline int unshare_and_copy(struct aspace *as, uintptr_t va, pte_t old)
{
	int error = tables_make_private(as, va, va + PAGE_SIZE);

	assert_read_held(&as->lock);
	if (error || pte_peek(as, va) != (old & ~PTE_W))
		return error;
	return anon_copy_on_write(as, va, old & ~PTE_W);
}

int anon_copy_on_write(struct aspace *as, uintptr_t va, pte_t old)
{
	assert_read_held(&as->lock);
	if (unlikely(!(as->pgdir[PDX(va)] & PTE_W)))
		return unshare_and_copy(as, va, old);
	// This stays true while the fault runs: only fork could share the page, and needs the lock for writing.
	if (page_is_exclusive(phys_to_page(PTE_ADDR(old))))
		return write_in_place(as, va, old);
	return anon_install_copy(as, va, old, phys_to_page(PTE_ADDR(old)));
}

// Map a new page of zeroes at `va`, writable, in the place of `old`, which is empty or names the
// zero page. Returns 0; -EAGAIN if the entry is not `old` any more; -ENOMEM.
static __always_inline int map_zeroes(struct aspace *as, uintptr_t va, pte_t old)
{
	page_t *pp;
	int error = page_alloc_zeroed(&pp);

	return unlikely(error) ? error : install_fresh(as, va, old, pp);
}

// Handle a program's fault at `va`, which is page-aligned, in a private anonymous area: its memory
// is zeroes until the program writes to it. The area's protection admits `access`. The cases are
// the rows of the table at the head of this file:
// - The entry is empty. A read maps the zero page with the bits PTE_READABLE: all pages that have
//   only been read share it. A write maps a new page of zeroes.
// - The entry names the zero page. A write maps a new page of zeroes in its place. (Such an entry
//   lacks PTE_D, which all others have: a test of this bit saves most writes the comparison.)
// - The entry names another page. A write is handled by anon_copy_on_write.
// - A read of a page that is present: there is nothing to do.
// Read the entry by pte_peek, which takes no lock, and install pages by pte_install or
// install_fresh, which compare the entry with the value seen before.
// Caller: holds as->lock for reading.
// Returns 0; -EAGAIN if the entry has changed meanwhile; -ENOMEM. On an error nothing has changed.
static int anon_fault(struct aspace *as, struct area *area, uintptr_t va, enum fault_access access)
{
	pte_t old = pte_peek(as, va);

	assert_read_held(&as->lock);
	(void)area;
	if (old == 0)
		return access == ACCESS_WRITE ? map_zeroes(as, va, 0) :
		                                pte_install(as, va, 0, zero_page, PTE_READABLE);
	if (access == ACCESS_READ)
		return 0;
	if (!(old & PTE_D) && phys_to_page(PTE_ADDR(old)) == zero_page)
		return map_zeroes(as, va, old);
	return anon_copy_on_write(as, va, old);
}

const struct area_ops anon_ops = {
	.kind = "anonymous",
	.plain = &anon_ops,
	.registered = &uffd_anon_ops,
	.fault = anon_fault,
};
