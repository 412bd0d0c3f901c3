// uffd_fill.c: userfaultfd's fills: pages that a handler brings into a registered area. Nothing is
// copied under a lock that a page fault may need: if the source is not present, the locks are
// released, the bytes copied, and everything looked up again.
#include "mem/page.h"
#include "thread/why.h"
#include "thread/yield.h"
#include "vm/area_edit.h"
#include "vm/object_internal.h"
#include "vm/pagetree.h"
#include "vm/uaccess.h"
#include "vm/uffd_internal.h"

// About how many instructions a page takes, beside its contents.
#define FILL_COST 1500
#define FAULT_IN_COST 100 // and a page of a source that is present

// Find the area of a fill. Returns 0 with the area in *store; -ENOENT unless the range lies in one
// registered area; -EAGAIN while mappings change; -EINVAL if the area does not have such fills.
// Caller: holds as->lock.
static int find_area(const struct uffd *uffd, struct aspace *as, const struct uffd_fill *fill,
                     struct area **store)
{
	struct area *area = *store = area_of_fault(as, fill->start);

	assert_read_held(&as->lock);
	if (!area || area->end - fill->start < fill->len || !area->uffd)
		return WHY(-ENOENT, "%#x bytes from %#x do not lie in one registered area",
		           fill->len, fill->start);
	if (uffd->changing)
		return WHY(-EAGAIN, "mappings change, and the message is not read yet");
	if (fill->protect && !(area->flags & AREA_UFFD_WP))
		return WHY(-EINVAL, "%#x is not registered for write-protection", fill->start);
	if (fill->kind == UFFD_CONTINUE && !area->object)
		return WHY(-EINVAL, "%#x is anonymous memory, which no object has", fill->start);
	if (unlikely(area->ops->uncut) &&
	    (fill->kind == UFFD_ZEROPAGE || uncut_at(area->ops, fill->start | fill->len)))
		return WHY(-EINVAL, "%#x has large pages, which are filled whole, and never so",
		           fill->start);
	return 0;
}

// find_area after as->lock was released: -ENOENT too if the area there now has other pages: large ones
// where it had small ones (`large` is false), or the reverse.
static int find_again(const struct uffd *uffd, struct aspace *as, const struct uffd_fill *fill,
                      bool large, struct area **store)
{
	int error = find_area(uffd, as, fill, store);

	if (!error && !!(*store)->ops->uncut != large)
		error = WHY(-ENOENT, "the pages at %#x have another size now", fill->start);
	return error;
}

// Map `pp` at `va`, where no page is, with the flags `bits`. Every fill installs its pages by this
// function. Takes a reference on `pp`. A marker gives way, unless `empty_only`. In an area without
// any access the entry is PROT_NONE.
// Returns 0; -EEXIST if a page is there; -ENOMEM. Caller: holds as->lock.
static int install(struct aspace *as, const struct area *area, uintptr_t va, page_t *pp, pte_t bits,
                   bool empty_only)
{
	pte_t old = 0;
	int error;

	assert_read_held(&as->lock);
	if (!(area->prot & PROT_WRITE) || (bits & PTE_UFFD_WP))
		bits &= ~PTE_W;
	if (area->prot == 0)
		bits = (bits & ~PTE_P) | PTE_PROT_NONE;
	while ((error = pte_install(as, va, old, pp, bits)) == -EAGAIN) {
		old = pte_peek(as, va);
		if (old && (!pte_marker(old) || empty_only))
			return -EEXIST;
	}
	return error;
}

