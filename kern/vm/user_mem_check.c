// user_mem_check.c: the check of a range before it is used, as the handout's second way to cross
// the border has it. The kernel itself checks no address first: its copies fail at the fault.
#include "vm/uaccess.h"
#include <abi/mman.h>
#include "thread/thread.h"
#include "thread/why.h"
#include "vm/area_edit.h"

// Returns how many bytes from `at` on, at most `len`, the user may access so.
static size_t admitted_part(struct aspace *as, uintptr_t at, size_t len, enum fault_access access)
{
	const struct area *area;
	size_t done = 0;

	if (!as)
		return 0;
	rwlock_read_lock(&as->lock);
	while (done < len && at + done < ULIM) {
		area = area_find(&as->areas, at + done);
		if (!area || !area_admits(area, access))
			break;
		done = MIN(len, area->end - at);
	}
	rwlock_read_unlock(&as->lock);
	return done;
}

// Reads the areas, not the page tables: a page that has never been touched is accessible all the
// same.
int user_mem_check(struct aspace *as, const void __user *va, size_t len, int perm,
                   uintptr_t *bad_store)
{
	enum fault_access access = perm & PTE_W ? ACCESS_WRITE : ACCESS_READ;
	size_t good = user_address(va) < ULIM ? admitted_part(as, user_address(va), len, access) :
	                                        0;

	if (good == len)
		return 0;
	if (bad_store)
		*bad_store = user_address(va) + good;
	return -EFAULT;
}
