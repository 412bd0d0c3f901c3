// object.c: memory objects: make and free them, find and make their pages, handle faults on them.
#include "vm/object.h"

#include "mem/heap.h"
#include "mem/large_pool.h"
#include "thread/yield.h"
#include "vm/fault.h"
#include "vm/object_internal.h"
#include "vm/pagetree.h"
#include "vm/ptes.h"
#include <abi/fcntl.h>
#include <abi/mman.h>

#define ADOPT_COST 200 // about how many instructions it takes to insert a page

const struct object_host_hooks *object_host_hooks;

// Make an empty object whose pages have 1 << shift bytes. From kzalloc_lasting: a file outlives
// the program that makes it, so it must not use the last pages.
static struct object *create(unsigned int shift)
{
	struct object *obj = kzalloc_lasting(sizeof(*obj));

	if (!obj)
		return NULL;
	mutex_init(&obj->lock, "object", RANK_OBJECT);
	list_init(&obj->areas);
	waitq_init(&obj->settled);
	obj->refs = 1;
	obj->seals = F_SEAL_SEAL;
	obj->shift = shift;
	return obj;
}

struct object *object_create(void)
{
	return create(PAGE_SHIFT);
}

struct object *object_create_large(void)
{
	return create(LARGE_SHIFT);
}

// Nobody else knows the object any more, so its lock is not needed. No area may be left: each area
// holds a reference.
void object_put(struct object *obj)
{
	if (__atomic_sub_fetch(&obj->refs, 1, __ATOMIC_ACQ_REL))
		return;
	assert(list_empty(&obj->areas) && obj->writing_areas == 0);
	assert_may_yield();
	while (object_drop_some(obj, 0, UINT32_MAX))
		thread_yield_point();
	object_drop_nodes(obj);
	object_unreserve(obj, 0, UINT32_MAX);
	kfree(obj);
}

int object_insert_page(struct object *obj, uint32_t index, page_t *pp)
{
	int error = pagetree_insert(&obj->pages, index, pp);

	assert_mutex_held(&obj->lock);
	if (error)
		return error;
	if (pp->kind != PAGE_LARGE)
		pp->kind = PAGE_OBJECT;
	pp->owner = obj;
	pp->index = index;
	page_incref(pp);
	obj->resident++;
	return 0;
}

int object_adopt_page(struct object *obj, uint32_t index, page_t *pp)
{
	int error;

	mutex_lock(&obj->lock);
	error = object_insert_page(obj, index, pp);
	(void)yield_due(ADOPT_COST);
	mutex_unlock(&obj->lock);
	return error;
}

// Fill the hole at `index` with a new page of zeroes. Returns 0; -ENOSPC if only the pages are
// left that objects must leave to others; -ENOMEM. Caller: holds the object's lock.
static int make_small(struct object *obj, uint32_t index, page_t **pp_store)
{
	int error;

	assert_mutex_held(&obj->lock);
	if (!page_may_last(1))
		return -ENOSPC;
	error = page_alloc_zeroed(pp_store);
	if (error)
		return error;
	error = object_insert_page(obj, index, *pp_store);
	if (error)
		page_free(*pp_store);
	return error;
}

// Like make_small, with a large page: the one reserved for this hole, or a free one.
// object_fill_large releases the lock meanwhile; `changing` keeps others from filling this hole.
// Returns 0 or -ENOMEM. Caller: holds the object's lock, got by object_lock_settled.
static int make_large(struct object *obj, uint32_t index, page_t **pp_store)
{
	bool reserved = pagetree_get(&obj->reservations, index);
	int error = large_alloc(pp_store, reserved);

	assert_mutex_held(&obj->lock);
	if (error)
		return error;
	object_fill_large(obj, *pp_store, NULL);
	error = object_insert_page(obj, index, *pp_store);
	if (error)
		large_return(*pp_store, reserved);
	else if (reserved)
		object_reserve_used(obj, index);
	return error;
}

// The caller is about to use the page, so the page no longer counts as untouched.
int object_find_or_make(struct object *obj, uint32_t index, page_t **pp_store)
{
	page_t *pp = *pp_store = pagetree_get(&obj->pages, index);

	assert_mutex_held(&obj->lock);
	if (pp) {
		if (unlikely(page_is_untouched(pp)))
			pp->flags &= (uint8_t)~PAGE_UNTOUCHED;
		return 0;
	}
	return obj->shift == PAGE_SHIFT ? make_small(obj, index, pp_store) :
	                                  make_large(obj, index, pp_store);
}

// An object of large pages has its tree indexed by large pages: the upper bits of `index` choose
// the large page, the lower bits the part. The pin keeps the page alive after the lock is
// released, even if a truncation removes it from the object.
int object_page(struct object *obj, uint32_t index, bool create, page_t **pp_store)
{
	unsigned int bits = obj->shift - PAGE_SHIFT;
	page_t *pp;
	int error = 0;

	if (create)
		object_lock_settled(obj);
	else
		mutex_lock(&obj->lock);
	if (create)
		error = object_find_or_make(obj, index >> bits, &pp);
	else if (!(pp = pagetree_get(&obj->pages, index >> bits)))
		error = -ENOENT;
	if (!error && page_pin(pp))
		error = -ENOMEM;
	if (!error)
		*pp_store = pp + index % (1u << bits);
	mutex_unlock(&obj->lock);
	return error;
}