// Map `pp`, a new page of zeroes or with the bytes of a COPY. In a shared mapping it becomes the
// object's page first, so it must be a hole there; a private mapping leaves the object as it is.
// Both locks are held until the entry is installed: else a truncation could run in between.
// Returns 0; -EFAULT beyond the object's end; -EEXIST; -ENOMEM. Caller: holds as->lock.
static int install_new(struct aspace *as, const struct area *area, uintptr_t va, page_t *pp,
                       pte_t bits)
{
	struct object *obj = area->object;
	uint32_t index = (uint32_t)((area->offset + (va - area->start)) >> PAGE_SHIFT);
	bool beyond, share = area->flags & AREA_SHARED;
	int error = 0;

	assert_read_held(&as->lock);
	if (!obj)
		return install(as, area, va, pp, bits, false);
	object_lock_settled(obj);
	if (uffd_object_page(area, va, &beyond) && share)
		error = -EEXIST;
	if (beyond)
		error = WHY(-EFAULT, "%#x lies beyond the end of the file", va);
	if (!error && share)
		error = page_may_last(1) ? object_insert_page(obj, index, pp) : -ENOMEM;
	if (!error) {
		error = install(as, area, va, pp, bits, false);
		if (error && share)
			object_remove_page(obj, index);
	}
	mutex_unlock(&obj->lock);
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
// the errors of find_again. Caller: holds as->lock for reading.
static int copy_absent(const struct uffd *uffd, struct aspace *as, const struct uffd_fill *fill,
                       page_t *pp, uintptr_t source, struct area **area)
{
	int error;

	assert_read_held(&as->lock);
	rwlock_read_unlock(&as->lock);
	error = copyin(aspace_current(), page_to_virt(pp), (__force const void __user *)source,
	               PAGE_SIZE);
	rwlock_read_lock(&as->lock);
	return error ? error : find_again(uffd, as, fill, false, area);
}

// Returns the flags of the entry of a page that a fill makes.
static pte_t page_bits(const struct uffd_fill *fill)
{
	return PTE_WRITABLE | (fill->protect ? PTE_UFFD_WP : 0);
}

// UFFDIO_COPY of the page at `va`: a new page with the bytes of the source. Returns 0, or the errors
// of uffd_fill; then the new page is free again.
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
	page_incref(pp);
	if (!copy_present(pp, source))
		error = copy_absent(uffd, as, fill, pp, source, &area);
	if (!error)
		error = install_new(as, area, va, pp, page_bits(fill));
	page_decref(pp);
	return error;
}

// UFFDIO_ZEROPAGE of the page at `va`. Private memory gets the zero page, until the first write;
// the object of a shared mapping gets a page of its own. Returns 0, -EFAULT, -EEXIST or -ENOMEM.
// Caller: holds as->lock.
static int zero_fill_page(struct aspace *as, const struct area *area, uintptr_t va)
{
	bool beyond = false;
	page_t *pp;
	int error;

	assert_read_held(&as->lock);
	if (area->flags & AREA_SHARED) {
		error = page_alloc_zeroed(&pp);
		if (error)
			return error;
		page_incref(pp);
		error = install_new(as, area, va, pp, PTE_WRITABLE);
		page_decref(pp);
		return error;
	}
	if (area->object)
		object_lock_settled(area->object);
	if (area->object)
		(void)uffd_object_page(area, va, &beyond);
	error = beyond ? -EFAULT : install(as, area, va, zero_page, PTE_READABLE, true);
	if (area->object)
		mutex_unlock(&area->object->lock);
	return error;
}

// UFFDIO_CONTINUE of the page at `va`: map the page that the object has. A private mapping gets it
// read-only. Returns 0; -EFAULT if the object has no such page; -EINVAL beyond its end; -EEXIST;
// -ENOMEM.
// Caller: holds as->lock.
static int continue_page(struct aspace *as, const struct uffd_fill *fill, const struct area *area,
                         uintptr_t va)
{
	bool beyond, share = area->flags & AREA_SHARED;
	pte_t bits = share ? page_bits(fill) : PTE_READABLE | (page_bits(fill) & PTE_UFFD_WP);
	page_t *pp;
	int error;

	assert_read_held(&as->lock);
	object_lock_settled(area->object);
	pp = uffd_object_page(area, va, &beyond);
	if (!pp || beyond) {
		error = WHY(beyond ? -EINVAL : -EFAULT, "the object has no page for %#x", va);
	} else {
		if (page_is_untouched(pp))
			pp->flags &= (uint8_t)~PAGE_UNTOUCHED;
		error = install(as, area, va, pp, bits, false);
	}
	mutex_unlock(&area->object->lock);
	return error;
}

// UFFDIO_POISON of the page at `va`: a marker, where there is neither a page nor a marker. Returns 0;
// -EAGAIN if the area is not the one that note_poison has seen; -EFAULT beyond the object's end;
// -EEXIST; -ENOMEM. Caller: holds as->lock.
static int poison_page(struct aspace *as, const struct area *area, uintptr_t va)
{
	bool beyond = false;
	int error = 0;
	pte_t *pte;

	assert_read_held(&as->lock);
	if (!(area->flags & AREA_MARKED))
		return WHY(-EAGAIN, "the mapping at %#x has changed meanwhile", va);
	if (area->object) {
		object_lock_settled(area->object);
		(void)uffd_object_page(area, va, &beyond);
		mutex_unlock(&area->object->lock);
	}
	if (beyond)
		return -EFAULT;
	spin_lock(&as->pt_lock);
	pte = pte_to_change(as, va);
	if (!pte)
		error = -ENOMEM;
	else if (*pte)
		error = -EEXIST;
	else
		pte_store(as->pgdir, va, pte, PTE_MARKER_POISON);
	spin_unlock(&as->pt_lock);
	return error;
}

