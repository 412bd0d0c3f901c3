// test_object.c: memory objects: their pages, their size, and the results of reads and writes.
#include "vm/test/vm_test_util.h"

#include "mem/fail_alloc.h"
#include "mem/heap.h"

static char buffer[3 * PAGE_SIZE];

// Returns the index of the first byte of buffer[from, to) that is not `byte`, or `to`.
static size_t find_other(size_t from, size_t to, char byte)
{
	while (from < to && buffer[from] == byte)
		from++;
	return from;
}

KTEST(object_reads_back_what_was_written)
{
	static const uint64_t offsets[] = {
		0, 1, PAGE_SIZE - 1, PAGE_SIZE, 64 * PAGE_SIZE - 2, 4096ull * PAGE_SIZE + 77
	};
	static const size_t lengths[] = {
		1, 4, PAGE_SIZE - 1, PAGE_SIZE, PAGE_SIZE + 1, 2 * PAGE_SIZE + 3
	};
	size_t before = page_free_count();

	for (size_t i = 0; i < ARRAY_SIZE(offsets); i++) {
		for (size_t j = 0; j < ARRAY_SIZE(lengths); j++) {
			struct object *obj = object_create();
			size_t len = lengths[j];

			memset(buffer, 'x', len);
			EXPECT_EQ(object_write(obj, offsets[i], buffer, len), len);
			EXPECT(obj->size == offsets[i] + len);
			memset(buffer, 0, sizeof(buffer));
			EXPECT_EQ(object_read(obj, offsets[i], buffer, sizeof(buffer)), len);
			EXPECT_EQ(find_other(0, len, 'x'), len);
			EXPECT_EQ(find_other(len, sizeof(buffer), 0), sizeof(buffer));
			object_put(obj);
		}
	}
	EXPECT_EQ(page_free_count(), before);
	heap_check();
}

KTEST(object_read_ends_at_the_size)
{
	struct object *obj = object_create();

	EXPECT_EQ(object_read(obj, 0, buffer, 10), 0);
	EXPECT_EQ(object_write(obj, 0, "quire", 5), 5);
	EXPECT_EQ(object_read(obj, 0, buffer, 10), 5);
	EXPECT_EQ(object_read(obj, 3, buffer, 10), 2);
	EXPECT_EQ(memcmp(buffer, "re", 2), 0);
	EXPECT_EQ(object_read(obj, 5, buffer, 10), 0);
	EXPECT_EQ(object_read(obj, UINT64_MAX, buffer, 10), 0);
	EXPECT_EQ(object_read(obj, 0, buffer, 0), 0);
	EXPECT_EQ(object_write(obj, 100, buffer, 0), 0);
	EXPECT(obj->size == 5); // nothing written, nothing grown
	object_put(obj);
}

KTEST(object_holes_read_as_zeroes_and_take_no_page)
{
	struct object *obj = object_create();

	EXPECT_EQ(object_write(obj, 5 * PAGE_SIZE, "x", 1), 1);
	EXPECT_EQ(obj->resident, 1);
	memset(buffer, 'y', sizeof(buffer));
	EXPECT_EQ(object_read(obj, 3 * PAGE_SIZE + 10, buffer, 2 * PAGE_SIZE), 2 * PAGE_SIZE - 9);
	EXPECT_EQ(find_other(0, 2 * PAGE_SIZE - 10, 0), 2 * PAGE_SIZE - 10);
	EXPECT_EQ(buffer[2 * PAGE_SIZE - 10], 'x');
	EXPECT_EQ(obj->resident, 1);
	EXPECT_EQ(zero_page->pins, 1);
	EXPECT_EQ(object_truncate(obj, OBJECT_MAX), 0);
	EXPECT_EQ(object_read(obj, OBJECT_MAX - 5, buffer, 10), 5);
	EXPECT_EQ(obj->resident, 1);
	object_put(obj);
}

