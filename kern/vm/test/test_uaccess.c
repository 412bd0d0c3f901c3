// test_uaccess.c: copies at the ends of the user's addresses, with copy-on-write, and against
// changes meanwhile; and the effect of an access that is not one of the copies.
#include "vm/test/vm_test_util.h"

#include "cpu/x86.h"
#include "vm/uaccess.h"

static char buffer[2 * PAGE_SIZE];
static char kernel_bytes[4] = "abc";

static void at_the_ends(struct aspace *as)
{
	struct map_request request = {
		.va = ULIM - PAGE_SIZE, .len = PAGE_SIZE, .prot = RW, .fixed = true
	};
	void __user *last = USER(ULIM - 1), *end = USER(ULIM);
	uintptr_t bad = 0, va;

	EXPECT_EQ(aspace_map(as, &request, &va), 0);
	EXPECT_EQ(copyout(as, last, "x", 1), 0);
	EXPECT_EQ(copyin(as, buffer, last, 1), 0);
	EXPECT_EQ(buffer[0], 'x');
	EXPECT_EQ(copyin(as, buffer, last, 2), -EFAULT);
	EXPECT_EQ(copyin_partial(as, buffer, last, 2), 1);
	EXPECT_EQ(copyin_partial(as, buffer, USER(ULIM - 10), 100), 10);
	EXPECT_EQ(copyout_partial(as, USER(ULIM - 10), buffer, 100), 10);
	EXPECT_EQ(copyout(as, last, "xy", 2), -EFAULT);
	EXPECT_EQ(clear_user(as, last, 2), -EFAULT);
	EXPECT_EQ(clear_user(as, last, 1), 0);
	EXPECT_EQ(copyin(as, buffer, last, SIZE_MAX), -EFAULT);
	for (size_t size = 1; size <= 8; size *= 2) {
		EXPECT_EQ(user_get(as, buffer, USER(ULIM - size), size), 0);
		EXPECT_EQ(user_put(as, USER(ULIM - size), buffer, size), 0);
		EXPECT_EQ(user_get(as, buffer, USER(ULIM - size + 1), size), -EFAULT);
		EXPECT_EQ(user_put(as, USER(ULIM - size + 1), buffer, size), -EFAULT);
		EXPECT_EQ(user_get(as, buffer, USER(0 - size + 1), size), -EFAULT); // wraps
		EXPECT_EQ(user_put(as, USER(UINTPTR_MAX), buffer, size), -EFAULT);
		EXPECT_EQ(user_get(as, buffer, NULL, size), -EFAULT);
	}
	EXPECT_EQ(clear_user(as, USER(ULIM - PAGE_SIZE), SIZE_MAX), -EFAULT);
	EXPECT_EQ(copyin(as, buffer, end, 1), -EFAULT);
	EXPECT_EQ(copyin_partial(as, buffer, end, 1), 0);
	EXPECT_EQ(copyout_partial(as, end, "x", 1), 0);
	EXPECT_EQ(clear_user(as, end, 1), -EFAULT);
	EXPECT_EQ(copyin(as, buffer, USER(UINTPTR_MAX), 2), -EFAULT); // wraps
	EXPECT_EQ(copyin_partial(as, buffer, USER(UINTPTR_MAX), 2), 0);
	EXPECT_EQ(copyin(as, buffer, NULL, 1), -EFAULT);
	EXPECT_EQ(copyout(as, NULL, buffer, 1), -EFAULT);
	EXPECT_EQ(copyin(as, buffer, NULL, 0), 0); // nothing is touched
	EXPECT_EQ(copyout(as, end, buffer, 0), 0);
	EXPECT_EQ(clear_user(as, NULL, 0), 0);
	EXPECT_EQ(user_fault_in(as, last, true), 0);
	EXPECT_EQ(user_fault_in(as, end, false), -EFAULT);
	EXPECT_EQ(user_mem_check(as, last, 1, PTE_U | PTE_W, &bad), 0);
	EXPECT_EQ(user_mem_check(as, last, 2, PTE_U, &bad), -EFAULT);
	EXPECT_EQ(bad, ULIM);
	EXPECT_EQ(user_mem_check(as, USER(ULIM - PAGE_SIZE), SIZE_MAX, PTE_U, &bad), -EFAULT);
	EXPECT_EQ(bad, ULIM);
	EXPECT_EQ(user_mem_check(as, USER(AT(1)), SIZE_MAX, PTE_U, &bad), -EFAULT);
	EXPECT_EQ(bad, AT(1));
	EXPECT_EQ(user_mem_check(as, USER(UINTPTR_MAX), 1, PTE_U, &bad), -EFAULT);
	EXPECT_EQ(bad, UINTPTR_MAX);
	EXPECT_EQ(user_mem_check(as, NULL, 1, PTE_U, NULL), -EFAULT);
	EXPECT_EQ(user_mem_check(as, NULL, 0, PTE_U, NULL), 0);
}

