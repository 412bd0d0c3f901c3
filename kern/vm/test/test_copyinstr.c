// test_copyinstr.c: strings with every offset and length around page borders, in the current
// space and in another one. No byte after the NUL is read, and none past `max`.
#include "vm/test/vm_test_util.h"
#include <abi/mman.h>

#include "mem/heap.h"
#include "vm/uaccess.h"

static const size_t offsets[] = { 0, 1, 4094, 4095 };
// Lengths with the NUL. The short ones are here because strings are read in rounds of four bytes.
static const size_t lengths[] = { 1, 2, 3, 4, 5, 6, 127, 128, 129, 4095, 4096, 4097, 8192, 8193 };

#define PAGES 3u
#define BYTES (PAGES * PAGE_SIZE)

static char buffer[BYTES + 1];

enum hole { UNMAPPED, NO_RIGHTS, HOLES };

static enum hole hole;
static unsigned int hole_page; // PAGES: no hole

static char *place(struct aspace *as, size_t at)
{
	return (char *)page_to_virt(test_page_at(as, AT(0) + at)) + at % PAGE_SIZE;
}

static void expect(size_t offset, size_t len, size_t max, long got, long expected)
{
	if (got != expected)
		ktest_fail(__FILE__, __LINE__,
		           "copyinstr of %zu bytes at %zu, max %zu, hole on page %u: got %ld, "
		           "expected %ld",
		           len, offset, max, hole_page, got, expected);
}

// Returns what copyinstr should return for a string of `len` bytes with the NUL. The copy ends at
// the first of three: the NUL, `max`, the hole.
static long outcome(size_t offset, size_t len, size_t max)
{
	size_t room = hole_page * PAGE_SIZE > offset ? hole_page * PAGE_SIZE - offset : 0;

	if (len <= max && len <= room)
		return (long)len - 1;
	return max <= room ? -ENAMETOOLONG : -EFAULT;
}

// Test copyinstr_alloc; buffer[] has the expected contents.
static void try_alloc(struct aspace *as, const char __user *src, size_t max, long expected)
{
	char *copy = buffer;
	long got = copyinstr_alloc(as, &copy, src, max);

	EXPECT_EQ(got, expected);
	if (got < 0) {
		EXPECT(copy == buffer);
	} else {
		EXPECT_TEXT(copy, buffer);
		kfree(copy);
	}
}

static void try_string(struct aspace *as, size_t offset, size_t len)
{
	size_t maxima[] = { 1, len - 1, len, len + 1, BYTES };
	bool nul = hole_page * PAGE_SIZE >= offset + len; // it would lie in the hole otherwise

	if (nul)
		*place(as, offset + len - 1) = '\0';
	for (size_t i = 0; i < ARRAY_SIZE(maxima); i++) {
		size_t max = maxima[i];
		const char __user *src = (const char __user *)AT(0) + offset;
		long expected = max ? outcome(offset, len, max) : -ENAMETOOLONG, got;

		if (offset + max > BYTES)
			continue;
		memset(buffer, '!', MIN(max, len) + 1);
		got = copyinstr(as, buffer, src, max);
		expect(offset, len, max, got, expected);
		if (got >= 0) {
			EXPECT_EQ(strlen(buffer), got);
			EXPECT(memchr(buffer, '!', len) == NULL);
			EXPECT_EQ(buffer[len], '!');
		}
		if (got == -ENAMETOOLONG)
			EXPECT_EQ(buffer[max], '!');
		expect(offset, len, max, user_strlen(as, src, max), expected);
		try_alloc(as, src, max, expected);
	}
	if (nul)
		*place(as, offset + len - 1) = 's';
}

static void try_all(struct aspace *as)
{
	for (size_t i = 0; i < ARRAY_SIZE(offsets); i++)
		for (size_t j = 0; j < ARRAY_SIZE(lengths); j++)
			try_string(as, offsets[i], lengths[j]);
}

static struct aspace *scene_begin(void)
{
	struct aspace *as = test_aspace();

