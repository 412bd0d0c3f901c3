// test_area.c: compare the tree of areas with a model so simple that it must be right: one byte
// for each page.
#include "debug/ktest.h"

#include "layout.h"
#include "vm/area.h"

#define BASE 0x10000000u
#define PAGES 200u // pages of the model, from BASE on
#define AREAS 60u

// areas[i] covers the pages p with owner[p] == i + 1; 0: free.
static struct area areas[AREAS];
static uint8_t owner[PAGES];
static uint32_t random_state;

// Returns a random number below `n` (a linear congruential generator; its low bits are poor).
static uint32_t random_below(uint32_t n)
{
	random_state = random_state * 1664525 + 1013904223;
	return (random_state >> 12) % n;
}

static uintptr_t address(uint32_t page)
{
	return BASE + page * PAGE_SIZE;
}

static uint32_t page_of(uintptr_t va)
{
	return (va - BASE) / PAGE_SIZE;
}

// Returns how many pages from `page` on have owner `who`.
static uint32_t run_length(uint32_t page, uint8_t who)
{
	uint32_t n = 0;

	while (page + n < PAGES && owner[page + n] == who)
		n++;
	return n;
}

static void own(uint32_t page, uint32_t n, uint8_t who)
{
	memset(owner + page, who, n);
}

static void world_begin(struct area_tree *tree)
{
	area_tree_init(tree);
	memset(owner, 0, sizeof(owner));
	memset(areas, 0, sizeof(areas));
	random_state = 12345;
}

static bool in_use(const struct area *area)
{
	return area->end != 0;
}

static void insert_somewhere(struct area_tree *tree, struct area *area)
{
	uint32_t page = random_below(PAGES), room = run_length(page, 0), n;

	if (!room)
		return;
	n = 1 + random_below(MIN(room, 8u));
	area->start = address(page);
	area->end = address(page + n);
	own(page, n, (uint8_t)(area - areas + 1));
	area_insert(tree, area);
}

static void remove(struct area_tree *tree, struct area *area)
{
	own(page_of(area->start), (area->end - area->start) / PAGE_SIZE, 0);
	area_remove(tree, area);
	area->end = 0;
}

// Move both borders of an area, anywhere up to its neighbours.
static void resize(struct area_tree *tree, struct area *area)
{
	uint32_t first = page_of(area->start), end = page_of(area->end), low = first, high = end;

	while (low > 0 && !owner[low - 1])
		low--;
	high += run_length(end, 0);
	own(first, end - first, 0);
	first = low + random_below(end - low);
	end = first + 1 + random_below(high - first);
	own(first, end - first, (uint8_t)(area - areas + 1));
	area_resize(tree, area, address(first), address(end));
}

static void check_finding(const struct area_tree *tree)
{
	for (uint32_t page = 0; page < PAGES; page++) {
		struct area *expected = owner[page] ? &areas[owner[page] - 1] : NULL;
		uint32_t from = page + run_length(page, 0);

		EXPECT(area_find(tree, address(page)) == expected);
		EXPECT(area_find(tree, address(page) + PAGE_SIZE - 1) == expected);
		EXPECT(area_find_from(tree, address(page)) ==
		       (from < PAGES ? &areas[owner[from] - 1] : NULL));
	}
	EXPECT(!area_find(tree, address(PAGES)));
	EXPECT(!area_find_from(tree, address(PAGES)));
}

// Returns the lowest page in [low, high) from which on `n` pages are free and the address is
// aligned, or PAGES if there is none.
static uint32_t model_gap(uint32_t low, uint32_t high, uint32_t n, uint32_t align)
{
	for (uint32_t page = low; page + n <= high; page++)
		if (address(page) % (align * PAGE_SIZE) == 0 && run_length(page, 0) >= n)
			return page;
	return PAGES;
}

static void check_gaps(const struct area_tree *tree)
{
	for (int i = 0; i < 20; i++) {
		uint32_t low = random_below(PAGES), high = low + random_below(PAGES - low + 1);
		uint32_t n = 1 + random_below(10), align = 1u << random_below(4);
		uint32_t expected = model_gap(low, high, n, align);
		uintptr_t found = 0;
		int error = area_find_gap(tree, address(low), address(high), n * PAGE_SIZE,
		                          align * PAGE_SIZE, &found);

		EXPECT_EQ(error, expected < PAGES ? 0 : -ENOMEM);
		if (!error)
			EXPECT_EQ(page_of(found), expected);
	}
}