KTEST(object_write_at_the_greatest_size)
{
	struct object *obj = object_create();

	EXPECT_EQ(object_write(obj, OBJECT_MAX, "x", 1), -EFBIG);
	EXPECT_EQ(object_write(obj, UINT64_MAX, "x", 1), -EFBIG);
	EXPECT(obj->size == 0);
	EXPECT_EQ(object_write(obj, OBJECT_MAX - 3, "quire", 5), 3);
	EXPECT(obj->size == OBJECT_MAX);
	EXPECT_EQ(object_read(obj, OBJECT_MAX - 3, buffer, 5), 3);
	EXPECT_EQ(memcmp(buffer, "qui", 3), 0);
	EXPECT_EQ(object_truncate(obj, OBJECT_MAX + 1), -EFBIG);
	EXPECT_EQ(object_truncate(obj, 0), 0);
	EXPECT_EQ(obj->resident, 0);
	object_put(obj);
}

KTEST(object_truncate_drops_pages_and_clears_the_tail)
{
	size_t before = page_free_count();
	struct object *obj = test_object(5);

	EXPECT_EQ(obj->resident, 5);
	EXPECT_EQ(object_truncate(obj, 2 * PAGE_SIZE + 100), 0);
	EXPECT_EQ(obj->resident, 3);
	EXPECT_EQ(object_truncate(obj, 3 * PAGE_SIZE), 0); // and grown again
	EXPECT_EQ(object_read(obj, 2 * PAGE_SIZE, buffer, PAGE_SIZE), PAGE_SIZE);
	EXPECT_EQ(find_other(0, PAGE_SIZE, 'c'), 100);
	EXPECT_EQ(find_other(100, PAGE_SIZE, 0), PAGE_SIZE);
	EXPECT_EQ(object_truncate(obj, PAGE_SIZE), 0);
	EXPECT_EQ(obj->resident, 1);
	EXPECT_EQ(object_truncate(obj, PAGE_SIZE), 0);
	EXPECT_EQ(object_read(obj, PAGE_SIZE - 1, buffer, 10), 1);
	EXPECT_EQ(buffer[0], 'a');
	EXPECT_EQ(object_truncate(obj, 1), 0);
	EXPECT_EQ(object_truncate(obj, 0), 0);
	EXPECT_EQ(obj->resident, 0);
	object_put(obj);
	EXPECT_EQ(page_free_count(), before);
}

