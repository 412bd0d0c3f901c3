// test_boot_alloc.c: the boot allocator on invented maps of memory. It never touches the memory
// that it allocates, so any address will do.
#include "mem/test/mem_test_util.h"

#define MIB (1u << 20)

// One usable range with the kernel in it, as on most machines.
static const struct mem_range plain[] = { { MIB, 16 * MIB } };
static const struct mem_range kernel[] = { { MIB, 2 * MIB + 0x123 } };

static void use_plain_map(void)
{
	boot_alloc_init(plain, ARRAY_SIZE(plain), kernel, ARRAY_SIZE(kernel));
}

KTEST(boot_alloc_blocks_are_aligned_and_disjoint)
{
	struct test_world saved;
	uintptr_t end = 0;

	test_world_begin(&saved);
	use_plain_map();
	for (size_t align = 1; align <= MIB; align *= 2) {
		uintptr_t block = (uintptr_t)boot_alloc(align / 2 + 1, align);

		EXPECT_EQ(block % align, 0);
		EXPECT(block >= end);
		end = block + align / 2 + 1;
	}
	EXPECT_EQ((uintptr_t)boot_alloc(1, 1), end);
	EXPECT_EQ((uintptr_t)boot_alloc(1, 1), end + 1);
	EXPECT_EQ((uintptr_t)boot_alloc(8, 8), ROUND_UP(end + 2, 8));
	test_world_end(&saved);
}

KTEST(boot_alloc_starts_behind_the_page_where_the_kernel_ends)
{
	struct test_world saved;

	test_world_begin(&saved);
	use_plain_map();
	EXPECT_EQ((uintptr_t)boot_alloc(1, 1), KERNBASE + 2 * MIB + PAGE_SIZE);
	test_world_end(&saved);
}

KTEST(boot_alloc_of_nothing_takes_nothing)
{
	struct test_world saved;
	uintptr_t first;

	test_world_begin(&saved);
	use_plain_map();
	first = (uintptr_t)boot_alloc(5, 1);
	EXPECT_EQ((uintptr_t)boot_alloc(0, 1), first + 5);
	EXPECT_EQ((uintptr_t)boot_alloc(0, PAGE_SIZE), ROUND_UP(first + 5, PAGE_SIZE));
	EXPECT_EQ((uintptr_t)boot_alloc(1, 1), first + 5);
	test_world_end(&saved);
}

KTEST(boot_alloc_panics_when_memory_is_gone)
{
	struct test_world saved;
	size_t room = 14 * MIB - PAGE_SIZE;

	test_world_begin(&saved);
	use_plain_map();
	EXPECT_PANIC(boot_alloc(room + 1, 1));
	EXPECT_EQ((uintptr_t)boot_alloc(room - 16, 1), KERNBASE + 2 * MIB + PAGE_SIZE);
	EXPECT_PANIC(boot_alloc(17, 1));
	EXPECT_PANIC(boot_alloc(1, 64));
	EXPECT_EQ((uintptr_t)boot_alloc(16, 16), KERNBASE + 16 * MIB - 16);
	EXPECT_PANIC(boot_alloc(1, 1));
	EXPECT_EQ((uintptr_t)boot_alloc(0, 1), KERNBASE + 16 * MIB);
	test_world_end(&saved);
}

KTEST(boot_alloc_arithmetic_does_not_wrap)
{
	struct test_world saved;
	uintptr_t first;

	test_world_begin(&saved);
	use_plain_map();
	first = (uintptr_t)boot_alloc(0, 1);
	EXPECT_PANIC(boot_alloc(SIZE_MAX, 1));
	EXPECT_PANIC(boot_alloc(0u - (first - KERNBASE), 1));
	EXPECT_PANIC(boot_alloc(SIZE_MAX - PAGE_SIZE + 2, PAGE_SIZE));
	EXPECT_PANIC(boot_alloc(1, 1u << 31));
	EXPECT_EQ((uintptr_t)boot_alloc(1, 1), first);
	test_world_end(&saved);
}

KTEST(boot_alloc_takes_the_largest_gap)
{
	static const struct mem_range usable[] = {
		{ 0, 0x9FC00 },
		{ MIB, 8 * MIB },
		{ 9 * MIB + 1, 20 * MIB },
		{ 30 * MIB, 32 * MIB },
	};
	static const struct mem_range taken[] = {
		{ MIB, 2 * MIB },
		{ 9 * MIB, 10 * MIB },                   // begins before usable memory does
		{ 12 * MIB + 0xFFF, 12 * MIB + 0x1001 }, // two bytes on two pages
		{ 19 * MIB, 31 * MIB },                  // reaches over a hole
	};
	struct test_world saved;

	test_world_begin(&saved);
	boot_alloc_init(usable, ARRAY_SIZE(usable), taken, ARRAY_SIZE(taken));
	EXPECT_EQ((uintptr_t)boot_alloc(1, 1), KERNBASE + 12 * MIB + 2 * PAGE_SIZE);
	EXPECT_EQ((uintptr_t)boot_alloc(7 * MIB - 2 * PAGE_SIZE - 1, 1),
	          KERNBASE + 12 * MIB + 2 * PAGE_SIZE + 1);
	EXPECT_PANIC(boot_alloc(1, 1));
	test_world_end(&saved);
}

KTEST(boot_alloc_never_hands_out_page_0)
{
	static const struct mem_range usable[] = { { 0, 4 * PAGE_SIZE } };
	struct test_world saved;

	test_world_begin(&saved);
	boot_alloc_init(usable, 1, NULL, 0);
	EXPECT_EQ((uintptr_t)boot_alloc(3 * PAGE_SIZE, 1), KERNBASE + PAGE_SIZE);
	EXPECT_PANIC(boot_alloc(1, 1));
	test_world_end(&saved);
}

KTEST(boot_alloc_keeps_to_the_linear_map)
{
	static const struct mem_range usable[] = {
		{ LINEAR_SIZE - 2 * PAGE_SIZE, LINEAR_SIZE + 64 * MIB },
	};
	struct test_world saved;

	test_world_begin(&saved);
	boot_alloc_init(usable, 1, NULL, 0);
	EXPECT_EQ((uintptr_t)boot_alloc(2 * PAGE_SIZE, 1), LINEAR_END - 2 * PAGE_SIZE);
	EXPECT_PANIC(boot_alloc(1, 1));
	test_world_end(&saved);
}

KTEST(boot_alloc_without_memory_panics)
{
	static const struct mem_range usable[] = { { MIB + 1, MIB + 2 * PAGE_SIZE - 1 } };
	struct test_world saved;

	test_world_begin(&saved);
	boot_alloc_init(usable, 1, NULL, 0); // not one whole page
	EXPECT_PANIC(boot_alloc(1, 1));
	test_world_end(&saved);
}

KTEST(boot_alloc_ends_with_page_init)
{
	EXPECT_PANIC(boot_alloc(1, 1));
	EXPECT_PANIC(boot_alloc(0, 1));
}
