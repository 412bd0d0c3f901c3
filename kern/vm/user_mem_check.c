// user_mem_check.c: the check of a range before it is used, as the handout's second way to cross
// the border has it. The kernel itself checks no address first: its copies fail at the fault.
#include "thread/thread.h"
#include "thread/why.h"
#include "vm/area_edit.h"
#include "vm/uaccess.h"
#include <abi/mman.h>

size_t admitted_part(struct aspace *as, uintptr_t va, size_t len, int prot)
{
	const struct area *area;
	size_t done = 0;

	assert_no_lock();
	if (!as)
		return 0;
	rwlock_read_lock(&as->lock);
	while (done < len && va + done < ULIM) {
		area = area_find(&as->areas, va + done);
		if (!area || !(area->prot & prot))
			break;
		done = MIN(len, area->end - va);
	}
	rwlock_read_unlock(&as->lock);
	return done;
}

// Reads the areas, not the page tables: a page that has never been touched is accessible all the
// same.
int user_mem_check(struct aspace *as, const void __user *va, size_t len, int perm,
                   uintptr_t *bad_store)
{
	int prot = perm & PTE_W ? PROT_WRITE : PROT_READ | PROT_WRITE | PROT_EXEC;
	uintptr_t start = user_address(va);
	size_t good = start < ULIM ? admitted_part(as, start, len, prot) : 0;

	assert_no_lock();
	if (good == len)
		return 0;
	if (bad_store)
		*bad_store = start + good;
	return -EFAULT;
}
