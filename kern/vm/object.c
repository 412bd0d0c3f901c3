// object.c: memory objects: finding and making their pages, changing their size.
#include "vm/object.h"

#include <abi/fcntl.h>
#include <abi/mman.h>
#include "mem/heap.h"
#include "mem/large_pool.h"
#include "vm/internal.h"
#include "vm/pagetree.h"

#define ADOPT_COST 200 // instructions or so, to insert a page

const struct object_host_hooks *object_host_hooks;

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

void object_put(struct object *obj)
{
	if (__atomic_sub_fetch(&obj->refs, 1, __ATOMIC_ACQ_REL))
		return;
	assert(list_empty(&obj->areas));
	assert_may_yield();
	while (object_drop_some(obj, 0, UINT32_MAX))
		thread_yield_point();
	object_drop_nodes(obj);
	object_unreserve(obj, 0, UINT32_MAX);
	kfree(obj);
}

// Make `pp` the object's page `index`. Caller: holds the lock. 0 or -ENOMEM.
static int insert_page(struct object *obj, uint32_t index, page_t *pp)
{
	int error = pagetree_insert(&obj->pages, index, pp);

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
	error = insert_page(obj, index, pp);
	(void)yield_due(ADOPT_COST);
	mutex_unlock(&obj->lock);
	return error;
}

// Fill the hole at `index` with a small page. 0, -ENOMEM or -ENOSPC. Caller: holds the lock.
static int make_small(struct object *obj, uint32_t index, page_t **pp_store)
{
	int error;

	if (!page_may_last(1))
		return -ENOSPC;
	error = page_alloc_zeroed(pp_store);
	if (error)
		return error;
	error = insert_page(obj, index, *pp_store);
	if (error)
		page_free(*pp_store);
	return error;
}

// The same with a large page: the one that was reserved for it, or one that is nobody's.
static int make_large(struct object *obj, uint32_t index, page_t **pp_store)
{
	bool reserved = pagetree_get(&obj->reservations, index);
	int error = large_alloc(pp_store, reserved);

	if (error)
		return error;
	object_fill_large(obj, *pp_store, NULL);
	error = insert_page(obj, index, *pp_store);
	if (error)
		large_return(*pp_store, reserved);
	else if (reserved)
		object_reserve_used(obj, index);
	return error;
}

int object_find_or_make(struct object *obj, uint32_t index, page_t **pp_store)
{
	page_t *pp = *pp_store = pagetree_get(&obj->pages, index);

	if (pp) {
		if (unlikely(page_is_untouched(pp)))
			pp->flags &= (uint8_t)~PAGE_UNTOUCHED;
		return 0;
	}
	return obj->shift == PAGE_SHIFT ? make_small(obj, index, pp_store) :
	                                  make_large(obj, index, pp_store);
}

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

int object_allocate_page(struct object *obj, uint32_t index)
{
	unsigned int bits = obj->shift - PAGE_SHIFT;
	bool there;
	page_t *pp;
	int error;

	mutex_lock(&obj->lock);
	there = pagetree_get(&obj->pages, index >> bits);
	error = object_find_or_make(obj, index >> bits, &pp);
	if (!error && !there && obj->shift == PAGE_SHIFT)
		pp->flags |= PAGE_UNTOUCHED;
	mutex_unlock(&obj->lock);
	return error;
}

// A mapping sees the pages that the object has, and makes those that it lacks. Shared mappings
// write to them; a private one gets a copy on its first write, and never sees the object's page
// again.
static int object_fault(struct aspace *as, struct area *area, uintptr_t va, enum fault_access access)
{
	struct object *obj = area->object;
	uint64_t offset = area->offset + (va - area->start);
	bool shared = area->flags & AREA_SHARED;
	pte_t old = pte_peek(as, va);
	page_t *pp, *copy;
	int error;

	if (pte_present(old) && !shared)
		return access == ACCESS_WRITE ? anon_copy_on_write(as, va, old) : 0;
	mutex_lock(&obj->lock);
	if (unlikely(obj->punching))
		object_wait_settled(obj);
	error = offset < obj->size ?
	                object_find_or_make(obj, (uint32_t)(offset >> PAGE_SHIFT), &pp) :
	                -ENXIO;
	if (!error && (shared || access == ACCESS_READ)) {
		error = pte_install(as, va, old, pp,
		                    shared && access == ACCESS_WRITE ? PTE_WRITABLE : PTE_READABLE);
		if (!error && access == ACCESS_WRITE && obj->host)
			object_host_hooks->written(obj->host);
	} else if (!error) {
		error = page_alloc(&copy);
		if (!error) {
			page_copy(copy, pp);
			error = pte_install(as, va, old, copy, PTE_WRITABLE);
			if (error)
				page_free(copy);
		}
	}
	mutex_unlock(&obj->lock);
	return error;
}

void aspace_map_resident(struct aspace *as, uintptr_t va, size_t len)
{
	uintptr_t end = va + len;
	struct area *area;
	page_t *pp;

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

const struct area_ops object_ops = { .kind = "object", .fault = object_fault };
