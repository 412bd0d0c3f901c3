// test_nomem.c: each operation with each of its allocations failing in turn: it returns -ENOMEM,
// and everything is as before.
#include "vm/ptes.h"
#include "vm/test/vm_test_util.h"
#include <abi/mman.h>

#ifdef DEBUG

#include "mem/fail_alloc.h"
#include "mem/heap.h"
#include "vm/uaccess.h"
#include "vm/uffd.h"

// One operation on a space. Returns 0 or -errno.
typedef int (*operation)(struct aspace *as);

static struct object *file;

// Make areas of each kind, some with pages: 0-8rw 8-12r 20-28rws@0 30-34rw@0, and a second table.
static struct aspace *make_scene(void)
{
	struct aspace *as = test_aspace();

	test_map(as, 0, 8, RW);
	test_map(as, 8, 12, PROT_READ);
	test_map_object(as, 20, 28, RW, AREA_SHARED, file, 0);
	test_map_object(as, 30, 34, RW, 0, file, 0);
	test_map(as, 1024, 1030, RW);
	as->brk_start = as->brk = AT(2048);
	for (unsigned int i = 1; i < 8; i += 2)
		test_store(as, AT(i), 'x');
	test_store(as, AT(21), 'y');
	test_store(as, AT(31), 'z');
	test_store(as, AT(1025), 'w');
	return as;
}

// Returns how many entries are in use, by table: a sum that shows a change.
static unsigned int count_entries(struct aspace *as)
{
	unsigned int count = 0;

	for (uintptr_t va = AT(0); va < AT(3072); va += PAGE_SIZE)
		count += pte_peek(as, va) != 0;
	return count;
}

// Let one allocation after the other fail until the operation succeeds. It must allocate at least
// `least` times.
static void fail_each(operation operate, uint32_t least)
{
	size_t start = page_free_count();
	uint32_t n = 0;
	int error;

	do {
		struct aspace *as = make_scene();
		char before[256];
		unsigned int entries = count_entries(as);
		size_t free = page_free_count();

		strcpy(before, test_areas(as));
		mem_fail_after(++n);
		error = operate(as);
		EXPECT_EQ(error != 0, mem_fail_after(0) == 0);
		if (error) {
			EXPECT_EQ(error, -ENOMEM);
			EXPECT_AREAS(as, before);
			EXPECT_EQ(count_entries(as), entries);
			EXPECT_EQ(page_free_count(), free);
		}
		test_aspace_check(as);
		aspace_put(as);
		EXPECT_EQ(page_free_count(), start);
	} while (error && n < 60);
	EXPECT(!error);
	EXPECT(n > least);
	heap_check();
	page_check();
}

#define FAIL_EACH(operation, least)          \
	do {                                 \
		file = test_object(8);       \
		fail_each(operation, least); \
		object_put(file);            \
	} while (0)

static int map_fresh(struct aspace *as)
{
	struct map_request request = { .len = PAGE_SIZE, .prot = PROT_READ };
	uintptr_t va;

	return aspace_map(as, &request, &va);
}

static int map_over(struct aspace *as)
{
	struct map_request request = {
		.va = AT(3), .len = 2 * PAGE_SIZE, .prot = PROT_READ, .fixed = true, .object = file
	};
	uintptr_t va;

	return aspace_map(as, &request, &va);
}

KTEST(aspace_map_with_each_allocation_failing)
{
	FAIL_EACH(map_fresh, 1);
	FAIL_EACH(map_over, 2);
}

static int unmap_middle(struct aspace *as)
{
	return aspace_unmap(as, AT(2), 3 * PAGE_SIZE);
}

// A range whose ends lie in two areas, which only become smaller.
static int unmap_across(struct aspace *as)
{
	return aspace_unmap(as, AT(7), 19 * PAGE_SIZE);
}

KTEST(aspace_unmap_with_each_allocation_failing)
{
	FAIL_EACH(unmap_middle, 1);
	FAIL_EACH(unmap_across, 0);
}

static int protect_middle(struct aspace *as)
{
	return aspace_protect(as, AT(22), 3 * PAGE_SIZE, PROT_NONE);
}

static int grow_brk(struct aspace *as)
{
	return aspace_brk(as, AT(2050)) == AT(2050) ? 0 : -ENOMEM;
}

KTEST(aspace_protect_and_brk_with_each_allocation_failing)
{
	FAIL_EACH(protect_middle, 2);
	FAIL_EACH(grow_brk, 1);
}

// The copy is released at once: the test is that a failure leaves nothing behind.
static int clone(struct aspace *as)
{
	struct aspace *copy;
	int error = aspace_clone(as, &copy);

	if (error)
		return error;
	EXPECT_TEXT(test_areas(copy), "0-8rw 8-12r 20-28rws@0 30-34rw@0 1024-1030rw");
	test_aspace_check(copy);
	aspace_put(copy);
	return 0;
}

KTEST(aspace_clone_with_each_allocation_failing)
{
	FAIL_EACH(clone, 5); // space, directory, the block of areas, two tables
}