// The second allocation of a page makes it count as data, as the contract says: then `there` is
// true, and object_find_or_make has cleared the mark.
int object_allocate_page(struct object *obj, uint32_t index)
{
	unsigned int bits = obj->shift - PAGE_SHIFT;
	bool there;
	page_t *pp;
	int error;

	object_lock_settled(obj);
	there = pagetree_get(&obj->pages, index >> bits);
	error = object_find_or_make(obj, index >> bits, &pp);
	if (!error && !there && obj->shift == PAGE_SHIFT)
		pp->flags |= PAGE_UNTOUCHED;
	mutex_unlock(&obj->lock);
	return error;
}

// Find the object's page that belongs at `va` in `area`, or make it: holes are filled on the way.
// Returns 0; -ENXIO if `va` lies beyond the end of the object; -ENOMEM or -ENOSPC.
// Caller: holds the object's lock, until the entry is installed. Without this a truncation could
// run in between, and the mapping would keep a page that the file no longer has.
static int page_for(const struct area *area, uintptr_t va, page_t **pp_store)
{
	struct object *obj = area->object;
	uint64_t offset = area->offset + (va - area->start);

	assert_mutex_held(&obj->lock);
	if (unlikely(obj->punching))
		object_wait_settled(obj);
	if (offset >= obj->size)
		return -ENXIO;
	return object_find_or_make(obj, (uint32_t)(offset >> PAGE_SHIFT), pp_store);
}

// A fault in a private mapping. It shows the object's page read-only until the program's first
// write, which gets a copy, and never the object's page again. From then on copy-on-write is that
// of anonymous memory. Returns and caller: as for object_fault.
static int private_fault(struct aspace *as, struct area *area, uintptr_t va,
                         enum fault_access access)
{
	pte_t old = pte_peek(as, va);
	page_t *pp;
	int error;

	if (pte_present(old)) {
		pp = phys_to_page(PTE_ADDR(old));
		if (access == ACCESS_READ)
			return 0;
		return pp->kind == PAGE_OBJECT ? anon_install_copy(as, va, old, pp) :
		                                 anon_copy_on_write(as, va, old);
	}
	mutex_lock(&area->object->lock);
	error = page_for(area, va, &pp);
	if (!error && access == ACCESS_READ)
		error = pte_install(as, va, old, pp, PTE_READABLE | (old & PTE_MARKER_WP));
	else if (!error && unlikely(old & PTE_MARKER_WP)) // the copy is write-protected, too
		error = anon_install_copy_as(as, va, old, pp, PTE_READABLE | PTE_D | PTE_UFFD_WP);
	else if (!error)
		error = anon_install_copy(as, va, old, pp);
	mutex_unlock(&area->object->lock);
	return error;
}

// A fault in a shared mapping: map the object's page, writable only once the program writes; a
// write changes the file's times. A page that userfaultfd has write-protected stays read-only; in an
// area that is not registered for that any more, its mark means nothing.
// Returns and caller: as for object_fault.
static int shared_fault(struct aspace *as, struct area *area, uintptr_t va, enum fault_access access)
{
	struct object *obj = area->object;
	pte_t old = pte_peek(as, va), mark = old & PTE_UFFD_WP;
	bool write = access == ACCESS_WRITE && !(mark && (area->flags & AREA_UFFD_WP));
	page_t *pp;
	int error;

	mutex_lock(&obj->lock);
	error = page_for(area, va, &pp);
	if (!error)
		error = pte_install(as, va, old, pp, (write ? PTE_WRITABLE : PTE_READABLE) | mark);
	if (!error && write && obj->host)
		object_host_hooks->written(obj->host);
	mutex_unlock(&obj->lock);
	return error;
}

// The fault of the object backend. Caller and results: as struct area_ops says.
static int object_fault(struct aspace *as, struct area *area, uintptr_t va, enum fault_access access)
{
	assert_read_held(&as->lock);
	return area->flags & AREA_SHARED ? shared_fault(as, area, va, access) :
	                                   private_fault(as, area, va, access);
}

// Called by exec for the program's text: one call replaces many faults. pte_install may fail here,
// where an entry exists or memory is short; nothing depends on success.
void aspace_map_resident(struct aspace *as, uintptr_t va, size_t len)
{
	uintptr_t end = va + len;
	struct area *area;
	page_t *pp;

	assert_no_lock();
	rwlock_read_lock(&as->lock);
	area = area_find(&as->areas, va);
	if (area && area->ops == &object_ops && area->prot && !(area->prot & PROT_WRITE)) {
		object_lock_settled(area->object);
		for (end = MIN(end, area->end); va < end; va += PAGE_SIZE) {
			pp = pagetree_get(&area->object->pages,
			                  (uint32_t)((area->offset + (va - area->start)) >>
			                             PAGE_SHIFT));
			if (pp && !page_is_untouched(pp))
				pte_install(as, va, 0, pp, PTE_READABLE);
		}
		mutex_unlock(&area->object->lock);
	}
	rwlock_read_unlock(&as->lock);
}

const struct area_ops object_ops = {
	.kind = "object",
	.plain = &object_ops,
	.registered = &uffd_object_ops,
	.fault = object_fault,
};