KTEST(area_tree_agrees_with_the_model)
{
	struct area_tree tree;

	world_begin(&tree);
	for (int step = 0; step < 1500; step++) {
		struct area *area = &areas[random_below(AREAS)];

		if (!in_use(area))
			insert_somewhere(&tree, area);
		else if (random_below(3) == 0)
			remove(&tree, area);
		else
			resize(&tree, area);
		area_tree_check(&tree);
		if (step % 10 == 0) {
			check_finding(&tree);
			check_gaps(&tree);
		}
	}
	for (size_t i = 0; i < AREAS; i++)
		if (in_use(&areas[i]))
			remove(&tree, &areas[i]);
	EXPECT(!tree.root);
	EXPECT_EQ(tree.count, 0);
	EXPECT(list_empty(&tree.list));
}

#define MANY 500u

static struct area many[MANY];

// Insert `MANY` areas of one page at every second page, in the order given by a stride; then check
// the height of the tree. An AVL tree of 500 nodes has at most 11 levels.
static void fill(struct area_tree *tree, uint32_t stride)
{
	area_tree_init(tree);
	for (uint32_t i = 0; i < MANY; i++) {
		struct area *area = &many[i * stride % MANY];

		area->start = BASE + (uint32_t)(area - many) * 2 * PAGE_SIZE;
		area->end = area->start + PAGE_SIZE;
		area_insert(tree, area);
		if (i % 50 == 0)
			area_tree_check(tree);
	}
	area_tree_check(tree);
	EXPECT_EQ(tree->count, MANY);
	EXPECT(tree->root->height <= 11);
}

KTEST(area_tree_stays_balanced_in_every_order)
{
	static const uint32_t strides[] = { 1, MANY - 1, 3, 249, 251 }; // upwards, downwards, others
	struct area_tree tree;

	for (size_t i = 0; i < ARRAY_SIZE(strides); i++) {
		uint32_t stride = strides[ARRAY_SIZE(strides) - 1 - i];

		fill(&tree, strides[i]);
		for (uint32_t j = 0; j < MANY; j++) {
			area_remove(&tree, &many[j * stride % MANY]);
			if (j % 50 == 0)
				area_tree_check(&tree);
		}
		EXPECT(!tree.root);
	}
}

static uint32_t steps;

static void count_step(void)
{
	steps++;
}

// For any number of areas, a tree built in one pass equals the tree that insertions make, and can
// be changed like it.
KTEST(area_tree_build_makes_a_tree_of_a_list)
{
	struct area_tree tree;

	for (uint32_t count = 0; count <= 70; count++) {
		area_tree_init(&tree);
		steps = 0;
		for (uint32_t i = 0; i < count; i++) {
			many[i].start = BASE + i * 2 * PAGE_SIZE;
			many[i].end = many[i].start + PAGE_SIZE;
			area_append(&tree, &many[i]);
		}
		area_tree_build(&tree, count % 2 ? count_step : NULL);
		area_tree_check(&tree);
		EXPECT_EQ(steps, count % 2 ? count : 0);
		EXPECT_EQ(tree.count, count);
		for (uint32_t i = 0; i < count; i++)
			EXPECT(area_find(&tree, many[i].start) == &many[i]);
		for (uint32_t i = 0; i < count; i++)
			area_remove(&tree, &many[i]);
		EXPECT(!tree.root);
	}
}

KTEST(area_next_and_prev_walk_in_order)
{
	struct area_tree tree;
	struct area *area;
	uint32_t i = 0;

	fill(&tree, 7);
	for (area = area_find_from(&tree, 0); area; area = area_next(&tree, area))
		EXPECT(area == &many[i++]);
	EXPECT_EQ(i, MANY);
	for (area = &many[MANY - 1]; area; area = area_prev(&tree, area))
		EXPECT(area == &many[--i]);
	EXPECT_EQ(i, 0);
}

