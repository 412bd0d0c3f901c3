// test_random.c: long random sequences of operations on address spaces that are copies of each
// other, next to models that know only the protection and the first byte of each page. In debug
// builds some allocations fail on the way.
#include "vm/test/vm_test_util.h"
#include <abi/mman.h>

#include "mem/fail_alloc.h"
#include "mem/heap.h"

// The window lies across the border between two page tables. On both sides of it are pages in use
// that no operation touches again: only tables with many entries are shared by a clone.
#define FIRST (1024u - 30)
#define PAGES 60u
#define PAGE(n) AT(FIRST + (n))
#define BESIDE 70u

struct model_page {
	bool mapped;
	uint8_t prot;
	char value; // the first byte
};

// A space and its model.
struct world {
	struct aspace *as;
	struct model_page pages[PAGES];
};

static struct world worlds[4];
static struct world *world;      // the one in which something is done now
static struct aspace *space;     // its space
static struct model_page *model; // its pages
static bool failing;             // some allocations fail
static uint32_t random_state;

static uint32_t random_below(uint32_t n)
{
	random_state = random_state * 1664525 + 1013904223;
	return (random_state >> 12) % n;
}

// A run of pages in the window.
struct run {
	unsigned int first, end;
};

static struct run random_run(void)
{
	struct run run;

	run.first = random_below(PAGES);
	run.end = run.first + 1 + random_below(MIN(PAGES - run.first, 12u));
	return run;
}

static uint8_t random_prot(void)
{
	static const uint8_t prots[] = { PROT_NONE, PROT_READ, RW, RW };

	return prots[random_below(ARRAY_SIZE(prots))];
}

static size_t run_bytes(struct run run)
{
	return (run.end - run.first) * PAGE_SIZE;
}

// Perhaps let an allocation fail soon; and let no more fail.
static void fail_soon(void)
{
#ifdef DEBUG
	mem_fail_after(failing ? random_below(8) : 0);
#endif
}

static void fail_no_more(void)
{
#ifdef DEBUG
	mem_fail_after(0);
#endif
}

// An operation does all its work, or, if memory fails, nothing.
static bool succeeded(int error, const char *what)
{
	fail_no_more();
	if (error && !(failing && error == -ENOMEM))
		ktest_fail(__FILE__, __LINE__, "%s: error %d", what, error);
	return !error;
}

static void set_run(struct run run, bool mapped, uint8_t prot)
{
	for (unsigned int n = run.first; n < run.end; n++)
		model[n] = (struct model_page){ mapped, prot, 0 };
}

static void map(void)
{
	struct run run = random_run();
	struct map_request request = {
		.va = PAGE(run.first), .len = run_bytes(run), .prot = random_prot(), .fixed = true
	};
	uintptr_t va;

	fail_soon();
	if (succeeded(aspace_map(space, &request, &va), "map"))
		set_run(run, true, request.prot);
}

static void unmap(void)
{
	struct run run = random_run();

	fail_soon();
	if (succeeded(aspace_unmap(space, PAGE(run.first), run_bytes(run)), "unmap"))
		set_run(run, false, 0);
}

// mprotect() goes on up to the first hole; or, if memory fails, up to some area.
static void protect(void)
{
	struct run run = random_run();
	uint8_t prot = random_prot();
	unsigned int end = run.first;
	int error;

	while (end < run.end && model[end].mapped)
		end++;
	fail_soon();
	error = aspace_protect(space, PAGE(run.first), run_bytes(run), prot);
	fail_no_more();
	if (!failing)
		EXPECT_EQ(error, end < run.end ? -ENOMEM : 0);
	for (unsigned int n = run.first; n < end; n++) {
		const struct area *area = area_find(&space->areas, PAGE(n));

		if (!failing || (area && area->prot == prot))
			model[n].prot = prot;
	}
}

static enum fault_result expected_result(const struct model_page *page, enum fault_access access)
{
	if (!page->mapped)
		return FAULT_NO_AREA;
	if (access == ACCESS_WRITE ? !(page->prot & PROT_WRITE) : !page->prot)
		return FAULT_NOT_ALLOWED;
	return FAULT_OK;
}

static void touch(enum fault_access access)
{
	unsigned int n = random_below(PAGES);
	enum fault_result result, expected = expected_result(&model[n], access);

	fail_soon();
	result = aspace_fault(space, PAGE(n), access);
	fail_no_more();
	if (result == FAULT_NO_MEMORY && failing && expected == FAULT_OK)
		return;
	EXPECT_EQ(result, expected);
	if (result == FAULT_OK && access == ACCESS_WRITE) {
		model[n].value = (char)random_below(100);
		test_store(space, PAGE(n), model[n].value);
	}
}

static void forget(void)
{
	struct run run = random_run();
	bool hole = false;

	for (unsigned int n = run.first; n < run.end; n++) {
		hole |= !model[n].mapped;
		model[n].value = 0;
	}
	EXPECT_EQ(aspace_advise(space, PAGE(run.first), run_bytes(run), MADV_DONTNEED),
	          hole ? -ENOMEM : 0);
}

