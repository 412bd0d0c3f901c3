// test_races.c: calls that yield half-way, and another call that runs meanwhile on the mappings or
// the object that the first has begun to change.
#include "mem/large_pool.h"
#include "vm/object_internal.h"
#include "vm/test/vm_test_util.h"
#include "vm/uffd.h"

#define LARGE_AT(n) (BASE + LARGE_SIZE * (uintptr_t)(n))

// The first call, and what it returned.
static struct {
	struct aspace *as;
	struct object *obj;
	struct uffd *uffd;
	ssize_t result;
} call;

// Run `entry` on a thread of its own until it yields, or ends. The thread calls test_yield_after.
static void begin(void (*entry)(void *arg))
{
	call.result = 1;
	test_spawn(entry, NULL);
	thread_yield();
}

static void truncate_to_nothing(void *arg)
{
	(void)arg;
	test_yield_after(0);
	call.result = object_truncate(call.obj, 0);
}

// A truncation has visited one of two areas when a border between them moves: the part of the other
// area, which it has not visited, must not keep its page.
static void move_border(bool up)
{
	unsigned int border = up ? 2 : 3;

	call.obj = test_object(4);
	call.as = test_aspace();
	// The area that is mapped last is visited first.
	if (up)
		test_map_object(call.as, border, 4, RW, AREA_SHARED, call.obj, border);
	test_map_object(call.as, 0, border, up ? PROT_READ : RW, AREA_SHARED, call.obj, 0);
	if (!up)
		test_map_object(call.as, border, 4, PROT_READ, AREA_SHARED, call.obj, border);
	for (unsigned int i = 0; i < 4; i++)
		EXPECT_EQ(test_touch(call.as, AT(i), ACCESS_READ), FAULT_OK);
	begin(truncate_to_nothing);
	EXPECT(call.obj->changing);
	EXPECT(test_page_at(call.as, AT(2)));
	EXPECT_EQ(aspace_protect(call.as, AT(2), PAGE_SIZE, PROT_READ), 0);
	EXPECT_AREAS(call.as, up ? "0-3rs@0 3-4rws@3" : "0-2rws@0 2-4rs@2");
	test_settle();
	EXPECT_EQ(call.result, 0);
	for (unsigned int i = 0; i < 4; i++)
		EXPECT(!test_page_at(call.as, AT(i)));
	test_aspace_check(call.as);
	aspace_put(call.as);
	object_put(call.obj);
}

KTEST(truncation_visits_a_part_that_a_border_has_passed)
{
	size_t before = test_free_memory();

	move_border(true);
	move_border(false);
	EXPECT_EQ(test_free_memory(), before);
}

// As many changes as object_round can count, none of which visits the area.
KTEST(truncation_visits_areas_after_many_other_changes)
{
	struct object *obj = test_object(2);
	struct aspace *as = test_aspace();

	test_map_object(as, 0, 2, RW, AREA_SHARED, obj, 0);
	EXPECT_EQ(object_truncate(obj, PAGE_SIZE), 0);
	EXPECT_EQ(object_truncate(obj, 2 * PAGE_SIZE), 0);
	EXPECT_EQ(test_touch(as, AT(1), ACCESS_WRITE), FAULT_OK);
	for (int i = 0; i < UINT16_MAX - 1; i++)
		EXPECT_EQ(object_punch(obj, 0, 1), 0);
	EXPECT(test_page_at(as, AT(1)));
	EXPECT_EQ(object_truncate(obj, PAGE_SIZE), 0);
	EXPECT(!test_page_at(as, AT(1)));
	test_aspace_check(as);
	aspace_put(as);
	object_put(obj);
}

static void map_object_over(void *arg)
{
	struct map_request request = {
		.va = BASE,
		.len = 2 * LARGE_SIZE,
		.prot = PROT_READ,
		.flags = AREA_SHARED,
		.fixed = true,
		.object = call.obj,
	};
	uintptr_t va;

	(void)arg;
	test_yield_after(AREA_LOOK_COST + 1); // not where the areas in the range are counted
	call.result = aspace_map(call.as, &request, &va);
}

