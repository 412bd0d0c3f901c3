// test_large.c: areas of large pages: reservations, copies, pins, and failures half-way.
#include "mem/large_pool.h"
#include "vm/test/vm_test_util.h"
#include <abi/mman.h>

#ifdef DEBUG
#include "mem/fail_alloc.h"
#endif

#define SPAN(n) (BASE + LARGE_SIZE * (uintptr_t)(n))

static size_t taken(void)
{
	struct large_counts counts = large_pool_counts();

	return counts.total - counts.free;
}

static size_t reserved(void)
{
	return large_pool_counts().reserved;
}

static struct object *make_object(size_t n)
{
	struct object *obj = object_create_large();

	large_pool_init(4);
	if (!obj || object_truncate(obj, (uint64_t)n * LARGE_SIZE))
		panic("a test found no memory for an object");
	return obj;
}

static int map(struct aspace *as, struct object *obj, unsigned int first, unsigned int end,
               uint16_t flags)
{
	struct map_request request = {
		.va = SPAN(first),
		.len = (end - first) * LARGE_SIZE,
		.prot = RW,
		.flags = flags,
		.fixed = true,
		.object = obj,
	};
	uintptr_t va;

	return aspace_map(as, &request, &va);
}

// Returns the byte at `va`, which is present.
static char *byte_at(struct aspace *as, uintptr_t va)
{
	return (char *)phys_to_virt(PDE_LARGE_ADDR(as->pgdir[PDX(va)])) + va % LARGE_SIZE;
}

// The pages reserved for an area are released with it, touched or not.
KTEST(large_private_areas_have_promises)
{
	struct object *obj = make_object(3);
	struct aspace *as = test_aspace();

	EXPECT_EQ(map(as, obj, 0, 3, 0), 0);
	EXPECT_EQ(reserved(), 3);
	EXPECT_EQ(test_touch(as, SPAN(1) + 5 * PAGE_SIZE, ACCESS_WRITE), FAULT_OK);
	EXPECT_EQ(reserved(), 2);
	EXPECT_EQ(taken(), 1);
	test_aspace_check(as);
	EXPECT_EQ(aspace_unmap(as, SPAN(0), 2 * LARGE_SIZE), 0);
	EXPECT_EQ(reserved(), 1);
	EXPECT_EQ(taken(), 0);
	test_aspace_check(as);
	EXPECT_EQ(map(as, obj, 0, 4, 0), 0); // over what is left
	EXPECT_EQ(reserved(), 4);
	aspace_put(as);
	EXPECT_EQ(reserved(), 0);
	object_put(obj);
}

// The pages of a shared mapping are reserved to the object, and stay reserved after the unmapping.
KTEST(large_shared_areas_leave_promises_to_the_object)
{
	struct object *obj = make_object(3);
	struct aspace *as = test_aspace();

	EXPECT_EQ(map(as, obj, 0, 2, AREA_SHARED), 0);
	EXPECT_EQ(reserved(), 2);
	EXPECT_EQ(map(as, obj, 8, 11, AREA_SHARED), 0);
	EXPECT_EQ(reserved(), 3);
	EXPECT_EQ(test_touch(as, SPAN(9), ACCESS_READ), FAULT_OK);
	EXPECT_EQ(reserved(), 2);
	EXPECT_EQ(test_touch(as, SPAN(1), ACCESS_WRITE), FAULT_OK);
	EXPECT_EQ(taken(), 1);
	EXPECT(byte_at(as, SPAN(1)) == byte_at(as, SPAN(9)));
	test_aspace_check(as);
	aspace_put(as);
	EXPECT_EQ(reserved(), 2);
	EXPECT_EQ(taken(), 1);
	EXPECT_EQ(object_truncate(obj, LARGE_SIZE), 0);
	EXPECT_EQ(reserved(), 1);
	EXPECT_EQ(taken(), 0);
	object_put(obj);
	EXPECT_EQ(reserved(), 0);
}

