// test_named.c: named areas: who may use which, and each operation with each of its allocations
// failing in turn.
#include "mem/fail_alloc.h"
#include "mem/heap.h"
#include "named/named.h"
#include "vm/test/vm_test_util.h"
#include <abi/mman.h>

static struct area_request ask(const char *name, unsigned int n, uint32_t lock, uint32_t access)
{
	struct area_request request = {
		.size = n * PAGE_SIZE,
		.protection = RW,
		.lock = lock,
		.access = access,
	};

	strcpy(request.name, name);
	return request;
}

// Make an area of `n` pages that others may write to. Panics on failure: the test cannot go on
// without it.
static int make(struct aspace *as, const char *name, unsigned int n, uintptr_t va)
{
	struct area_request request = ask(name, n, AREA_LOCK_NONE, AREA_ACCESS_WRITE);

	request.address = va;
	if (named_create(as, 1, &request, 1))
		panic("a test cannot make a named area");
	return request.id;
}

static struct area_clone_request clone_of(int id, uintptr_t va, uint32_t flags)
{
	return (struct area_clone_request){
		.source = id, .flags = flags, .address = va, .protection = RW
	};
}

static size_t size_of(struct aspace *as, int id)
{
	struct area_info info;

	return named_info(as, id, false, &info) ? 0 : info.size;
}

KTEST(named_memory_lives_as_long_as_a_clone)
{
	size_t before = page_free_count();
	struct aspace *as = test_aspace(), *other = test_aspace();
	int id = make(as, "memory", 2, AT(0));
	struct area_clone_request request = clone_of(id, AT(4), 0);

	test_store(as, AT(1), 'm');
	EXPECT_EQ(named_clone(other, 2, &request), 0);
	EXPECT_AREAS(as, "0-2rws@0");
	EXPECT_AREAS(other, "4-6rws@0");
	aspace_put(as);
	EXPECT_EQ(named_find(other, "memory"), request.id);
	EXPECT_EQ(test_touch(other, AT(5), ACCESS_READ), FAULT_OK);
	EXPECT_EQ(test_byte(other, AT(5)), 'm');
	test_aspace_check(other);
	aspace_put(other);
	EXPECT_EQ(page_free_count(), before);
}

KTEST(named_areas_end_with_their_space)
{
	size_t before = page_free_count();
	struct aspace *as = test_aspace(), *child, *other = test_aspace();
	int id = make(as, "short", 1, AT(0));

	EXPECT_EQ(aspace_clone(as, &child), 0);
	EXPECT_EQ(child->named, 0);
	EXPECT_EQ(named_delete(child, &id, 1), -EPERM);
	aspace_put(as);
	EXPECT_EQ(named_find(other, "short"), -ENOENT);
	EXPECT_EQ(size_of(other, id), 0);
	EXPECT_TEXT(area_find(&child->areas, AT(0))->name, "short");
	EXPECT_AREAS(child, "0-1rws@0");
	aspace_put(child);
	aspace_put(other);
	EXPECT_EQ(page_free_count(), before);
}

KTEST(named_ids_are_not_used_again_at_once)
{
	struct aspace *as = test_aspace();
	int first = make(as, "first", 1, 0), second;

	EXPECT_EQ(named_delete(as, &first, 1), 0);
	second = make(as, "second", 1, 0);
	EXPECT(second != first && second > 0);
	EXPECT_EQ(size_of(as, first), 0);
	EXPECT_EQ(size_of(as, second), PAGE_SIZE);
	aspace_put(as);
}

KTEST(named_pieces_go_with_their_area_and_others_stay)
{
	struct aspace *as = test_aspace();
	int id = make(as, "pieces", 6, AT(0));
	uintptr_t va;

	EXPECT_EQ(aspace_unmap(as, AT(1), PAGE_SIZE), 0);
	EXPECT_EQ(aspace_protect(as, AT(3), PAGE_SIZE, PROT_READ), 0);
	EXPECT_EQ(aspace_remap(as, AT(5), PAGE_SIZE, PAGE_SIZE, MREMAP_MAYMOVE | MREMAP_FIXED,
	                       AT(10), &va),
	          0);
	test_map(as, 1, 2, RW);
	EXPECT_AREAS(as, "0-1rws@0 1-2rw 2-3rws@2 3-4rs@3 4-5rws@4 10-11rws@5");
	EXPECT_EQ(named_protect(as, id, PROT_READ), 0);
	EXPECT_AREAS(as, "0-1rs@0 1-2rw 2-5rs@2 10-11rws@5");
	test_aspace_check(as);
	EXPECT_EQ(named_delete(as, &id, 1), 0);
	EXPECT_AREAS(as, "1-2rw 10-11rws@5");
	EXPECT_TEXT(area_find(&as->areas, AT(10))->name, "pieces");
	test_aspace_check(as);
	aspace_put(as);
}

KTEST(named_contiguous_pages_stand_in_a_row)
{
	size_t before = page_free_count();
	struct aspace *as = test_aspace();
	struct area_request request = ask("row", 5, AREA_LOCK_CONTIGUOUS, AREA_ACCESS_PRIVATE);
	uint32_t physical;

	request.address = AT(0);
	EXPECT_EQ(named_create(as, 1, &request, 1), 0);
	EXPECT_EQ(named_physical(as, request.id, &physical), 0);
	for (unsigned int i = 0; i < 5; i++)
		EXPECT_EQ(page_to_phys(test_page_at(as, AT(i))), physical + i * PAGE_SIZE);
	EXPECT_EQ(named_resize(as, request.id, 2 * PAGE_SIZE, 0), 0);
	EXPECT(test_page_at(as, AT(2)) == NULL);
	test_aspace_check(as);
	aspace_put(as);
	EXPECT_EQ(page_free_count(), before);
}