static int move_away(struct aspace *as)
{
	uintptr_t va;

	return aspace_remap(as, AT(2), 4 * PAGE_SIZE, 6 * PAGE_SIZE, MREMAP_MAYMOVE, 0, &va);
}

static int move_to_place(struct aspace *as)
{
	uintptr_t va;

	return aspace_remap(as, AT(22), 2 * PAGE_SIZE, 2 * PAGE_SIZE, MREMAP_MAYMOVE | MREMAP_FIXED,
	                    AT(2100), &va);
}

static uint32_t messages;

static void count_message(struct watch *watch)
{
	(void)watch;
	messages++;
}

// A context whose descriptor is closed still wakes readers, but nobody waits for them.
static int move_registered(struct aspace *as)
{
	struct uffd *uffd = uffd_create(as, 0);
	struct watch watch;
	int error;
	bool large;

	if (!uffd)
		return -ENOMEM;
	uffd->features = UFFD_READY | UFFD_FEATURE_EVENT_REMAP;
	uffd->closed = true;
	messages = 0;
	watch_init(&watch, count_message);
	watch_add(&uffd->readers, &watch);
	error = uffd_attach_range(uffd, as, AT(0), AT(8), AREA_UFFD_MISSING, &large);
	if (!error)
		error = move_away(as);
	EXPECT_EQ(messages, error ? 0 : 1);
	EXPECT_EQ(uffd->changing, 0);
	watch_end(&watch);
	uffd_close(uffd);
	return error;
}

KTEST(aspace_remap_with_each_allocation_failing)
{
	FAIL_EACH(move_registered, 4);
	FAIL_EACH(move_away, 2);
	FAIL_EACH(move_to_place, 2);
}

static int advise(struct aspace *as)
{
	int error = aspace_advise(as, AT(3), 2 * PAGE_SIZE, MADV_DONTFORK);

	return error == -EAGAIN ? -ENOMEM :
	                          error; // Linux's error for lack of memory in these calls
}

static int lock(struct aspace *as)
{
	return aspace_lock(as, AT(3), 2 * PAGE_SIZE, AREA_LOCKED | AREA_ONFAULT);
}

KTEST(aspace_advise_with_each_allocation_failing)
{
	FAIL_EACH(advise, 2);
	FAIL_EACH(lock, 2);
}

static int touched; // where, in pages

static int fault_write(struct aspace *as)
{
	enum fault_result result = aspace_fault(as, AT(touched), ACCESS_WRITE);

	EXPECT(result == FAULT_OK || result == FAULT_NO_MEMORY);
	return result == FAULT_OK ? 0 : -ENOMEM;
}

KTEST(aspace_fault_with_each_allocation_failing)
{
	touched = 2; // demand-zero
	FAIL_EACH(fault_write, 1);
	touched = 33; // a private copy of a file's page
	FAIL_EACH(fault_write, 1);
}

static int fault_in_copy(struct aspace *as)
{
	uint32_t wanted = mem_fail_after(0); // not the clone's allocations
	struct aspace *copy = test_clone(as);
	int error;

	mem_fail_after(wanted);
	error = fault_write(copy);
	wanted = mem_fail_after(0);
	EXPECT_EQ(test_byte(copy, AT(1)), 'x');
	test_aspace_check(copy);
	aspace_put(copy);
	mem_fail_after(wanted);
	return error;
}

KTEST(aspace_copy_on_write_without_memory)
{
	touched = 1;
	FAIL_EACH(fault_in_copy, 1);
}

// The first fault under a page table needs two pages, the second of which may be missing.
static int fault_new_table(struct aspace *as)
{
	uint32_t wanted = mem_fail_after(0);

	test_map(as, 2048, 2050, RW);
	mem_fail_after(wanted);
	return fault_write(as);
}

KTEST(aspace_fault_without_memory_for_a_table)
{
	struct aspace *as;
	size_t before;

	file = test_object(8);
	touched = 2048;
	for (uint32_t n = 1; n <= 4; n++) {
		before = page_free_count();
		as = make_scene();
		mem_fail_after(n);
		EXPECT_EQ(fault_new_table(as), mem_fail_after(0) ? 0 : -ENOMEM);
		test_aspace_check(as);
		aspace_put(as);
		EXPECT_EQ(page_free_count(), before);
	}
	object_put(file);
}

// A copy to another space that runs out of memory half-way has copied the bytes before that.
KTEST(copyout_with_each_allocation_failing)
{
	static const char data[3 * PAGE_SIZE] = "x";
	size_t before = page_free_count(), done;
	uint32_t n = 0;

	do {
		struct aspace *as = test_aspace();

		test_map(as, 0, 3, RW);
		mem_fail_after(++n);
		done = copyout_partial(as, (void __user *)AT(0), data, sizeof(data));
		EXPECT_EQ(done == sizeof(data), mem_fail_after(0) != 0);
		EXPECT_EQ(done % PAGE_SIZE, 0);
		test_aspace_check(as);
		aspace_put(as);
		EXPECT_EQ(page_free_count(), before);
	} while (done != sizeof(data) && n < 20);
	EXPECT(n > 4);
}

#endif
