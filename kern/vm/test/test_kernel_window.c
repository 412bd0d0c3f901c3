// test_kernel_window.c: windows on users' memory.
#include "mem/fail_alloc.h"
#include "vm/kernel_window.h"
#include "vm/test/vm_test_util.h"
#include <abi/mman.h>

// Make a space with a byte on each of its pages 0 to 3; 2 and 3 are read-only; page 4 is not
// mapped.
static struct aspace *furnished(void)
{
	struct aspace *as = test_aspace();

	test_map(as, 0, 4, RW);
	for (unsigned int i = 0; i < 4; i++)
		test_store(as, AT(i), (char)('a' + i));
	EXPECT_EQ(aspace_protect(as, AT(2), 2 * PAGE_SIZE, PROT_READ), 0);
	return as;
}

static const char *in(const struct window *window, size_t offset)
{
	return (const char *)window->start + offset;
}

KTEST(window_shows_the_memory_itself)
{
	struct aspace *as = furnished();
	struct window window;

	EXPECT_EQ(window_open(&window, as, AT(0) + 100, 2 * PAGE_SIZE - 100, ACCESS_WRITE), 0);
	EXPECT_EQ((uintptr_t)window.start % PAGE_SIZE, 100);
	EXPECT_EQ(*in(&window, PAGE_SIZE - 100), 'b');
	*(char *)in(&window, PAGE_SIZE - 100) = 'B';
	EXPECT_EQ(test_byte(as, AT(1)), 'B');
	test_store(as, AT(1), 'x');
	EXPECT_EQ(*in(&window, PAGE_SIZE - 100), 'x');
	window_close(&window);
	test_aspace_check(as);
	aspace_put(as);
}

KTEST(window_for_writing_breaks_copy_on_write)
{
	struct aspace *as = furnished(), *child;
	struct window window;

	EXPECT_EQ(aspace_clone(as, &child), 0);
	EXPECT_EQ(window_open(&window, as, AT(0), 1, ACCESS_WRITE), 0);
	*(char *)window.start = 'A';
	EXPECT_EQ(test_byte(as, AT(0)), 'A');
	EXPECT_EQ(test_byte(child, AT(0)), 'a');
	window_close(&window);
	test_aspace_check(as);
	aspace_put(child);
	aspace_put(as);
}

KTEST(window_brings_in_what_is_not_there)
{
	struct aspace *as = test_aspace();
	struct window window;

	test_map(as, 0, 2, RW);
	EXPECT_EQ(window_open(&window, as, AT(0) + PAGE_SIZE - 1, 2, ACCESS_READ), 0);
	EXPECT_EQ(*in(&window, 0), 0);
	EXPECT_EQ(*in(&window, 1), 0);
	window_close(&window);
	EXPECT_EQ(window_open(&window, as, AT(0), 2 * PAGE_SIZE, ACCESS_WRITE), 0);
	EXPECT(test_page_at(as, AT(1)) != zero_page);
	window_close(&window);
	aspace_put(as);
}

KTEST(window_outlives_the_mapping)
{
	size_t free = page_free_count();
	struct aspace *as = furnished();
	struct window window;

	EXPECT_EQ(window_open(&window, as, AT(2), 2 * PAGE_SIZE, ACCESS_READ), 0);
	EXPECT_EQ(aspace_unmap(as, AT(0), 4 * PAGE_SIZE), 0);
	aspace_put(as);
	EXPECT_EQ(*in(&window, 0), 'c');
	EXPECT_EQ(*in(&window, PAGE_SIZE), 'd');
	window_close(&window);
	EXPECT_EQ(page_free_count(), free);
}

KTEST(window_refuses_what_the_program_could_not_touch)
{
	struct aspace *as = furnished();
	struct window window;

	EXPECT_EQ(window_open(&window, as, AT(1), 2 * PAGE_SIZE, ACCESS_WRITE), -EFAULT);
	EXPECT_EQ(window_open(&window, as, AT(2), 2 * PAGE_SIZE + 1, ACCESS_READ), -EFAULT);
	EXPECT_EQ(window_open(&window, as, AT(0), 0, ACCESS_READ), -EFAULT);
	EXPECT_EQ(window_open(&window, as, ULIM, 1, ACCESS_READ), -EFAULT);
	EXPECT_EQ(window_open(&window, as, KERNBASE + PAGE_SIZE, 1, ACCESS_READ), -EFAULT);
	EXPECT_EQ(window_open(&window, as, AT(0), ULIM, ACCESS_READ), -EFAULT);
	for (unsigned int i = 0; i < 4; i++)
		EXPECT_EQ(test_page_at(as, AT(i))->pins, 0);
	test_aspace_check(as);
	aspace_put(as);
}

KTEST(windows_keep_a_page_between_them)
{
	struct aspace *as = furnished();
	struct window low, high;

	EXPECT_EQ(window_open(&low, as, AT(0), PAGE_SIZE, ACCESS_READ), 0);
	EXPECT_EQ(window_open(&high, as, AT(0), PAGE_SIZE, ACCESS_READ), 0);
	EXPECT_EQ((uintptr_t)high.start - (uintptr_t)low.start, 2 * PAGE_SIZE);
	EXPECT_EQ(pgdir_walk(kernel_pgdir, (uintptr_t)low.start, 0)[1], 0);
	EXPECT_EQ(test_page_at(as, AT(0))->pins, 2);
	window_close(&low);
	EXPECT_EQ(*in(&high, 0), 'a');
	window_close(&high);
	area_tree_check(&kernel_space.areas);
	aspace_put(as);
}

KTEST(window_without_kernel_addresses)
{
	struct aspace *as = test_aspace();
	struct window window;

	test_map(as, 0, (WINDOWS_END - WINDOWS_BASE) / PAGE_SIZE, PROT_READ);
	EXPECT_EQ(window_open(&window, as, AT(0), WINDOWS_END - WINDOWS_BASE, ACCESS_READ), -ENOMEM);
	aspace_put(as);
}

#ifdef DEBUG

KTEST(window_with_each_allocation_failing)
{
	struct window window;
	int error, n = 0;

	do {
		size_t free = page_free_count();
		struct aspace *as = furnished();

		test_map(as, 4, 6, RW);
		mem_fail_after(++n);
		error = window_open(&window, as, AT(0), 6 * PAGE_SIZE - 1, ACCESS_READ);
		mem_fail_after(0);
		EXPECT(error == 0 || error == -ENOMEM);
		if (!error)
			window_close(&window);
		aspace_put(as);
		EXPECT_EQ(page_free_count(), free);
	} while (error && n < 20);
	EXPECT(!error);
	EXPECT(n > 1);
	area_tree_check(&kernel_space.areas);
}

#endif
