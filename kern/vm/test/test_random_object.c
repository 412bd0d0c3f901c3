// test_random_object.c: random sequences of operations on an object and on two spaces that map it,
// shared and private, next to a model that knows the first byte of each page.
#include "vm/test/vm_test_util.h"
#include <abi/mman.h>

#include "mem/heap.h"

#define PAGES 12u

enum kind { UNMAPPED, SHARED, PRIVATE };

struct model_page {
	enum kind kind;
	bool copied; // private, and written to
	char value;  // then: the copy's
};

struct world {
	struct aspace *as;
	struct model_page pages[PAGES]; // page n of the window maps page n of the object
};

static struct world worlds[2];
static struct object *object;
static char contents[PAGES]; // of the object; 0 where it has a hole
static unsigned int size;    // of the object, in pages
static uint32_t random_state;

static uint32_t random_below(uint32_t n)
{
	random_state = random_state * 1664525 + 1013904223;
	return (random_state >> 12) % n;
}

static char random_char(void)
{
	return (char)(1 + random_below(100));
}

static void map(struct world *world)
{
	unsigned int first = random_below(PAGES), end = first + 1 + random_below(PAGES - first);
	enum kind kind = (enum kind)random_below(3);

	if (kind == UNMAPPED)
		EXPECT_EQ(aspace_unmap(world->as, AT(first), (end - first) * PAGE_SIZE), 0);
	else
		test_map_object(world->as, first, end, RW, kind == SHARED ? AREA_SHARED : 0, object,
		                first);
	for (unsigned int n = first; n < end; n++)
		world->pages[n] = (struct model_page){ .kind = kind };
}

// Returns what a program should find in a page.
static char visible(const struct world *world, unsigned int n)
{
	return world->pages[n].copied ? world->pages[n].value : contents[n];
}

static enum fault_result expected_result(const struct world *world, unsigned int n)
{
	if (world->pages[n].kind == UNMAPPED)
		return FAULT_NO_AREA;
	return n < size || world->pages[n].copied ? FAULT_OK : FAULT_NO_PAGE;
}

static void touch(struct world *world, enum fault_access access)
{
	unsigned int n = random_below(PAGES);
	enum fault_result result = test_touch(world->as, AT(n), access);

	EXPECT_EQ(result, expected_result(world, n));
	if (result != FAULT_OK)
		return;
	EXPECT_EQ(test_byte(world->as, AT(n)), visible(world, n));
	if (access == ACCESS_READ)
		return;
	if (world->pages[n].kind == PRIVATE) {
		world->pages[n].copied = true;
		world->pages[n].value = random_char();
	} else {
		contents[n] = random_char();
	}
	test_store(world->as, AT(n), visible(world, n));
}

static void forget(struct world *world)
{
	unsigned int n = random_below(PAGES);

	EXPECT_EQ(aspace_advise(world->as, AT(n), PAGE_SIZE, MADV_DONTNEED),
	          world->pages[n].kind == UNMAPPED ? -ENOMEM : 0);
	world->pages[n].copied = false;
}

// Pages past the end go, and private copies of them too; if the object grows again, there are
// holes.
static void truncate(void)
{
	unsigned int n = random_below(PAGES + 1);

	EXPECT_EQ(object_truncate(object, n * PAGE_SIZE), 0);
	for (unsigned int i = n; i < size; i++) {
		contents[i] = 0;
		worlds[0].pages[i].copied = worlds[1].pages[i].copied = false;
	}
	size = n;
}

static void punch(void)
{
	unsigned int first = random_below(PAGES), end = first + 1 + random_below(PAGES - first);

	EXPECT_EQ(object_punch(object, first * PAGE_SIZE, (end - first) * PAGE_SIZE), 0);
	for (unsigned int n = first; n < end; n++)
		contents[n] = 0;
}

static void write(void)
{
	unsigned int n = random_below(PAGES);
	char byte = random_char();

	EXPECT_EQ(object_write(object, n * PAGE_SIZE, &byte, 1), 1);
	EXPECT_EQ(object_truncate(object, MAX(size, n + 1) * PAGE_SIZE), 0);
	contents[n] = byte;
	size = MAX(size, n + 1);
}

static void clone(struct world *world)
{
	struct world *other = world == &worlds[0] ? &worlds[1] : &worlds[0];
	struct aspace *copy;

	if (aspace_clone(world->as, &copy))
		panic("a test found no memory for the copy of a space");
	aspace_put(other->as);
	*other = *world;
	other->as = copy;
}

static void do_something(struct world *world)
{
	switch (random_below(16)) {
	case 0 ... 2:
		map(world);
		break;
	case 3 ... 6:
		touch(world, ACCESS_READ);
		break;
	case 7 ... 10:
		touch(world, ACCESS_WRITE);
		break;
	case 11:
		forget(world);
		break;
	case 12:
		truncate();
		break;
	case 13:
		punch();
		break;
	case 14:
		write();
		break;
	default:
		clone(world);
	}
}

// Check that page tables and object are as the models say.
static bool check(unsigned int step)
{
	for (size_t i = 0; i < ARRAY_SIZE(worlds); i++) {
		struct world *world = &worlds[i];

		test_aspace_check(world->as);
		for (unsigned int n = 0; n < PAGES; n++) {
			page_t *pp = test_page_at(world->as, AT(n));

			if (!pp && !world->pages[n].copied)
				continue;
			if (pp && expected_result(world, n) == FAULT_OK &&
			    *(char *)page_to_virt(pp) == visible(world, n))
				continue;
			ktest_fail(__FILE__, __LINE__, "step %u: page %u of space %zu", step, n, i);
			return false;
		}
	}
	for (unsigned int n = 0; n < size; n++) {
		char byte = 1;

		if (object_read(object, n * PAGE_SIZE, &byte, 1) != 1 || byte != contents[n]) {
			ktest_fail(__FILE__, __LINE__, "step %u: page %u holds %d, expected %d",
			           step, n, byte, contents[n]);
			return false;
		}
	}
	return object->size == size * PAGE_SIZE;
}

static void run_sequence(uint32_t seed)
{
	size_t before = page_free_count();
	bool good = true;

	random_state = seed;
	object = test_object(0);
	size = 0;
	memset(contents, 0, sizeof(contents));
	memset(worlds, 0, sizeof(worlds));
	worlds[0].as = test_aspace();
	worlds[1].as = test_aspace();
	for (unsigned int step = 0; step < 400 && good; step++) {
		do_something(&worlds[random_below(2)]);
		good = check(step);
	}
	EXPECT(good);
	aspace_put(worlds[0].as);
	aspace_put(worlds[1].as);
	EXPECT_EQ(object->refs, 1);
	object_put(object);
	EXPECT_EQ(page_free_count(), before);
}

KTEST(object_random_operations)
{
	for (uint32_t seed = 1; seed <= 3; seed++)
		run_sequence(seed);
	heap_check();
	page_check();
}