static void set(struct area *area, uintptr_t start, uintptr_t end)
{
	*area = (struct area){ .start = start, .end = end };
}

#define GAP(low, high, len, align) area_find_gap(&tree, low, high, len, align, &va)

KTEST(area_find_gap_at_the_edges)
{
	struct area_tree tree;
	struct area a, b;
	uintptr_t va = 1;

	area_tree_init(&tree);
	EXPECT_EQ(GAP(0x1000, 0x3000, 0x2000, PAGE_SIZE), 0);
	EXPECT_EQ(va, 0x1000);
	EXPECT_EQ(GAP(0x1000, 0x3000, 0x3000, PAGE_SIZE), -ENOMEM);
	EXPECT_EQ(GAP(0x3000, 0x1000, 0x1000, PAGE_SIZE), -ENOMEM); // no window at all
	EXPECT_EQ(GAP(0, ULIM, ULIM, PAGE_SIZE), 0);
	EXPECT_EQ(va, 0);
	EXPECT_EQ(GAP(0, ULIM, ULIM + PAGE_SIZE, PAGE_SIZE), -ENOMEM);
	EXPECT_EQ(GAP(0x1000, ULIM, LARGE_SIZE, LARGE_SIZE), 0);
	EXPECT_EQ(va, LARGE_SIZE);
	EXPECT_EQ(GAP(ULIM - LARGE_SIZE + 1, ULIM, PAGE_SIZE, LARGE_SIZE), -ENOMEM);
	set(&a, 0x40000000, 0x40002000);
	set(&b, 0x40004000, ULIM);
	area_insert(&tree, &a);
	area_insert(&tree, &b);
	EXPECT_EQ(GAP(0x40000000, ULIM, 0x2000, PAGE_SIZE), 0);
	EXPECT_EQ(va, 0x40002000);
	EXPECT_EQ(GAP(0x40000000, ULIM, 0x3000, PAGE_SIZE), -ENOMEM);
	EXPECT_EQ(GAP(0x40000000, 0x40003000, 0x2000, PAGE_SIZE), -ENOMEM);
	EXPECT_EQ(GAP(0x40001000, ULIM, 0x1000, 0x4000), -ENOMEM);
	EXPECT_EQ(GAP(0x40003000, ULIM, 0x1000, PAGE_SIZE), 0);
	EXPECT_EQ(va, 0x40003000);
	EXPECT_EQ(GAP(0x3FFFF000, ULIM, 0x1000, PAGE_SIZE), 0);
	EXPECT_EQ(va, 0x3FFFF000);
	area_remove(&tree, &b);
	EXPECT_EQ(GAP(0x40000000, ULIM, ULIM - 0x40002000, PAGE_SIZE), 0);
	EXPECT_EQ(va, 0x40002000);
	EXPECT_EQ(GAP(0x50000000, ULIM, PAGE_SIZE, PAGE_SIZE), 0);
	EXPECT_EQ(va, 0x50000000);
}

// area_tree_check notices each kind of damage.
KTEST(area_tree_check_notices_damage)
{
	struct area_tree tree;
	struct area *last;

	fill(&tree, 7);
	many[3].max_gap += PAGE_SIZE;
	EXPECT_PANIC(area_tree_check(&tree));
	many[3].max_gap -= PAGE_SIZE;
	many[5].gap += PAGE_SIZE;
	EXPECT_PANIC(area_tree_check(&tree));
	many[5].gap -= PAGE_SIZE;
	many[8].end += 2 * PAGE_SIZE;
	EXPECT_PANIC(area_tree_check(&tree));
	many[8].end -= 2 * PAGE_SIZE;
	tree.root->height++;
	EXPECT_PANIC(area_tree_check(&tree));
	tree.root->height--;
	tree.count++;
	EXPECT_PANIC(area_tree_check(&tree));
	tree.count--;
	tree.root->left->parent = NULL;
	EXPECT_PANIC(area_tree_check(&tree));
	tree.root->left->parent = tree.root;
	last = area_last(&tree);
	list_remove(&last->link);
	tree.count--;
	EXPECT_PANIC(area_tree_check(&tree)); // still in the tree
	list_add_tail(&tree.list, &last->link);
	tree.count++;
	area_tree_check(&tree);
}
