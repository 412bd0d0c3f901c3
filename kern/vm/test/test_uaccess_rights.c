// test_uaccess_rights.c: copies write only where the program could: to pages of its own, and only
// if the protection allows it now.
#include "vm/test/vm_test_util.h"
#include <abi/mman.h>

#include "vm/uaccess.h"

static char buffer[2 * PAGE_SIZE];
static char in_the_copy[5], in_the_object[5];

// After a fork, a copy to a page that both spaces share changes only the space that it names.
static void breaks_copy_on_write(struct aspace *as)
{
	struct object *obj = test_object(1);
	struct aspace *copy;

	test_map(as, 0, 2, RW);
	test_map_object(as, 2, 3, RW, 0, obj, 0);
	EXPECT_EQ(copyout(as, USER(AT(0)), "one", 4), 0);
	EXPECT_EQ(copyin(as, buffer, USER(AT(2)), 1), 0);
	EXPECT_EQ(aspace_clone(as, &copy), 0);
	EXPECT_EQ(copyout(as, USER(AT(0)), "two", 4), 0);
	EXPECT_EQ(copyout(as, USER(AT(2)), "two", 4), 0);
	EXPECT_EQ(clear_user(as, USER(AT(1)), 4), 0);
	EXPECT_EQ(put_user(as, (char __user *)AT(0) + 8, 'v'), 0);
	EXPECT_EQ(put_user(as, (uint64_t __user *)AT(1) - 1, 1), 0); // the page's last bytes
	EXPECT_EQ(copyin(copy, in_the_copy, USER(AT(0)), 4), 0);
	EXPECT_TEXT(in_the_copy, "one");
	EXPECT_EQ(copyin(copy, in_the_copy, USER(AT(0) + 8), 1), 0);
	EXPECT_EQ(in_the_copy[0], '\0');
	EXPECT_EQ(copyin(copy, in_the_copy, USER(AT(2)), 4), 0);
	EXPECT_TEXT(in_the_copy, "aaaa");
	EXPECT_EQ(object_read(obj, 0, in_the_object, 4), 4);
	EXPECT_TEXT(in_the_object, "aaaa");
	EXPECT_EQ(copyin(as, buffer, USER(AT(2)), 4), 0);
	EXPECT_TEXT(buffer, "two");
	EXPECT_EQ(memcmp(page_to_virt(zero_page), buffer + PAGE_SIZE, 16), 0);
	test_aspace_check(copy);
	aspace_put(copy);
	object_put(obj);
}

KTEST(copyout_breaks_copy_on_write)
{
	memset(buffer, 0, sizeof(buffer));
	test_run_both(breaks_copy_on_write);
}

#define MANY 200u // entries: enough for a table to be shared after a fork

// A page table that two spaces share is read-only as a whole, by its entry in the directories.
static void through_shared_table(struct aspace *as)
{
	struct aspace *copy;

	test_map(as, 0, MANY, RW);
	for (unsigned int n = 0; n < MANY; n++)
		test_store(as, AT(n), 'a');
	for (unsigned int way = 0; way < 4; way++) {
		void __user *va = USER(AT(10 + way));

		EXPECT_EQ(aspace_clone(as, &copy), 0);
		EXPECT_EQ(as->pgdir[PDX(AT(0))] & PTE_W, 0);
		if (way == 0)
			EXPECT_EQ(copyout(as, va, "bb", 2), 0);
		if (way == 1)
			EXPECT_EQ(put_user(as, (char __user *)va, 'b'), 0);
		if (way == 2)
			EXPECT_EQ(clear_user(as, va, 1), 0);
		if (way == 3)
			EXPECT_EQ(aspace_write(as, va, "b", 1), 1);
		EXPECT_EQ(test_byte(as, AT(10 + way)), way == 2 ? '\0' : 'b');
		EXPECT_EQ(test_byte(copy, AT(10 + way)), 'a');
		EXPECT_EQ(put_user(copy, (char __user *)AT(20 + way), 'c'), 0);
		EXPECT_EQ(test_byte(as, AT(20 + way)), 'a');
		test_aspace_check(copy);
		aspace_put(copy);
	}
}

KTEST(copyout_goes_through_no_shared_table)
{
	test_run_both(through_shared_table);
}

// The processor has no pages that can be written but not read. A program can read them, and so can
// copies in its name, but not copies for another process.
static void write_only(struct aspace *as)
{
	char __user *va = (char __user *)AT(0);

	test_map(as, 0, 1, PROT_WRITE);
	EXPECT_EQ(copyout(as, va, "w", 1), 0);
	EXPECT_EQ(copyin(as, buffer, va, 1), 0);
	EXPECT_EQ(get_user(as, buffer, va), 0);
	EXPECT_EQ(user_mem_check(as, va, 1, PTE_U | PTE_W, NULL), 0);
	EXPECT_EQ(aspace_write(as, va, "w", 1), 1);
	EXPECT_EQ(aspace_read(as, buffer, va, 1), 0);
}

KTEST(uaccess_of_pages_for_writing_only)
{
	test_run_both(write_only);
}

// A change of the mapping is effective from the next copy on: no stale translation is in the TLB.
static void after_changes(struct aspace *as)
{
	void __user *va = USER(AT(0));

	test_map(as, 0, 1, RW);
	EXPECT_EQ(copyin(as, buffer, va, 1), 0); // the zero page
	EXPECT_EQ(copyout(as, va, "a", 1), 0);
	EXPECT_EQ(copyin(as, buffer, va, 1), 0);
	EXPECT_EQ(buffer[0], 'a');
	EXPECT_EQ(aspace_protect(as, AT(0), PAGE_SIZE, PROT_READ), 0);
	EXPECT_EQ(copyout(as, va, "b", 1), -EFAULT);
	EXPECT_EQ(aspace_protect(as, AT(0), PAGE_SIZE, PROT_NONE), 0);
	EXPECT_EQ(copyin(as, buffer, va, 1), -EFAULT);
	EXPECT_EQ(aspace_protect(as, AT(0), PAGE_SIZE, RW), 0);
	EXPECT_EQ(copyin(as, buffer, va, 1), 0);
	EXPECT_EQ(buffer[0], 'a');
	test_map(as, 0, 1, RW); // another page in its place
	EXPECT_EQ(copyin(as, buffer, va, 1), 0);
	EXPECT_EQ(buffer[0], '\0');
	EXPECT_EQ(aspace_unmap(as, AT(0), PAGE_SIZE), 0);
	EXPECT_EQ(copyin(as, buffer, va, 1), -EFAULT);
}

KTEST(uaccess_sees_changes_at_once)
{
	test_run_both(after_changes);
}