// As many pages as a large page has, which do not become a large page.
KTEST(named_contiguous_pages_may_be_as_many_as_a_large_page)
{
	size_t before = page_free_count();
	struct aspace *as = test_aspace();
	struct area_request request = ask("large", LARGE_PAGES, AREA_LOCK_CONTIGUOUS,
	                                  AREA_ACCESS_PRIVATE);

	if (named_create(as, 1, &request, 1) == 0)
		EXPECT_EQ(named_resize(as, request.id, PAGE_SIZE, 0), 0);
	aspace_put(as);
	EXPECT_EQ(page_free_count(), before);
	page_check();
}

#define PIECES 100u

// A named area may consist of 65,000 pieces, so walks over them count their work.
KTEST(named_pieces_are_counted_as_work)
{
	struct aspace *as = test_aspace();
	int id = make(as, "pieces", PIECES, AT(0));
	struct map_request request = { .object = test_object(1), .flags = AREA_SHARED };

	for (unsigned int i = 0; i < PIECES; i += 2)
		EXPECT_EQ(aspace_protect(as, AT(i), PAGE_SIZE, PROT_READ), 0);
	(void)test_work();
	EXPECT_EQ(named_protect(as, id, RW), 0);
	EXPECT(test_work() > PIECES * 300);
	EXPECT_AREAS(as, "0-100rws@0");
	for (unsigned int i = 0; i < PIECES; i += 2)
		EXPECT_EQ(aspace_protect(as, AT(i), PAGE_SIZE, PROT_READ), 0);
	test_map(as, PIECES - 1, PIECES, RW); // not a piece
	(void)test_work();
	EXPECT_EQ(named_remap(as, id, &request), -EEXIST);
	EXPECT(test_work() > PIECES * 5);
	aspace_put(as);
	object_put(request.object);
}

#ifdef DEBUG

// In all operations below, `id` is an area of 4 pages at AT(0) that may grow to 8, of the space
// `as`.
static struct aspace *as, *other;
static struct object *file;
static int id;

static int create(void)
{
	struct area_request requests[3] = {
		ask("lazy", 2, AREA_LOCK_LAZY, 0),
		ask("full", 3, AREA_LOCK_FULL, 0),
		ask("row", 4, AREA_LOCK_CONTIGUOUS, 0),
	};

	return named_create(as, 1, requests, 3);
}

static int share(void)
{
	struct area_clone_request request = clone_of(id, 0, 0);

	return named_clone(other, 1, &request);
}

static int copy(void)
{
	struct area_clone_request request = clone_of(id, 0, AREA_CLONE_COPY);

	request.lock = AREA_LOCK_FULL;
	return named_clone(other, 1, &request);
}

static int grow(void)
{
	return named_resize(as, id, 8 * PAGE_SIZE, AREA_RESIZE_RECLAIM);
}

static int map_file(void)
{
	struct map_request request = { .object = file, .flags = AREA_SHARED };

	return named_remap(as, id, &request);
}

static int map_device(void)
{
	struct map_request request = { .offset = 0xA0000, .ops = &linear_ops };

	return named_remap(as, id, &request);
}

static void make_scene(void)
{
	struct area_request request = ask("scene", 4, AREA_LOCK_FULL, AREA_ACCESS_WRITE);

	as = test_aspace();
	other = test_aspace();
	request.maximum = 8 * PAGE_SIZE;
	request.address = AT(0);
	if (named_create(as, 1, &request, 1))
		panic("a test cannot make a named area");
	id = request.id;
	test_store(as, AT(1), 'x');
}

// Let one allocation after the other fail, until `operate` makes no more. After -ENOMEM everything
// is as before; the operation may also succeed without the allocation.
static void fail_each(int (*operate)(void), uint32_t least)
{
	size_t start = page_free_count();
	uint32_t n = 0, left;
	int error;

	do {
		size_t free;

		make_scene();
		free = page_free_count();
		mem_fail_after(++n);
		error = operate();
		left = mem_fail_after(0);
		if (error) {
			EXPECT_EQ(error, -ENOMEM);
			EXPECT_AREAS(as, "0-8rws@0");
			EXPECT_AREAS(other, "");
			EXPECT_EQ(as->named, 1);
			EXPECT_EQ(other->named, 0);
			EXPECT_EQ(size_of(as, id), 4 * PAGE_SIZE);
			EXPECT_EQ(test_byte(as, AT(1)), 'x');
			EXPECT_EQ(page_free_count(), free);
		}
		test_aspace_check(as);
		test_aspace_check(other);
		aspace_put(as);
		aspace_put(other);
		EXPECT_EQ(page_free_count(), start);
	} while (left == 0 && n < 100);
	EXPECT_EQ(error, 0);
	EXPECT(n > least);
	heap_check();
	page_check();
}

KTEST(named_create_without_memory)
{
	fail_each(create, 12);
}

KTEST(named_share_without_memory)
{
	fail_each(share, 2);
}

KTEST(named_copy_without_memory)
{
	fail_each(copy, 6);
}

KTEST(named_grow_without_memory)
{
	fail_each(grow, 1);
}

KTEST(named_file_without_memory)
{
	file = test_object(4);
	fail_each(map_file, 1);
	object_put(file);
}

KTEST(named_device_without_memory)
{
	fail_each(map_device, 1);
}

#endif