// Make [start, end) of the current space present, as far as a read does so. Yields. Returns 0; -EFAULT;
// -EINTR if the thread is killed. Caller: holds no lock.
static int fault_in(uintptr_t start, uintptr_t end)
{
	int error = 0;
	char byte;

	assert_no_lock();
	for (uintptr_t va = start; va < end && !error; va = ROUND_DOWN(va, PAGE_SIZE) + PAGE_SIZE) {
		error = get_user(aspace_current(), &byte, (__force const char __user *)va);
		if (!error)
			error = yield_after(FAULT_IN_COST);
	}
	return error;
}

// Fill the large page at `va`. If the source of a copy is not present, it is made so with no lock held,
// and all begins anew. Returns 0 or the errors of uffd_fill.
// Caller: holds as->lock for reading, which may be released meanwhile.
static __noinline int fill_large(struct uffd *uffd, struct aspace *as, const struct uffd_fill *fill,
                                 struct area *area, uintptr_t va)
{
	uintptr_t source = fill->source + (va - fill->start);
	size_t present;
	int error;

	assert_read_held(&as->lock);
	if (fill->kind == UFFD_CONTINUE)
		return uffd_large_continue(as, fill, area, va);
	if (fill->kind == UFFD_POISON)
		return uffd_large_poison(as, area, va);
	for (;;) {
		error = uffd_large_copy(as, fill, area, va, &present);
		if (present == LARGE_SIZE)
			return error;
		rwlock_read_unlock(&as->lock);
		error = fault_in(source + present, source + LARGE_SIZE);
		rwlock_read_lock(&as->lock);
		if (!error)
			error = find_again(uffd, as, fill, true, &area);
		if (error)
			return error;
	}
}

// Fill the page at `va`. Each page is a step of its own, with the lock taken anew, so that a change
// of the areas need not wait for a long fill. Stores the size of the page in *size. Returns 0 or the
// errors of uffd_fill.
static int fill_page(struct uffd *uffd, struct aspace *as, const struct uffd_fill *fill,
                     uintptr_t va, size_t *size)
{
	struct area *area;
	int error;

	rwlock_read_lock(&as->lock);
	error = find_area(uffd, as, fill, &area);
	*size = error ? 0 : ops_align(area->ops);
	if (!error && unlikely(area->ops->uncut))
		error = fill_large(uffd, as, fill, area, va);
	else if (!error && fill->kind == UFFD_COPY)
		error = copy_page(uffd, as, fill, area, va);
	else if (!error && fill->kind == UFFD_ZEROPAGE)
		error = zero_fill_page(as, area, va);
	else if (!error && fill->kind == UFFD_CONTINUE)
		error = continue_page(as, fill, area, va);
	else if (!error)
		error = poison_page(as, area, va);
	rwlock_read_unlock(&as->lock);
	return error;
}

// The area is going to have poison markers: note that, so that its backend looks for them even
// when the registration has ended. Returns 0, or the errors of find_area. Caller: holds no lock.
static int note_poison(struct uffd *uffd, struct aspace *as, const struct uffd_fill *fill)
{
	struct area *area;
	int error;

	assert_no_lock();
	rwlock_write_lock(&as->lock);
	error = find_area(uffd, as, fill, &area);
	if (!error)
		area->flags |= AREA_MARKED;
	rwlock_write_unlock(&as->lock);
	return error;
}

ssize_t uffd_fill(struct uffd *uffd, struct aspace *as, const struct uffd_fill *fill)
{
	size_t done = 0, size;
	int error = 0;

	assert_no_lock();
	if (fill->kind == UFFD_POISON)
		error = note_poison(uffd, as, fill);
	while (done < fill->len && !error) {
		error = fill_page(uffd, as, fill, fill->start + done, &size);
		if (!error)
			done += size;
		if (!error)
			error = yield_after(FILL_COST);
	}
	return done ? (ssize_t)done : error;
}
