// trace_area.c: the grader's operations on a tree of areas. No space and no page table belongs to
// it, and its areas lie in memory that the grader chooses, so it needs no layer below. Operations
// name areas by numbers.
#include "trace/trace.h"
#include "vm/area.h"

#define NOT_STORED 0xDEADBEEFu // in what a function should store
#define NO_AREA 0xFFFFFFFFu    // reported where there is no area
#define LISTED_MAX 48          // areas that `area_list` reports

static struct area_tree tree;
static struct area *areas; // areas_count of them
static size_t areas_count;
static bool as_leaves; // let the memory of a new area look as if the area were in a tree already

// Returns true if `area` is one of areas[], so that its fields may be read.
static bool is_area(const struct area *area)
{
	uintptr_t offset = (uintptr_t)area - (uintptr_t)areas;

	return area >= areas && offset % sizeof(*area) == 0 && offset / sizeof(*area) < areas_count;
}

// Returns the number of an area; NO_AREA for NULL; for any other address the address itself.
static uint32_t area_number(const struct area *area)
{
	if (!area)
		return NO_AREA;
	return is_area(area) ? (uint32_t)(area - areas) : (uint32_t)area;
}

static struct area *area_by_number(uint32_t number)
{
	return number < areas_count ? &areas[number] : NULL;
}

// tree AT N LEAVES: begin an empty tree of at most N areas, which lie at physical address AT; with LEAVES
// their memory looks like leaves'. Reports 0 if that memory is there.
TRACE_OP(tree)
{
	bool may = args[1] < LINEAR_SIZE / sizeof(*areas) &&
	           trace_may_write(args[0], args[1] * sizeof(*areas));

	area_tree_init(&tree);
	areas = may ? phys_to_virt(args[0]) : NULL;
	areas_count = may ? args[1] : 0;
	as_leaves = args[2];
	trace_value(!may);
}

// Insert area `number` for [start, end).
static void insert(uint32_t number, uintptr_t start, uintptr_t end, uint32_t flags)
{
	struct area *area = area_by_number(number);

	if (!area)
		return;
	*area = (struct area){ .start = start, .end = end, .flags = (uint16_t)flags };
	area->height = 0x55; // whatever kmalloc returns
	area->gap = area->max_gap = NOT_STORED;
	if (as_leaves) {
		area->height = 1;
		area->gap = area->max_gap = 0;
	}
	area->left = area->right = area->parent = (struct area *)NOT_STORED;
	area_insert(&tree, area);
}

// area_insert I START END FLAGS: area I, with AREA_ bits.
TRACE_OP(area_insert)
{
	insert(args[0], args[1], args[2], args[3]);
}

// insert_many N START STEP SIZE: the areas 0 to N - 1, at START, START + STEP and so on, in an order
// that is neither rising nor falling.
TRACE_OP(insert_many)
{
	for (size_t i = 0; i < args[0]; i++) {
		size_t number = i * 7919 % args[0]; // a prime: each number once
		uintptr_t start = args[1] + number * args[2];

		insert(number, start, start + args[3], 0);
	}
}

// area_remove I
TRACE_OP(area_remove)
{
	if (area_by_number(args[0]))
		area_remove(&tree, area_by_number(args[0]));
}

// area_find VA, area_find_from VA: report the area, and how many instructions it took.
static void report_search(const struct area *found, uint64_t since)
{
	trace_value(area_number(found));
	trace_value((uint32_t)(rdtsc() - since));
}

TRACE_OP(area_find)
{
	uint64_t since = rdtsc();

	report_search(area_find(&tree, args[0]), since);
}

TRACE_OP(area_find_from)
{
	uint64_t since = rdtsc();

	report_search(area_find_from(&tree, args[0]), since);
}

// area_find_gap LOW HIGH LEN ALIGN: reports the error, the address that was stored, and how many
// instructions it took.
TRACE_OP(area_find_gap)
{
	uintptr_t va = NOT_STORED;
	uint64_t since = rdtsc();
	int error = area_find_gap(&tree, args[0], args[1], args[2], args[3], &va);

	since = rdtsc() - since;
	trace_value((uint32_t)error);
	trace_value(va);
	trace_value((uint32_t)since);
}

// area_list: walk the list of areas. Reports for each, at most LISTED_MAX, on a line of its own: its
// number, the numbers of left and right child and parent, height, gap, and the largest gap of its
// subtree; last tree.count, the root, and a fault of the list (0: none, 1: a link leads to no area,
// 2: `prev` is wrong, 3: it is endless).
TRACE_OP(area_list)
{
	const struct list *before = &tree.list, *link = before->next;
	uint32_t fault = 0, count = 0;

	for (; link != &tree.list && !fault; before = link, link = link->next) {
		const struct area *area = list_entry(link, struct area, link);

		if (!is_area(area))
			fault = 1;
		else if (link->prev != before)
			fault = 2;
		else if (++count > areas_count)
			fault = 3;
		if (fault || count > LISTED_MAX)
			break;
		trace_value(area_number(area));
		trace_value(area_number(area->left));
		trace_value(area_number(area->right));
		trace_value(area_number(area->parent));
		trace_value(area->height);
		trace_value(area->gap);
		trace_value(area->max_gap);
		trace_more();
	}
	if (!fault && link == &tree.list && tree.list.prev != before)
		fault = 2;
	trace_value(tree.count);
	trace_value(area_number(tree.root));
	trace_value(fault);
}
