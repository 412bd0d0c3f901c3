// forced_access.c: a tracer's reads and writes, which go beyond the protection of areas: it reads memory
// without any access, and writes breakpoints into a program's text.
//
// Such a write changes private memory only, by a copy of its own as copy-on-write makes it. The program's
// permissions stay: an entry of the page tables never becomes writable, and in memory without any access it
// stays a PROT_NONE entry.
#include "mem/page.h"
#include "thread/yield.h"
#include "vm/area_edit.h"
#include "vm/fault.h"
#include "vm/ptes.h"
#include "vm/uaccess.h"

#define PAGE_COST 3000 // about how many instructions it takes to copy a page
#define TRIES 8        // how often a page may vanish between its fault and its use

// Returns true if `area` may be accessed against its protection: if it consists of small pages, and for a
// write if it is private.
static bool can_force(const struct area *area, enum fault_access access)
{
	const struct area_ops *plain = area->ops->plain;

	if (area_admits(area, access) || (plain != &anon_ops && plain != &object_ops))
		return false;
	return access == ACCESS_READ || !(area->flags & AREA_SHARED);
}

// Let the area's backend bring the page at `va`, as for a read. If the area admits no access, the entry
// becomes a PROT_NONE entry at once: no thread of the program has run meanwhile. Returns 0 or -errno.
// Caller: holds the space's lock for writing; the table for `va` is private.
static int bring_page(struct area *area, uintptr_t va)
{
	struct aspace *as = area->as;
	int error = area->ops->fault(as, area, va, ACCESS_READ);
	pte_t *pte;

	assert_write_held(&as->lock);
	if ((error && error != -EAGAIN) || area->prot)
		return error == -EAGAIN ? 0 : error;
	spin_lock(&as->pt_lock);
	pte = pgdir_walk(as->pgdir, va, 0);
	if (pte && pte_present(*pte))
		pte_store(as->pgdir, va, pte, (*pte & ~(PTE_P | PTE_W)) | PTE_PROT_NONE);
	spin_unlock(&as->pt_lock);
	return 0;
}

// Give the space a copy of the page that `old`, the entry for `va`, names, with the permissions of `old` but
// without PTE_W. If the space owns the page exclusively, it stays. Either counts as written (PTE_D).
// Returns 0, -EAGAIN or -ENOMEM. Caller: holds the space's lock for writing; the table for `va` is private.
static int own_page(struct aspace *as, uintptr_t va, pte_t old)
{
	const page_t *from = entry_page(old);
	pte_t bits = (old & (PAGE_SIZE - 1) & ~PTE_W) | PTE_D, *pte;

	assert_write_held(&as->lock);
	if (!page_is_exclusive(from))
		return anon_install_copy_as(as, va, old, from, bits);
	spin_lock(&as->pt_lock);
	pte = pgdir_walk(as->pgdir, va, 0);
	if (pte && *pte == old && !(old & PTE_D))
		pte_store(as->pgdir, va, pte, old | PTE_D);
	spin_unlock(&as->pt_lock);
	return 0;
}

// Find the page at `va` in `area`, which a read or a write may use (can_force), and pin it. Returns 0 or
// -errno. Caller: holds the space's lock for writing.
static int pin_in_area(struct area *area, uintptr_t va, enum fault_access access, page_t **pp_store)
{
	struct aspace *as = area->as;
	int error = tables_make_private(as, va, va + PAGE_SIZE);
	pte_t old;

	assert_write_held(&as->lock);
	for (unsigned int i = 0; i < TRIES && !error; i++) {
		old = pte_peek(as, va);
		if (!pte_has_page(old)) {
			error = bring_page(area, va);
			continue;
		}
		if (access == ACCESS_WRITE) {
			error = own_page(as, va, old);
			old = pte_peek(as, va);
			if (error == -EAGAIN) {
				error = 0;
				continue;
			}
		}
		if (!error && pte_has_page(old)) {
			*pp_store = entry_page(old);
			return page_pin(*pp_store);
		}
	}
	return error ? error : -EFAULT;
}

// Find the page at `va` and pin it: as an access by the program, or beyond its protection. Does not wait
// for a handler of a userfaultfd. Returns 0 or -errno. Caller: holds no lock.
static int pin_forced(struct aspace *as, uintptr_t va, enum fault_access access, page_t **pp_store)
{
	struct area *area;
	int error = aspace_pin_page_now(as, va, access, pp_store);

	assert_no_lock();
	if (error != -EFAULT || va >= ULIM)
		return error;
	rwlock_write_lock(&as->lock);
	area = area_find(&as->areas, va);
	if (area && can_force(area, access))
		error = pin_in_area(area, ROUND_DOWN(va, PAGE_SIZE), access, pp_store);
	rwlock_write_unlock(&as->lock);
	return error;
}

// Copy `len` bytes between the kernel's memory and the user's at `va`. Returns how many were copied.
static size_t forced_copy(struct aspace *as, uintptr_t va, void *kernel, size_t len,
                          enum fault_access access)
{
	size_t done = 0;

	while (done < len) {
		size_t at = (va + done) % PAGE_SIZE, n = MIN(len - done, PAGE_SIZE - at);
		page_t *pp;
		char *page;

		if (pin_forced(as, va + done, access, &pp))
			break;
		page = page_to_virt(pp);
		if (access == ACCESS_WRITE)
			memcpy(page + at, (char *)kernel + done, n);
		else
			memcpy((char *)kernel + done, page + at, n);
		page_unpin(pp);
		done += n;
		if (yield_after(PAGE_COST))
			break;
	}
	return done;
}

size_t aspace_read_forced(struct aspace *as, void *dst, const void __user *src, size_t len)
{
	assert_no_lock();
	return forced_copy(as, user_address(src), dst, user_part(src, len), ACCESS_READ);
}

size_t aspace_write_forced(struct aspace *as, void __user *dst, const void *src, size_t len)
{
	assert_no_lock();
	return forced_copy(as, user_address(dst), (void *)src, user_part(dst, len), ACCESS_WRITE);
}