KTEST(object_punch_makes_holes)
{
	static const struct {
		uint64_t offset, len;
		size_t resident; // of four pages
	} cases[] = {
		{ PAGE_SIZE, PAGE_SIZE, 3 },
		{ 10, 20, 4 },
		{ PAGE_SIZE - 1, 2, 4 },
		{ PAGE_SIZE - 1, PAGE_SIZE + 2, 3 },
		{ 0, 4 * PAGE_SIZE, 0 },
		{ 100, 4 * PAGE_SIZE, 1 },
		{ 2 * PAGE_SIZE, 1000ull * PAGE_SIZE, 2 },
		{ 4 * PAGE_SIZE, PAGE_SIZE, 4 },
		{ 3 * PAGE_SIZE, 0, 4 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct object *obj = test_object(4);
		size_t wrong = 0;

		EXPECT_EQ(object_punch(obj, cases[i].offset, cases[i].len), 0);
		EXPECT_EQ(obj->resident, cases[i].resident);
		EXPECT(obj->size == 4 * PAGE_SIZE);
		for (uint64_t at = 0; at < 4 * PAGE_SIZE; at += PAGE_SIZE) {
			EXPECT_EQ(object_read(obj, at, buffer, PAGE_SIZE), PAGE_SIZE);
			for (size_t j = 0; j < PAGE_SIZE; j++) {
				bool hole = at + j >= cases[i].offset &&
				            at + j - cases[i].offset < cases[i].len;

				wrong += buffer[j] != (hole ? 0 : (char)('a' + at / PAGE_SIZE));
			}
		}
		EXPECT_EQ(wrong, 0);
		object_put(obj);
	}
}

KTEST(object_page_finds_makes_and_pins)
{
	size_t before = page_free_count();
	struct object *obj = test_object(1);
	page_t *pp, *again;

	EXPECT_EQ(object_page(obj, 0, false, &pp), 0);
	EXPECT_EQ(pp->kind, PAGE_OBJECT);
	EXPECT(pp->owner == obj);
	EXPECT_EQ(pp->index, 0);
	EXPECT_EQ(pp->count, 1);
	EXPECT_EQ(pp->pins, 1);
	EXPECT_EQ(object_page(obj, 0, true, &again), 0);
	EXPECT(again == pp);
	EXPECT_EQ(pp->pins, 2);
	page_unpin(again);
	EXPECT_EQ(object_page(obj, 7, false, &again), -ENOENT);
	EXPECT_EQ(object_page(obj, 7, true, &again), 0);
	EXPECT_EQ(again->index, 7);
	EXPECT_EQ(*(char *)page_to_virt(again), 0);
	EXPECT_EQ(obj->resident, 2);
	page_unpin(again);
	object_put(obj);
	EXPECT_EQ(pp->count, 0); // gone with the object, but for the pin
	EXPECT_EQ(pp->pins, 1);
	EXPECT_EQ(*(char *)page_to_virt(pp), 'a');
	EXPECT_EQ(page_free_count(), before - 1);
	page_unpin(pp);
	EXPECT_EQ(page_free_count(), before);
}

KTEST(object_adopt_page_takes_it_as_it_is)
{
	size_t before = page_free_count();
	struct object *obj = object_create();
	page_t *pp;

	EXPECT_EQ(page_alloc(&pp), 0);
	pp->kind = PAGE_RESERVED; // as the pages of a module are
	memset(page_to_virt(pp), 'm', PAGE_SIZE);
	EXPECT_EQ(object_adopt_page(obj, 3, pp), 0);
	EXPECT_EQ(pp->kind, PAGE_OBJECT);
	EXPECT_EQ(pp->count, 1);
	EXPECT_EQ(obj->resident, 1);
	EXPECT(obj->size == 0); // adopting a page does not change the size
	EXPECT_EQ(object_truncate(obj, 3 * PAGE_SIZE + 10), 0);
	EXPECT_EQ(object_read(obj, 3 * PAGE_SIZE, buffer, 100), 10);
	EXPECT_EQ(find_other(0, 10, 'm'), 10);
	object_put(obj);
	EXPECT_EQ(page_free_count(), before);
	EXPECT_EQ(pp->kind, PAGE_FREE);
}

KTEST(object_references_keep_it)
{
	size_t before = page_free_count();
	struct object *obj = test_object(2);

	EXPECT_EQ(obj->refs, 1);
	EXPECT(object_get(obj) == obj);
	EXPECT_EQ(obj->refs, 2);
	object_put(obj);
	EXPECT_EQ(object_read(obj, 0, buffer, 1), 1);
	object_put(obj);
	EXPECT_EQ(page_free_count(), before);
}

#ifdef DEBUG

// Each allocation of a write fails once: the bytes written before count, and nothing is lost.
KTEST(object_write_with_each_allocation_failing)
{
	size_t before = page_free_count();
	uint32_t n = 0;
	ssize_t done;

	memset(buffer, 'w', sizeof(buffer));
	do {
		struct object *obj = object_create();
		uint64_t offset = 64 * PAGE_SIZE - 10;

		mem_fail_after(++n);
		done = object_write(obj, offset, buffer, sizeof(buffer));
		EXPECT_EQ(done == sizeof(buffer), mem_fail_after(0) != 0);
		EXPECT(done > 0 || done == -ENOMEM);
		EXPECT(obj->size == (done > 0 ? offset + (uint64_t)done : 0));
		if (done > 0)
			EXPECT_EQ(done == sizeof(buffer) || done % PAGE_SIZE == 10, 1);
		object_put(obj);
		EXPECT_EQ(page_free_count(), before);
	} while (done != sizeof(buffer) && n < 30);
	EXPECT(n > 4);
	EXPECT(n < 30);
	heap_check();
	page_check();
}

KTEST(object_create_without_memory)
{
	mem_fail_after(1);
	EXPECT(!object_create());
	mem_fail_after(0);
}

#endif