	test_map(as, 0, PAGES, RW);
	for (unsigned int n = 0; n < PAGES; n++) {
		test_store(as, AT(n), 's');
		memset(place(as, n * PAGE_SIZE), 's', PAGE_SIZE);
	}
	if (hole_page == PAGES)
		return as;
	if (hole == UNMAPPED)
		EXPECT_EQ(aspace_unmap(as, AT(hole_page), PAGE_SIZE), 0);
	else
		EXPECT_EQ(aspace_protect(as, AT(hole_page), PAGE_SIZE, PROT_NONE), 0);
	return as;
}

static void for_each_hole(bool current)
{
	for (hole = UNMAPPED; hole < HOLES; hole++) {
		for (hole_page = 0; hole_page <= PAGES; hole_page++) {
			struct aspace *as = scene_begin();

			if (current)
				test_run_in(as, try_all);
			else
				try_all(as);
			test_aspace_check(as);
			aspace_put(as);
		}
	}
}

KTEST(copyinstr_grid_in_the_current_space)
{
	for_each_hole(true);
}

KTEST(copyinstr_grid_in_another_space)
{
	for_each_hole(false);
}

// The user's last page. The kernel begins after it, and a string must not run into the kernel.
static void at_the_end(struct aspace *as)
{
	struct map_request request = {
		.va = ULIM - PAGE_SIZE, .len = PAGE_SIZE, .prot = RW, .fixed = true
	};
	const char __user *end = (const char __user *)ULIM;
	uintptr_t va;

	EXPECT_EQ(aspace_map(as, &request, &va), 0);
	EXPECT_EQ(copyout(as, USER(ULIM - 5), "quire", 5), 0);
	EXPECT_EQ(copyinstr(as, buffer, end - 5, 4), -ENAMETOOLONG);
	EXPECT_EQ(copyinstr(as, buffer, end - 5, 5), -ENAMETOOLONG);
	EXPECT_EQ(copyinstr(as, buffer, end - 5, 6), -EFAULT);
	EXPECT_EQ(copyinstr(as, buffer, end - 5, sizeof(buffer)), -EFAULT);
	EXPECT_EQ(copyout(as, USER(ULIM - 1), "", 1), 0);
	EXPECT_EQ(copyinstr(as, buffer, end - 5, sizeof(buffer)), 4);
	EXPECT_TEXT(buffer, "quir");
	EXPECT_EQ(copyinstr(as, buffer, end - 1, 1), 0);
	EXPECT_EQ(copyinstr(as, buffer, end - 1, 0), -ENAMETOOLONG);
	EXPECT_EQ(copyinstr(as, buffer, end, 1), -EFAULT);
	EXPECT_EQ(copyinstr(as, buffer, (const char __user *)UINTPTR_MAX, 1), -EFAULT);
	EXPECT_EQ(copyinstr(as, buffer, NULL, 10), -EFAULT);
}

static const char kernel_string[] = "the kernel's own";

static void of_the_kernel(struct aspace *as)
{
	buffer[0] = '!';
	EXPECT_EQ(copyinstr(as, buffer, (__force const char __user *)kernel_string, 20), -EFAULT);
	EXPECT_EQ(buffer[0], '!');
}

KTEST(copyinstr_stops_before_the_kernel)
{
	for (int current = 0; current < 2; current++) {
		struct aspace *as = test_aspace();

		if (current) {
			test_run_in(as, at_the_end);
			test_run_in(as, of_the_kernel);
		} else {
			at_the_end(as);
			of_the_kernel(as);
		}
		aspace_put(as);
	}
}

// A string in pages that are not present yet, and in the zero page.
static void from_absent_pages(struct aspace *as)
{
	struct object *obj = test_object(2);

	test_map(as, 0, 1, PROT_READ);
	EXPECT_EQ(copyinstr(as, buffer, (const char __user *)AT(0), 10), 0);
	EXPECT_EQ(object_write(obj, PAGE_SIZE + 1, "", 1), 1);
	test_map_object(as, 1, 3, PROT_READ, 0, obj, 0);
	EXPECT_EQ(copyinstr(as, buffer, (const char __user *)AT(2) - 2, 10), 3);
	EXPECT_TEXT(buffer, "aab");
	object_put(obj);
}

KTEST(copyinstr_faults_pages_in)
{
	for (int current = 0; current < 2; current++) {
		struct aspace *as = test_aspace();

		if (current)
			test_run_in(as, from_absent_pages);
		else
			from_absent_pages(as);
		aspace_put(as);
	}
}