KTEST(large_areas_are_cut_where_pages_meet)
{
	struct object *obj = make_object(2);
	struct aspace *as = test_aspace();

	EXPECT_EQ(map(as, obj, 0, 2, AREA_SHARED), 0);
	EXPECT_EQ(aspace_unmap(as, SPAN(0), PAGE_SIZE), -EINVAL);
	EXPECT_EQ(aspace_unmap(as, SPAN(2) - PAGE_SIZE, 2 * PAGE_SIZE), -EINVAL);
	EXPECT_EQ(aspace_protect(as, SPAN(1) + PAGE_SIZE, PAGE_SIZE, PROT_READ), -EINVAL);
	EXPECT_EQ(aspace_unmap(as, SPAN(0) - PAGE_SIZE, LARGE_SIZE + PAGE_SIZE), 0);
	EXPECT_AREAS(as, "1024-2048rws@1024");
	test_aspace_check(as);
	aspace_put(as);
	object_put(obj);
}

KTEST(large_pages_are_copied_when_written)
{
	struct object *obj = make_object(1);
	struct aspace *as = test_aspace(), *copy;

	EXPECT_EQ(map(as, obj, 0, 1, 0), 0);
	EXPECT_EQ(test_touch(as, SPAN(0), ACCESS_WRITE), FAULT_OK);
	*byte_at(as, SPAN(0) + 12345) = 'p';
	EXPECT_EQ(aspace_clone(as, &copy), 0);
	EXPECT_EQ(taken(), 1);
	EXPECT(!(as->pgdir[PDX(SPAN(0))] & PTE_W));
	EXPECT_EQ(test_touch(copy, SPAN(0), ACCESS_WRITE), FAULT_OK);
	EXPECT_EQ(taken(), 2);
	*byte_at(copy, SPAN(0) + 12345) = 'c';
	EXPECT_EQ(*byte_at(as, SPAN(0) + 12345), 'p');
	EXPECT_EQ(test_touch(as, SPAN(0), ACCESS_WRITE), FAULT_OK);
	EXPECT_EQ(taken(), 2); // in place
	test_aspace_check(as);
	test_aspace_check(copy);
	aspace_put(copy);
	EXPECT_EQ(taken(), 1);
	aspace_put(as);
	object_put(obj);
}

// The space that has reserved its pages takes them from the others, which cannot access them any
// more.
KTEST(large_pages_are_taken_from_children)
{
	struct object *obj = make_object(1);
	struct aspace *as = test_aspace(), *child, *grandchild;
	size_t rest;

	EXPECT_EQ(map(as, obj, 0, 1, 0), 0);
	EXPECT_EQ(test_touch(as, SPAN(0), ACCESS_WRITE), FAULT_OK);
	EXPECT_EQ(aspace_clone(as, &child), 0);
	EXPECT_EQ(aspace_clone(child, &grandchild), 0);
	rest = large_pool_counts().free;
	EXPECT_EQ(large_reserve(rest), 0);
	EXPECT_EQ(test_touch(child, SPAN(0), ACCESS_WRITE), FAULT_NO_PAGE);
	EXPECT_EQ(test_touch(child, SPAN(0), ACCESS_READ), FAULT_OK);
	EXPECT_EQ(test_touch(as, SPAN(0), ACCESS_WRITE), FAULT_OK);
	EXPECT_EQ(test_touch(child, SPAN(0), ACCESS_READ), FAULT_NO_PAGE);
	large_unreserve(rest);
	EXPECT_EQ(test_touch(child, SPAN(0), ACCESS_READ), FAULT_NO_PAGE);
	EXPECT_EQ(test_touch(grandchild, SPAN(0), ACCESS_WRITE), FAULT_NO_PAGE);
	EXPECT_EQ(taken(), 1);
	test_aspace_check(as);
	test_aspace_check(child);
	aspace_put(grandchild);
	aspace_put(child);
	aspace_put(as);
	object_put(obj);
}

