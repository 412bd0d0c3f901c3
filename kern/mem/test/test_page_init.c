// test_page_init.c: page_init on invented maps of memory. Only the range from which boot_alloc
// allocates is real memory; page_init touches no other.
#include "mem/test/mem_test_util.h"

#define MIB (1u << 20)
#define MAP_MAX 7

struct fake_map {
	struct mem_range usable[MAP_MAX], taken[MAP_MAX];
	size_t usable_count, taken_count;
};

// Returns true if page `ppn` should be free: a test of each page by itself, without regard to
// order.
static bool should_be_free(const struct fake_map *map, size_t ppn)
{
	physaddr_t start = ppn << PAGE_SHIFT, end = start + PAGE_SIZE;
	bool usable = false;

	for (size_t i = 0; i < map->usable_count; i++)
		usable |= start >= map->usable[i].start && end <= map->usable[i].end;
	for (size_t i = 0; i < map->taken_count; i++)
		usable &= end <= map->taken[i].start || start >= map->taken[i].end;
	return usable && ppn != 0 && (end <= boot_map.start || start >= boot_map.next);
}

static void compare_all_pages(const struct fake_map *map)
{
	size_t expected = 0, wrong = 0, usable = 0;

	for (size_t ppn = 0; ppn < page_total; ppn++) {
		bool want = should_be_free(map, ppn);

		expected += want;
		if (page_is_free(ppn) != want && wrong++ < 5)
			ktest_fail(__FILE__, __LINE__, "page %zu: kind %u, expected %s", ppn,
			           pages[ppn].kind, want ? "free" : "not free");
		if (pages[ppn].count || pages[ppn].pins)
			ktest_fail(__FILE__, __LINE__, "page %zu has references or pins", ppn);
	}
	EXPECT_EQ(page_free_count(), expected);
	for (size_t i = 0; i < map->usable_count; i++)
		for (size_t ppn = 0; ppn < page_total; ppn++)
			usable += ppn << PAGE_SHIFT >= map->usable[i].start &&
			          (ppn + 1) << PAGE_SHIFT <= map->usable[i].end;
	EXPECT_EQ(page_usable_count(), usable);
}

// Build pages[] for `map` with `last` added to the usable memory: real memory of `n` pages, the
// largest gap of all.
static void try_map(struct fake_map *map, size_t extra)
{
	size_t n = ROUND_UP(page_total * sizeof(page_t), PAGE_SIZE) / PAGE_SIZE + extra;
	struct test_world saved;
	page_t *block;
	physaddr_t start;
	const void *before;

	if (page_alloc_contig(&block, n)) {
		ktest_fail(__FILE__, __LINE__, "no %zu pages in a row", n);
		return;
	}
	start = page_to_phys(block);
	map->usable[map->usable_count++] = (struct mem_range){ start, start + n * PAGE_SIZE };

	test_world_begin(&saved);
	boot_alloc_init(map->usable, map->usable_count, map->taken, map->taken_count);
	before = boot_alloc(100, 1);
	EXPECT_EQ(virt_to_phys(before), start);
	page_init();
	EXPECT_EQ(page_total, (start >> PAGE_SHIFT) + n);
	compare_all_pages(map);
	page_check();
	EXPECT(!page_is_free(start >> PAGE_SHIFT));
	EXPECT(!page_is_free((boot_map.next - 1) >> PAGE_SHIFT));
	EXPECT_PANIC(boot_alloc(1, 1));
	test_world_end(&saved);
	page_free_contig(block, n);
	page_check();
}

KTEST(page_init_on_a_plain_map)
{
	struct fake_map map = { .usable = { { 0, 128 << 10 } }, .usable_count = 1 };

	try_map(&map, 64);
}

KTEST(page_init_leaves_out_holes_and_partial_pages)
{
	struct fake_map map = {
		.usable = {
			{ 0, 0x1FC00 },
			{ MIB + 1, MIB + 0x10FFF },
			{ MIB + 0x11000, MIB + 0x11000 },
			{ MIB + 0x20800, MIB + 0x21800 },
			{ MIB + 0x30000, MIB + 0x34000 },
		},
		.usable_count = 5,
	};

	try_map(&map, 64);
}

KTEST(page_init_leaves_out_what_is_taken)
{
	struct fake_map map = {
		.usable = {
			{ 0, 0x1F000 },
			{ MIB, MIB + 0x20000 },
			{ MIB + 0x30000, MIB + 0x50000 },
		},
		.usable_count = 3,
		.taken = {
			{ 0x8000, 0x8001 },                 // one byte, one page
			{ 0x8FFF, 0x9001 },                 // two bytes, two pages
			{ 0xBFFF, 0xC000 },                 // the last byte of a page
			{ 0x1E000, MIB + 0x1000 },          // over a hole
			{ MIB + 0x1F000, MIB + 0x20000 },   // up to the end of a range
			{ MIB + 0x30000, MIB + 0x30000 },   // nothing
			{ MIB + 0x30000, MIB + 0x4F001 },   // all but nothing
		},
		.taken_count = 7,
	};

	try_map(&map, 64);
}

KTEST(page_init_with_boot_memory_used_up)
{
	struct fake_map map = { .usable = { { 0x1000, 0x3000 } }, .usable_count = 1 };

	// pages[] and the memory before it: nothing is left of the range.
	try_map(&map, 1);
}

KTEST(page_init_keeps_boot_memory_of_the_real_machine)
{
	for (physaddr_t pa = ROUND_DOWN(boot_map.start, PAGE_SIZE); pa < boot_map.next;
	     pa += PAGE_SIZE)
		EXPECT_EQ(phys_to_page(pa)->kind, PAGE_RESERVED);
	EXPECT_EQ(pages[0].kind, PAGE_RESERVED);
	EXPECT(virt_to_phys(pages + page_total) <= boot_map.next);
}

KTEST(page_init_makes_the_zero_page)
{
	EXPECT(!test_find_other_word(page_to_virt(zero_page), PAGE_SIZE / 4, 0));
	EXPECT_EQ(zero_page->pins, 1);
	page_incref(zero_page);
	page_incref(zero_page);
	page_decref(zero_page);
	page_decref(zero_page);
	EXPECT_EQ(zero_page->count, 0);
	EXPECT(!page_is_free(page_to_ppn(zero_page)));
}