// A mapping of an object replaces memory whose page tables another space shares. The object is
// truncated meanwhile: that must not reach into the tables.
KTEST(truncation_leaves_what_a_mapping_is_about_to_replace)
{
	size_t before = test_free_memory();
	struct aspace *as = test_aspace();

	call.obj = object_create();
	EXPECT_EQ(object_truncate(call.obj, 2 * LARGE_SIZE), 0);
	test_map(as, 0, 2048, RW);
	for (unsigned int i = 0; i < 2048; i += 10)
		test_store(as, AT(i), 'p');
	EXPECT_EQ(aspace_clone(as, &call.as), 0);
	begin(map_object_over);
	EXPECT_EQ(call.as->pgdir[PDX(BASE)], 0);
	EXPECT(call.as->pgdir[PDX(LARGE_AT(1))]); // not unmapped yet
	EXPECT_EQ(object_truncate(call.obj, LARGE_SIZE + 500 * PAGE_SIZE), 0);
	test_settle();
	EXPECT_EQ(call.result, 0);
	EXPECT_AREAS(call.as, "0-2048rs@0");
	for (unsigned int i = 0; i < 2048; i += 10)
		EXPECT(test_page_at(as, AT(i)));
	EXPECT_EQ(test_touch(call.as, LARGE_AT(1), ACCESS_READ), FAULT_OK);
	EXPECT_EQ(object_truncate(call.obj, LARGE_SIZE), 0);
	EXPECT(!test_page_at(call.as, LARGE_AT(1)));
	test_aspace_check(as);
	test_aspace_check(call.as);
	aspace_put(call.as);
	aspace_put(as);
	object_put(call.obj);
	EXPECT_EQ(test_free_memory(), before);
}

static void poison_pages(void *arg)
{
	struct uffd_fill fill = { .kind = UFFD_POISON, .start = AT(0), .len = 4 * PAGE_SIZE };

	(void)arg;
	test_yield_after(0);
	call.result = uffd_fill(call.uffd, call.as, &fill);
}

// While pages are poisoned, other memory takes the place of the area. It gets no markers: nothing
// would look for them there.
KTEST(poison_stays_in_the_area_that_is_noted)
{
	size_t before = test_free_memory();
	bool large;

	call.as = test_aspace();
	call.uffd = uffd_create(call.as, 0);
	test_map(call.as, 0, 4, RW);
	EXPECT_EQ(uffd_attach_range(call.uffd, call.as, AT(0), AT(4), AREA_UFFD_MISSING, &large), 0);
	begin(poison_pages);
	EXPECT(pte_marker(pte_peek(call.as, AT(0))));
	EXPECT_EQ(aspace_unmap(call.as, AT(0), 4 * PAGE_SIZE), 0);
	test_map(call.as, 0, 4, RW);
	EXPECT_EQ(uffd_attach_range(call.uffd, call.as, AT(0), AT(4), AREA_UFFD_MISSING, &large), 0);
	test_settle();
	EXPECT_EQ(call.result, PAGE_SIZE);
	EXPECT_EQ(uffd_detach_range(call.uffd, call.as, AT(0), AT(4)), 0);
	for (unsigned int i = 0; i < 4; i++) {
		EXPECT_EQ(test_touch(call.as, AT(i), i % 2 ? ACCESS_WRITE : ACCESS_READ), FAULT_OK);
		EXPECT(test_page_at(call.as, AT(i)));
	}
	uffd_close(call.uffd);
	aspace_put(call.as);
	EXPECT_EQ(test_free_memory(), before);
}

// Returns an object of `n` large pages, without any page.
static struct object *large_object(size_t n)
{
	struct object *obj = object_create_large();

	large_pool_init(4);
	if (!obj || object_truncate(obj, (uint64_t)n * LARGE_SIZE))
		panic("a test found no memory for an object");
	return obj;
}

static int map_large(struct aspace *as, struct object *obj, unsigned int end, uint16_t flags)
{
	struct map_request request = {
		.va = BASE,
		.len = end * LARGE_SIZE,
		.prot = RW,
		.flags = flags,
		.fixed = true,
		.object = obj,
	};
	uintptr_t va;

	return aspace_map(as, &request, &va);
}

static void expect_pool(size_t taken, size_t reserved)
{
	struct large_counts counts = large_pool_counts();

	EXPECT_EQ(counts.total - counts.free, taken);
	EXPECT_EQ(counts.reserved, reserved);
}

static void allocate_page(void *arg)
{
	(void)arg;
	test_yield_after(0);
	call.result = object_allocate_page(call.obj, 0);
}