// A pin on any part keeps the whole page, and finds the memory of that part.
KTEST(large_pages_are_pinned_as_wholes)
{
	struct object *obj = make_object(1);
	struct aspace *as = test_aspace();
	uintptr_t va = SPAN(0) + 300 * PAGE_SIZE;
	page_t *pp;

	EXPECT_EQ(map(as, obj, 0, 1, 0), 0);
	EXPECT_EQ(aspace_pin_page(as, va, ACCESS_WRITE, &pp), 0);
	EXPECT(page_to_virt(pp) == byte_at(as, va));
	EXPECT_EQ(aspace_protect(as, SPAN(0), LARGE_SIZE, PROT_READ), 0);
	EXPECT_EQ(aspace_unmap(as, SPAN(0), LARGE_SIZE), 0);
	EXPECT_EQ(taken(), 1);
	page_unpin(pp);
	EXPECT_EQ(taken(), 0);
	EXPECT_EQ(aspace_pin_page(as, va, ACCESS_READ, &pp), -EFAULT);
	aspace_put(as);
	object_put(obj);
}

// Change, move and discard a large page with a PROT_NONE entry.
KTEST(large_entries_are_held_and_moved)
{
	struct object *obj = make_object(2);
	struct aspace *as = test_aspace();
	uintptr_t va;

	EXPECT_EQ(map(as, obj, 0, 2, 0), 0);
	EXPECT_EQ(test_touch(as, SPAN(0), ACCESS_WRITE), FAULT_OK);
	*byte_at(as, SPAN(0)) = 'h';
	EXPECT_EQ(aspace_protect(as, SPAN(0), 2 * LARGE_SIZE, PROT_NONE), 0);
	EXPECT_EQ(test_touch(as, SPAN(0), ACCESS_READ), FAULT_NOT_ALLOWED);
	EXPECT_EQ(reserved(), 1);
	test_aspace_check(as);
	EXPECT_EQ(aspace_remap(as, SPAN(0), 2 * LARGE_SIZE, 2 * LARGE_SIZE,
	                       MREMAP_MAYMOVE | MREMAP_FIXED, SPAN(5), &va),
	          0);
	EXPECT_EQ(as->pgdir[PDX(SPAN(0))], 0);
	EXPECT_EQ(as->pgdir[PDX(SPAN(1))], 0);
	EXPECT_EQ(aspace_protect(as, SPAN(5), 2 * LARGE_SIZE, RW), 0);
	EXPECT_EQ(*byte_at(as, SPAN(5)), 'h');
	test_aspace_check(as);
	EXPECT_EQ(aspace_advise(as, SPAN(5), LARGE_SIZE, MADV_DONTNEED), 0);
	EXPECT_EQ(taken(), 0);
	EXPECT_EQ(reserved(), 2);
	aspace_put(as);
	EXPECT_EQ(reserved(), 0);
	object_put(obj);
}

#ifdef DEBUG

// Map, touch and copy with one allocation failing: in every case all memory can be freed
// afterwards.
static int run_once(uint32_t n, uint16_t flags)
{
	struct object *obj = make_object(3);
	struct aspace *as = test_aspace(), *copy = NULL;
	int error;

	mem_fail_after(n);
	error = map(as, obj, 0, 3, flags);
	for (unsigned int i = 0; i < 3 && !error; i += 2)
		error = -(int)test_touch(as, SPAN(i), ACCESS_WRITE);
	if (!error)
		error = aspace_clone(as, &copy);
	if (!error)
		error = -(int)test_touch(copy, SPAN(2), ACCESS_WRITE);
	if (!error)
		error = aspace_unmap(as, SPAN(1), LARGE_SIZE);
	EXPECT_EQ(error != 0, mem_fail_after(0) == 0);
	test_aspace_check(as);
	if (copy) {
		test_aspace_check(copy);
		aspace_put(copy);
	}
	aspace_put(as);
	object_put(obj);
	return error;
}

KTEST(large_failures_leave_nothing_behind)
{
	static const uint16_t kinds[] = { 0, AREA_SHARED, AREA_NORESERVE };

	for (size_t kind = 0; kind < ARRAY_SIZE(kinds); kind++) {
		uint32_t n = 1;

		while (run_once(n, kinds[kind]) && n < 40) {
			EXPECT_EQ(taken(), 0);
			EXPECT_EQ(reserved(), 0);
			n++;
		}
		EXPECT(n > 3 && n < 40);
	}
	page_check();
}

#endif