// Areas that are alike merge, so a run of pages with equal protection is one area.
static bool is_one_area(struct run run)
{
	for (unsigned int n = run.first; n < run.end; n++)
		if (!model[n].mapped || model[n].prot != model[run.first].prot)
			return false;
	return true;
}

static void move(void)
{
	struct run run = random_run(), to = random_run();
	struct model_page moved[PAGES];
	unsigned int len = run.end - run.first;
	const struct area *area;
	uintptr_t va;
	int error;

	to.end = to.first + len;
	if (!is_one_area(run) || to.end > PAGES || (to.first < run.end && run.first < to.end))
		return;
	memcpy(moved, &model[run.first], len * sizeof(*moved));
	fail_soon();
	error = aspace_remap(space, PAGE(run.first), run_bytes(run), run_bytes(run),
	                     MREMAP_MAYMOVE | MREMAP_FIXED, PAGE(to.first), &va);
	if (!succeeded(error, "remap")) {
		// What stood at the target may be gone, as on Linux: all of it, or nothing.
		area = area_find_from(&space->areas, PAGE(to.first));
		if (!area || area->start >= PAGE(to.end))
			set_run(to, false, 0);
		return;
	}
	set_run(run, false, 0);
	memcpy(&model[to.first], moved, len * sizeof(*moved));
}

static void enter(struct world *which)
{
	world = which;
	space = which->as;
	model = which->pages;
}

// A copy of this world replaces another world.
static void clone(void)
{
	struct world *other = &worlds[random_below(ARRAY_SIZE(worlds))];
	struct aspace *copy;
	int error;

	if (other == world)
		return;
	fail_soon();
	error = aspace_clone(space, &copy);
	if (!succeeded(error, "clone"))
		return;
	aspace_put(other->as);
	other->as = copy;
	memcpy(other->pages, model, sizeof(other->pages));
	test_aspace_check(copy);
}

// Returns true if page `n` is as the model says.
static bool check_page(unsigned int n, unsigned int step)
{
	const struct area *area = area_find(&space->areas, PAGE(n));
	char value = test_page_at(space, PAGE(n)) ? test_byte(space, PAGE(n)) : 0;
	int prot = area ? area->prot : -1, expected = model[n].mapped ? model[n].prot : -1;

	if (prot == expected && value == model[n].value)
		return true;
	ktest_fail(__FILE__, __LINE__,
	           "step %u: page %u has rights %d and holds %d, expected %d and %d", step, n, prot,
	           value, expected, model[n].value);
	return false;
}

static void do_something(void)
{
	switch (random_below(16)) {
	case 0 ... 2:
		map();
		break;
	case 3:
		unmap();
		break;
	case 4 ... 5:
		protect();
		break;
	case 6 ... 9:
		touch(ACCESS_WRITE);
		break;
	case 10 ... 11:
		touch(ACCESS_READ);
		break;
	case 12:
		forget();
		break;
	case 13 ... 14:
		move();
		break;
	default:
		clone();
	}
}

static void world_begin(struct world *which)
{
	memset(which, 0, sizeof(*which));
	which->as = test_aspace();
	test_map(which->as, FIRST - 1 - BESIDE, FIRST - 1, RW);
	test_map(which->as, FIRST + PAGES + 1, FIRST + PAGES + 1 + BESIDE, RW);
	for (unsigned int n = 1; n <= BESIDE; n++) {
		test_store(which->as, AT(FIRST - 1 - n), 'b');
		test_store(which->as, AT(FIRST + PAGES + n), 'b');
	}
}

// Check that all worlds are as their models say.
static bool check_all(unsigned int step)
{
	struct world *before = world;
	bool good = true;

	for (size_t i = 0; i < ARRAY_SIZE(worlds); i++) {
		enter(&worlds[i]);
		for (unsigned int n = 0; n < PAGES; n++)
			good &= check_page(n, step);
		good &= test_byte(space, AT(FIRST - 2)) == 'b';
	}
	enter(before);
	return good;
}

static void run_sequence(uint32_t seed)
{
	size_t before = page_free_count();
	bool good = true;

	random_state = seed;
	for (size_t i = 0; i < ARRAY_SIZE(worlds); i++)
		world_begin(&worlds[i]);
	for (unsigned int step = 0; step < 300 && good; step++) {
		enter(&worlds[random_below(ARRAY_SIZE(worlds))]);
		do_something();
		test_aspace_check(space);
		good = check_all(step);
	}
	EXPECT(good);
	for (size_t i = 0; i < ARRAY_SIZE(worlds); i++) {
		test_aspace_check(worlds[i].as);
		aspace_put(worlds[i].as);
	}
	EXPECT_EQ(page_free_count(), before);
	EXPECT_EQ(zero_page->count, 0);
}

KTEST(aspace_random_operations)
{
	failing = false;
	for (uint32_t seed = 1; seed <= 3; seed++)
		run_sequence(seed);
	page_check();
}

#ifdef DEBUG

KTEST(aspace_random_operations_without_memory)
{
	failing = true;
	for (uint32_t seed = 386; seed < 389; seed++)
		run_sequence(seed);
	heap_check();
	page_check();
}

#endif