KTEST(uaccess_at_the_ends)
{
	test_run_both(at_the_ends);
}

// Copies reach no kernel memory, neither as source nor as destination of the user's.
static void kernel_address(struct aspace *as)
{
	void __user *va = (__force void __user *)kernel_bytes;

	EXPECT_EQ(copyin(as, buffer, va, 3), -EFAULT);
	EXPECT_EQ(copyin_partial(as, buffer, va, 3), 0);
	EXPECT_EQ(copyout(as, va, "xyz", 3), -EFAULT);
	EXPECT_EQ(copyout_partial(as, va, "xyz", 3), 0);
	EXPECT_EQ(clear_user(as, va, 3), -EFAULT);
	for (size_t size = 1; size <= 8; size *= 2) {
		EXPECT_EQ(user_get(as, buffer, va, size), -EFAULT);
		EXPECT_EQ(user_put(as, va, "xyzxyzxyz", size), -EFAULT);
	}
	EXPECT_EQ(copyoutstr(as, (__force char __user *)kernel_bytes, "xyz", 4), -EFAULT);
	EXPECT_EQ(user_mem_check(as, va, 3, PTE_U, NULL), -EFAULT);
	EXPECT_EQ(user_fault_in(as, va, true), -EFAULT);
	EXPECT_EQ(user_fault_in(as, USER(KERNBASE), false), -EFAULT);
	if (as == aspace_current()) {
		EXPECT_EQ(copyin_nofault(buffer, va, 3), 0);
		EXPECT_EQ(copyout_nofault(va, "xyz", 3), 0);
		EXPECT_EQ(copyin_nofault(buffer, va, 1), 0);
		EXPECT_EQ(copyout_nofault(va, "xyz", 1), 0);
	}
	EXPECT_TEXT(kernel_bytes, "abc");
}

KTEST(uaccess_refuses_the_kernels_addresses)
{
	test_run_both(kernel_address);
}

// A copy that sleeps in a fault, because another thread has locked the object.
struct scene {
	struct aspace *as;
	size_t copied;
	bool write;
};

static struct scene scene;

static void copy_two_pages(struct aspace *as)
{
	if (scene.write)
		scene.copied = copyout_partial(as, USER(AT(0)), buffer, sizeof(buffer));
	else
		scene.copied = copyin_partial(as, buffer, USER(AT(0)), sizeof(buffer));
	EXPECT_EQ(read_eflags() & EFLAGS_AC, 0);
}

static void copier(void *arg)
{
	(void)arg;
	aspace_switch_to(aspace_get(scene.as));
	copy_two_pages(scene.as);
	aspace_switch_to(NULL);
}

static void unmapper(void *arg)
{
	(void)arg;
	EXPECT_EQ(aspace_unmap(scene.as, AT(1), PAGE_SIZE), 0);
}

// While the first page is faulted in, another thread waits to unmap the second one; it goes first
// as soon as the fault is handled.
static void copy_while_unmapped(bool write)
{
	struct object *obj = test_object(2);

	scene = (struct scene){ .as = test_aspace(), .copied = 1, .write = write };
	test_map_object(scene.as, 0, 2, RW, AREA_SHARED, obj, 0);
	memset(buffer, '!', sizeof(buffer));
	mutex_lock(&obj->lock);
	test_spawn(copier, NULL);
	test_settle();
	EXPECT_EQ(scene.copied, 1); // it sleeps
	EXPECT_EQ(read_eflags() & EFLAGS_AC, 0);
	test_spawn(unmapper, NULL);
	test_settle();
	EXPECT_AREAS(scene.as, "0-2rws@0");
	mutex_unlock(&obj->lock);
	test_settle();
	EXPECT_EQ(scene.copied, PAGE_SIZE);
	EXPECT_AREAS(scene.as, "0-1rws@0");
	EXPECT_EQ(buffer[0], write ? '!' : 'a');
	EXPECT_EQ(buffer[PAGE_SIZE], '!');
	EXPECT_EQ(object_read(obj, 0, buffer, 1), 1);
	EXPECT_EQ(buffer[0], write ? '!' : 'a');
	test_aspace_check(scene.as);
	aspace_put(scene.as);
	object_put(obj);
}

KTEST(uaccess_of_pages_that_vanish_meanwhile)
{
	size_t before = test_free_memory();

	copy_while_unmapped(false);
	copy_while_unmapped(true);
	EXPECT_EQ(test_free_memory(), before);
}

// A kernel thread has no user memory, even while a program's directory is still loaded.
static void load_and_yield(void *arg)
{
	struct aspace *as = arg;

	aspace_switch_to(aspace_get(as));
	EXPECT_EQ(copyout(as, USER(AT(0)), "x", 2), 0);
	thread_yield();
	aspace_switch_to(NULL);
}

