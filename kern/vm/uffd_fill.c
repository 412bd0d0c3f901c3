// uffd_fill.c: userfaultfd's fills: pages that a handler brings into a registered area. Nothing is
// copied under a lock that a page fault may need: if the source is not present, the locks are
// released, the bytes copied, and everything looked up again.
#include "mem/page.h"
#include "thread/why.h"
#include "thread/yield.h"
#include "vm/area_edit.h"
#include "vm/uaccess.h"
#include "vm/uffd_internal.h"

// About how many instructions a page takes, beside its contents.
#define FILL_COST 1500

// Find the area of a fill. Returns 0 with the area in *store; -ENOENT unless the range lies in one
// registered area; -EAGAIN while mappings change; -EINVAL if the area does not have such fills.
// Caller: holds as->lock.
static int find_area(const struct uffd *uffd, struct aspace *as, const struct uffd_fill *fill,
                     struct area **store)
{
	struct area *area = *store = area_find(&as->areas, fill->start);

	assert_read_held(&as->lock);
	if (!area || area->end - fill->start < fill->len || !area->uffd)
		return WHY(-ENOENT, "%#x bytes from %#x do not lie in one registered area",
		           fill->len, fill->start);
	if (uffd->changing)
		return WHY(-EAGAIN, "mappings change, and the message is not read yet");
	if (fill->protect && !(area->flags & AREA_UFFD_WP))
		return WHY(-EINVAL, "%#x is not registered for write-protection", fill->start);
	return 0;
}

// Map `pp` at `va`, where no page is, with the flags `bits`. Every fill installs its pages by this
// function. Takes a reference on `pp`. In an area without any access the entry is PROT_NONE.
// Returns 0; -EEXIST if a page is there; -ENOMEM. Caller: holds as->lock.
static int install(struct aspace *as, const struct area *area, uintptr_t va, page_t *pp, pte_t bits)
{
	int error;

	assert_read_held(&as->lock);
	if (!(area->prot & PROT_WRITE))
		bits &= ~PTE_W;
	if (area->prot == 0)
		bits = (bits & ~PTE_P) | PTE_PROT_NONE;
	do {
		pte_t old = pte_peek(as, va);

		error = uffd_fillable(old) ? pte_install(as, va, old, pp, bits) : -EEXIST;
	} while (error == -EAGAIN);
	return error;
}

// Copy the page at `source` in the current space to `pp`, without handling a fault. Returns true if
// all of it was present.
static bool copy_present(page_t *pp, uintptr_t source)
{
	return copyin_nofault(page_to_virt(pp), (__force const void __user *)source, PAGE_SIZE) ==
	       PAGE_SIZE;
}

// Copy the page at `source` in the current space to `pp`, with the faults that it takes. They need
// as->lock, so it is released meanwhile, and the area of the fill found again. Returns 0; -EFAULT;
// the errors of find_area. Caller: holds as->lock for reading.
static int copy_absent(const struct uffd *uffd, struct aspace *as, const struct uffd_fill *fill,
                       page_t *pp, uintptr_t source, struct area **area)
{
	int error;

	assert_read_held(&as->lock);
	rwlock_read_unlock(&as->lock);
	error = copyin(aspace_current(), page_to_virt(pp), (__force const void __user *)source,
	               PAGE_SIZE);
	rwlock_read_lock(&as->lock);
	return error ? error : find_area(uffd, as, fill, area);
}

// UFFDIO_COPY of the page at `va`, into private memory: a new page with the bytes of the source.
// Returns 0, or the errors of uffd_fill; then the new page is free again.
// Caller: holds as->lock for reading, which may be released meanwhile.
static int copy_page(struct uffd *uffd, struct aspace *as, const struct uffd_fill *fill,
                     struct area *area, uintptr_t va)
{
	uintptr_t source = fill->source + (va - fill->start);
	page_t *pp;
	int error = page_alloc(&pp);

	assert_read_held(&as->lock);
	if (error)
		return error;
	if (!copy_present(pp, source))
		error = copy_absent(uffd, as, fill, pp, source, &area);
	if (!error)
		error = install(as, area, va, pp, PTE_WRITABLE);
	if (error)
		page_free(pp);
	return error;
}

// UFFDIO_ZEROPAGE of the page at `va`, in private memory: the zero page, until the first write.
// Returns 0, -EEXIST or -ENOMEM. Caller: holds as->lock.
static int zero_fill_page(struct aspace *as, const struct area *area, uintptr_t va)
{
	assert_read_held(&as->lock);
	return install(as, area, va, zero_page, PTE_READABLE);
}

// Fill the page at `va`. Each page is a step of its own, with the lock taken anew, so that a change
// of the areas need not wait for a long fill. Returns 0 or the errors of uffd_fill.
static int fill_page(struct uffd *uffd, struct aspace *as, const struct uffd_fill *fill,
                     uintptr_t va)
{
	struct area *area;
	int error;

	rwlock_read_lock(&as->lock);
	error = find_area(uffd, as, fill, &area);
	if (!error)
		error = fill->kind == UFFD_COPY ? copy_page(uffd, as, fill, area, va) :
		                                  zero_fill_page(as, area, va);
	rwlock_read_unlock(&as->lock);
	return error;
}

ssize_t uffd_fill(struct uffd *uffd, struct aspace *as, const struct uffd_fill *fill)
{
	size_t done = 0;
	int error = 0;

	assert_no_lock();
	while (done < fill->len && !error) {
		error = fill_page(uffd, as, fill, fill->start + done);
		if (!error)
			done += PAGE_SIZE;
		if (!error)
			error = yield_after(FILL_COST);
	}
	return done ? (ssize_t)done : error;
}
