// memory_key.c: names for memory. Two addresses, perhaps in two spaces, get equal names if they
// show one memory.
#include "vm/memory_key.h"

#include "vm/area_edit.h"
#include "vm/ptes.h"
#include "vm/uaccess.h"

// Returns true if the program sees the object's own page at `va`, not a private copy of it.
// Caller: holds as->lock.
static bool sees_object(struct aspace *as, const struct area *area, uintptr_t va)
{
	const page_t *pp = entry_page(small_entry(as, va));

	assert_read_held(&as->lock);
	return area->object && ((area->flags & AREA_SHARED) || (pp && pp->kind == PAGE_OBJECT));
}

// Returns true if a store at `va` succeeds, and changes private memory that no copy-on-write will move:
// then the address itself is the key. This is the frequent case.
static bool is_own_memory(struct aspace *as, uintptr_t va)
{
	const struct area *area;
	bool own;

	rwlock_read_lock(&as->lock);
	area = area_find(&as->areas, va);
	own = area && !(area->flags & AREA_SHARED) && !area_is_device(area) &&
	      (page_perms(as->pgdir, va) & PTE_W);
	rwlock_read_unlock(&as->lock);
	return own;
}

// Fault the page in first, for writing if possible: a private page then is the space's own, so
// that no later copy-on-write changes which memory the address shows.
static int identify_slowly(struct aspace *as, uintptr_t va, struct memory_id *id)
{
	const void __user *user = (const void __user *)va;
	bool writable = !user_fault_in(as, user, true);
	const struct area *area;
	int error = 0;

	if (!writable && user_fault_in(as, user, false))
		return -EFAULT;
	rwlock_read_lock(&as->lock);
	area = area_find(&as->areas, va);
	if (!area || area_is_device(area)) {
		error = -EFAULT;
	} else if (sees_object(as, area, va)) {
		id->object = object_get_hosted(area->object);
		id->offset = area->offset + (va - area->start);
	} else if (!writable) {
		error = -EFAULT;
	}
	rwlock_read_unlock(&as->lock);
	return error;
}

int aspace_identify(struct aspace *as, uintptr_t va, struct memory_id *id)
{
	assert_no_lock();
	*id = (struct memory_id){ .offset = va };
	return likely(is_own_memory(as, va)) ? 0 : identify_slowly(as, va, id);
}