KTEST(large_page_is_allocated_once_by_two)
{
	call.obj = large_object(1);
	begin(allocate_page);
	EXPECT(call.obj->changing);
	EXPECT_EQ(object_allocate_page(call.obj, 0), 0);
	test_settle();
	EXPECT_EQ(call.result, 0);
	expect_pool(1, 0);
	object_put(call.obj);
	expect_pool(0, 0);
}

// The page that is being filled counts as there.
KTEST(large_page_is_not_reserved_while_it_is_filled)
{
	struct aspace *as = test_aspace();

	call.obj = large_object(1);
	begin(allocate_page);
	EXPECT_EQ(map_large(as, call.obj, 2, AREA_SHARED), 0);
	test_settle();
	EXPECT_EQ(call.result, 0);
	expect_pool(1, 1);
	aspace_put(as);
	object_put(call.obj);
	expect_pool(0, 0);
}

// The size that a mapping gives to a file is not that of the truncation under way.
KTEST(large_object_grows_after_its_truncation)
{
	struct aspace *as = test_aspace(), *other = test_aspace();

	call.obj = large_object(2);
	EXPECT_EQ(map_large(as, call.obj, 2, AREA_SHARED), 0);
	EXPECT_EQ(test_touch(as, LARGE_AT(0), ACCESS_WRITE), FAULT_OK);
	begin(truncate_to_nothing);
	EXPECT(call.obj->changing);
	EXPECT_EQ(map_large(other, call.obj, 2, AREA_SHARED), 0);
	test_settle();
	EXPECT_EQ(call.result, 0);
	EXPECT(call.obj->size == 2 * LARGE_SIZE);
	expect_pool(0, 2);
	aspace_put(as);
	aspace_put(other);
	object_put(call.obj);
	expect_pool(0, 0);
}

static void unmap_large(void *arg)
{
	(void)arg;
	test_yield_after(0);
	call.result = aspace_unmap(call.as, LARGE_AT(0), 2 * LARGE_SIZE);
}

// The pages are unmapped already, the area is not removed yet: no reservation comes back.
KTEST(truncation_reserves_nothing_for_an_area_that_goes)
{
	struct large_counts counts;

	call.as = test_aspace();
	call.obj = large_object(2);
	EXPECT_EQ(map_large(call.as, call.obj, 2, 0), 0);
	EXPECT_EQ(test_touch(call.as, LARGE_AT(0), ACCESS_WRITE), FAULT_OK);
	begin(unmap_large);
	EXPECT(area_find(&call.as->areas, LARGE_AT(1)));
	counts = large_pool_counts();
	EXPECT_EQ(object_truncate(call.obj, 0), 0);
	test_settle();
	EXPECT_EQ(call.result, 0);
	EXPECT_EQ(counts.total - counts.free, 0);
	expect_pool(0, 0);
	EXPECT_EQ(call.as->pgdir[PDX(LARGE_AT(0))] | call.as->pgdir[PDX(LARGE_AT(1))], 0);
	aspace_put(call.as);
	object_put(call.obj);
}

static void move_large(void *arg)
{
	uintptr_t va;

	(void)arg;
	test_yield_after(0);
	call.result = aspace_remap(call.as, LARGE_AT(0), 2 * LARGE_SIZE, 2 * LARGE_SIZE,
	                           MREMAP_MAYMOVE | MREMAP_FIXED, LARGE_AT(8), &va);
}

// The truncation visits the target while that is empty, and yields before it visits the source.
KTEST(truncation_finds_large_pages_that_move)
{
	call.as = test_aspace();
	call.obj = large_object(2);
	EXPECT_EQ(map_large(call.as, call.obj, 2, AREA_SHARED), 0);
	for (unsigned int i = 0; i < 2; i++)
		EXPECT_EQ(test_touch(call.as, LARGE_AT(i), ACCESS_WRITE), FAULT_OK);
	begin(move_large);
	EXPECT(area_find(&call.as->areas, LARGE_AT(0))); // has not moved yet
	test_yield_after(0);
	EXPECT_EQ(object_truncate(call.obj, 0), 0);
	test_settle();
	EXPECT_EQ(call.result, 0);
	EXPECT_AREAS(call.as, "8192-10240rws@0");
	EXPECT_EQ(call.as->pgdir[PDX(LARGE_AT(8))] | call.as->pgdir[PDX(LARGE_AT(9))], 0);
	expect_pool(0, 0);
	aspace_put(call.as);
	object_put(call.obj);
}