KTEST(uaccess_of_no_space)
{
	struct aspace *as = test_aspace();
	char __user *va = (char __user *)AT(0);
	uintptr_t bad = 0;
	char *copy;

	test_map(as, 0, 1, RW);
	test_spawn(load_and_yield, as);
	thread_yield();
	EXPECT(pgdir_current() == as->pgdir);
	EXPECT(aspace_current() == NULL);
	memset(buffer, '!', 2);
	EXPECT_EQ(copyin(NULL, buffer, va, 1), -EFAULT);
	EXPECT_EQ(copyin_partial(NULL, buffer, va, 1), 0);
	EXPECT_EQ(get_user(NULL, buffer, va), -EFAULT);
	EXPECT_EQ(copyinstr(NULL, buffer, va, 2), -EFAULT);
	EXPECT_EQ(copyinstr_alloc(NULL, &copy, va, 2), -EFAULT);
	EXPECT_EQ(user_strlen(NULL, va, 2), -EFAULT);
	EXPECT_EQ(buffer[0], '!');
	EXPECT_EQ(copyout(NULL, va, "y", 1), -EFAULT);
	EXPECT_EQ(copyout_partial(NULL, va, "y", 1), 0);
	EXPECT_EQ(copyoutstr(NULL, va, "y", 2), -EFAULT);
	EXPECT_EQ(put_user(NULL, va, 'y'), -EFAULT);
	EXPECT_EQ(clear_user(NULL, va, 1), -EFAULT);
	EXPECT_EQ(clear_user_partial(NULL, va, 1), 0);
	EXPECT_EQ(user_fault_in(NULL, va, false), -EFAULT);
	EXPECT_EQ(user_mem_check(NULL, va, 1, PTE_U, &bad), -EFAULT);
	EXPECT_EQ(bad, AT(0));
	EXPECT_EQ(copyin(NULL, buffer, va, 0), 0);
	EXPECT_EQ(test_byte(as, AT(0)), 'x');
	test_settle();
	aspace_put(as);
}

// Every access to a user's page outside the copy functions is a bug. If the page is present, only
// SMAP notices it.
static void stray(struct aspace *as)
{
	volatile char *va = (volatile char *)AT(0), *volatile null = (volatile char *)8;

	test_map(as, 0, 2, RW);
	EXPECT_PANIC(*va = 'x'); // not there yet: no fault is handled
	EXPECT_PANIC(*va);
	EXPECT_PANIC(*null);
	EXPECT_EQ(copyout(as, USER(AT(0)), "\xc3", 1), 0); // ret
	if (read_cr4() & CR4_SMAP) {
		EXPECT_PANIC(*va);
		EXPECT_PANIC(*va = 'x');
	}
	if (read_cr4() & CR4_SMEP)
		EXPECT_PANIC(((void (*)(void))AT(0))());
	EXPECT_EQ(read_eflags() & EFLAGS_AC, 0);
	EXPECT_EQ(copyin(as, buffer, USER(AT(0)), 1), 0);
	EXPECT_EQ(buffer[0], '\xc3');
}

KTEST(uaccess_by_stray_pointers_panics)
{
	struct aspace *as = test_aspace();

	test_run_in(as, stray);
	test_aspace_check(as);
	aspace_put(as);
}

#ifdef DEBUG

static void under_locks(struct aspace *as)
{
	struct spinlock spin = SPINLOCK_INIT("test", RANK_PIPE);
	struct mutex mutex;
	void __user *va = USER(AT(0));
	long result;

	mutex_init(&mutex, "test", RANK_TREE);
	test_map(as, 0, 1, RW);
	spin_lock(&spin);
	EXPECT_PANIC(result = copyin(as, buffer, va, 1));
	EXPECT_PANIC(result = copyout(as, va, buffer, 1));
	EXPECT_PANIC(result = clear_user(as, va, 1));
	EXPECT_PANIC(result = copyinstr(as, buffer, va, 1));
	EXPECT_PANIC(result = get_user(as, buffer, (const char __user *)AT(0)));
	EXPECT_PANIC(result = put_user(as, (char __user *)AT(0), 'x'));
	spin_unlock(&spin);
	mutex_lock(&mutex);
	EXPECT_PANIC(result = copyin(as, buffer, va, 1));
	EXPECT_PANIC(result = copyout(as, va, buffer, 1));
	EXPECT_PANIC(result = clear_user(as, va, 1));
	EXPECT_PANIC(result = copyinstr(as, buffer, va, 1));
	mutex_unlock(&mutex);
	result = copyin(as, buffer, va, 1);
	EXPECT_EQ(result, 0);
}

KTEST(uaccess_under_locks_panics)
{
	test_run_both(under_locks);
}

#endif
