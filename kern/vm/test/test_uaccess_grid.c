// test_uaccess_grid.c: each copy function with every offset and length around page borders, with a
// hole of every kind on every page, in the current space and in another one.
//
// Three pages of three kinds are adjacent: anonymous, shared object, private object. Before each
// call the objects' pages are removed from the page tables: so copies meet faults that are handled
// as well as faults that end them.
#include "vm/ptes.h"
#include "vm/test/vm_test_util.h"
#include <abi/mman.h>

#include "vm/uaccess.h"
#include <stdio.h>

enum hole {
	NO_HOLE,
	UNMAPPED,
	NO_RIGHTS,
	READ_ONLY,
	PAST_END, // mapped, but past the end of the object
	HOLES
};

static const size_t offsets[] = { 0, 1, 4094, 4095 };
static const size_t lengths[] = { 0, 1, 2, 4095, 4096, 4097, 8192, 8193 };
static const size_t value_offsets[] = { 0, 1, 4089, 4090, 4091, 4092, 4093, 4094, 4095 };

#define PAGES 3u
#define BYTES (PAGES * PAGE_SIZE) // as far as the greatest offset and length reach

static char buffer[BYTES + 1];
static char original[BYTES]; // the contents of the pages: bytes that depend on their place

// The state of the test.
static struct object *file;
static enum hole hole;
static unsigned int hole_page;

// Take page `n` out of the page tables.
static void unmap_page(struct aspace *as, unsigned int n)
{
	rwlock_write_lock(&as->lock);
	ptes_unmap(as, AT(n), AT(n + 1));
	rwlock_write_unlock(&as->lock);
}

// Restore the contents of page `n`.
static void restore(struct aspace *as, unsigned int n)
{
	page_t *pp;

	if (n == 0)
		pp = test_page_at(as, AT(0)); // none where the hole is
	else if (object_page(file, n, true, &pp) == 0)
		page_unpin(pp);
	if (pp)
		memcpy(page_to_virt(pp), original + n * PAGE_SIZE, PAGE_SIZE);
	if (n)
		unmap_page(as, n);
}

static struct aspace *scene_begin(void)
{
	struct aspace *as = test_aspace();

	file = test_object(PAGES);
	test_map(as, 0, 1, RW);
	test_map_object(as, 1, 2, RW, AREA_SHARED, file, 1);
	test_map_object(as, 2, 3, RW, 0, file, 2);
	test_store(as, AT(0), 'x');
	for (unsigned int n = 0; n < PAGES; n++)
		restore(as, n);
	if (hole == UNMAPPED)
		EXPECT_EQ(aspace_unmap(as, AT(hole_page), PAGE_SIZE), 0);
	if (hole == NO_RIGHTS)
		EXPECT_EQ(aspace_protect(as, AT(hole_page), PAGE_SIZE, PROT_NONE), 0);
	if (hole == READ_ONLY)
		EXPECT_EQ(aspace_protect(as, AT(hole_page), PAGE_SIZE, PROT_READ), 0);
	if (hole == PAST_END)
		test_map_object(as, hole_page, hole_page + 1, RW, AREA_SHARED, file, PAGES);
	return as;
}

static void scene_end(struct aspace *as)
{
	test_aspace_check(as);
	aspace_put(as);
	object_put(file);
}

// Returns how many of the `len` bytes at `offset` come before the hole.
static size_t before_hole(size_t offset, size_t len, bool is_hole)
{
	size_t start = hole_page * PAGE_SIZE;

	if (!is_hole || offset + len <= start || offset >= start + PAGE_SIZE)
		return len;
	return offset < start ? start - offset : 0;
}

static size_t readable(size_t offset, size_t len)
{
	return before_hole(offset, len, hole != NO_HOLE && hole != READ_ONLY);
}

static size_t writable(size_t offset, size_t len)
{
	return before_hole(offset, len, hole != NO_HOLE);
}

// Returns in words which page of the scene refuses accesses, and why.
static const char *hole_in_words(void)
{
	static const char *const reasons[HOLES] = {
		[UNMAPPED] = "is not mapped",
		[NO_RIGHTS] = "is mapped with PROT_NONE",
		[READ_ONLY] = "is mapped read-only",
		[PAST_END] = "lies past the end of its object",
	};
	static char words[48];

	if (hole == NO_HOLE)
		return "all pages are mapped for reading and writing";
	snprintf(words, sizeof(words), "page %u %s", hole_page, reasons[hole]);
	return words;
}

// Compare what a call has returned with what it should; report in words where this happened.
static void expect(const char *what, size_t offset, size_t len, long got, long want)
{
	if (got != want)
		ktest_fail(__FILE__, __LINE__,
		           "%s of %zu bytes at page %zu + %#zx; %s: got %ld (%#lx), expected %ld "
		           "(%#lx)",
		           what, len, offset / PAGE_SIZE, offset % PAGE_SIZE, hole_in_words(), got,
		           got, want, want);
}

// Check the first byte, the last byte, and those next to page borders of buffer[0, len) against
// the original, and the byte after them against '!'. All bytes would take too long.
static bool buffer_wrong(size_t offset, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		size_t in_page = (offset + i) % PAGE_SIZE;

		if (i > 3 && i + 4 < len && in_page > 3 && in_page < PAGE_SIZE - 4) {
			i += MIN(PAGE_SIZE - 5 - in_page, len - i - 5);
			continue;
		}
		if (buffer[i] != original[offset + i])
			return true;
	}
	return buffer[len] != '!';
}

static void try_copyin(struct aspace *as, size_t offset, size_t len)
{
	const void __user *src = USER(AT(0) + offset);
	size_t good = readable(offset, len);

	for (unsigned int n = 1; n < PAGES; n++)
		unmap_page(as, n);
	memset(buffer, '!', len + 1);
	expect("copyin_partial", offset, len, (long)copyin_partial(as, buffer, src, len),
	       (long)good);
	expect("copyin_partial's bytes", offset, len, buffer_wrong(offset, good), false);
	for (unsigned int n = 1; n < PAGES; n++)
		unmap_page(as, n);
	memset(buffer, '!', len + 1);
	expect("copyin", offset, len, copyin(as, buffer, src, len), good == len ? 0 : -EFAULT);
	expect("copyin's bytes", offset, len, good == len && buffer_wrong(offset, len), false);
}

// Returns the byte at offset `at` as a program would see it.
static char seen(struct aspace *as, size_t at)
{
	return test_page_at(as, AT(0) + at) ? test_byte(as, AT(0) + at) : original[at];
}

// Returns true if the bytes around [offset, offset + done) show that just these were set to
// `byte`.
static bool memory_wrong(struct aspace *as, size_t offset, size_t done, char byte)
{
	size_t last = offset + done - 1;

	if (done && (seen(as, offset) != byte || seen(as, last) != byte))
		return true;
	for (size_t page = PAGE_SIZE; page < last && done; page += PAGE_SIZE)
		if (page > offset && (seen(as, page - 1) != byte || seen(as, page) != byte))
			return true;
	if (offset && seen(as, offset - 1) != original[offset - 1])
		return true;
	return offset + done < BYTES && seen(as, offset + done) != original[offset + done];
}

static void restore_all(struct aspace *as)
{
	for (unsigned int n = 0; n < PAGES; n++)
		restore(as, n);
}

static void try_copyout(struct aspace *as, size_t offset, size_t len)
{
	void __user *dst = USER(AT(0) + offset);
	size_t good = writable(offset, len);

	memset(buffer, '#', len);
	expect("copyout_partial", offset, len, (long)copyout_partial(as, dst, buffer, len),
	       (long)good);
	expect("copyout_partial's bytes", offset, len, memory_wrong(as, offset, good, '#'), false);
	restore_all(as);
	expect("copyout", offset, len, copyout(as, dst, buffer, len), good == len ? 0 : -EFAULT);
	expect("copyout's bytes", offset, len, good == len && memory_wrong(as, offset, good, '#'),
	       false);
	restore_all(as);
	expect("clear_user", offset, len, clear_user(as, dst, len), good == len ? 0 : -EFAULT);
	expect("clear_user's bytes", offset, len,
	       good == len && memory_wrong(as, offset, good, '\0'), false);
	restore_all(as);
	expect("clear_user_partial", offset, len, (long)clear_user_partial(as, dst, len),
	       (long)good);
	expect("clear_user_partial's bytes", offset, len, memory_wrong(as, offset, good, '\0'),
	       false);
	restore_all(as);
}

// Put a string of `len` > 0 bytes, with its NUL, into memory.
static void try_copyoutstr(struct aspace *as, size_t offset, size_t len)
{
	char __user *dst = (char __user *)AT(0) + offset;
	bool good = writable(offset, len) == len;

	memset(buffer, '#', len - 1);
	buffer[len - 1] = '\0';
	expect("copyoutstr, no room", offset, len, copyoutstr(as, dst, buffer, len - 1), -ERANGE);
	expect("copyoutstr's bytes", offset, len, memory_wrong(as, offset, 0, '#'), false);
	expect("copyoutstr", offset, len, copyoutstr(as, dst, buffer, len),
	       good ? (long)len - 1 : -EFAULT);
	if (good) {
		expect("copyoutstr's NUL", offset, len, seen(as, offset + len - 1), '\0');
		expect("copyoutstr's first", offset, len, seen(as, offset), len > 1 ? '#' : '\0');
	}
	restore_all(as);
}

// Single values: all or nothing.
static void try_value(struct aspace *as, size_t offset, size_t size)
{
	void __user *va = USER(AT(0) + offset);
	bool good = readable(offset, size) == size;
	size_t changed = 0;

	for (unsigned int n = 1; n < PAGES; n++)
		unmap_page(as, n);
	memset(buffer, '!', size + 1);
	expect("get_user", offset, size, user_get(as, buffer, va, size), good ? 0 : -EFAULT);
	expect("get_user's bytes", offset, size, buffer_wrong(offset, good ? size : 0), false);
	for (size_t i = 0; i < size && !good; i++)
		expect("get_user's nothing", offset, size, buffer[i], '!');
	restore_all(as);

	good = writable(offset, size) == size;
	memset(buffer, '#', size);
	expect("put_user", offset, size, user_put(as, va, buffer, size), good ? 0 : -EFAULT);
	for (size_t i = 0; i < size; i++)
		changed += seen(as, offset + i) != original[offset + i];
	expect("put_user's bytes", offset, size, (long)changed, good ? (long)size : 0);
	expect("put_user's border", offset, size, memory_wrong(as, offset, good ? size : 0, '#'),
	       false);
	restore_all(as);
}

// user_mem_check looks at the protection only, not at the object.
static void try_check(struct aspace *as, size_t offset, size_t len)
{
	const void __user *va = USER(AT(0) + offset);
	size_t good[2] = { readable(offset, len), writable(offset, len) };

	for (int write = 0; write < 2; write++) {
		uintptr_t bad = 0;
		int perm = write ? PTE_U | PTE_W : PTE_U;

		if (hole == PAST_END)
			good[write] = len;
		expect(write ? "user_mem_check for writing" : "user_mem_check for reading", offset,
		       len, user_mem_check(as, va, len, perm, &bad),
		       good[write] == len ? 0 : -EFAULT);
		expect("the address that user_mem_check refuses", offset, len, (long)bad,
		       good[write] == len ? 0 : (long)(AT(0) + offset + good[write]));
	}
}

// How code copies under a spinlock: copy what is present, release the lock, fault in the next
// byte, go on.
static void try_nofault(struct aspace *as, size_t offset, size_t len, bool write)
{
	struct spinlock lock = SPINLOCK_INIT("test", RANK_PIPE);
	size_t done = 0, good = write ? writable(offset, len) : readable(offset, len);
	unsigned int faults = 0;

	memset(buffer, write ? '#' : '!', len + 1);
	while (done < len) {
		void __user *va = USER(AT(0) + offset + done);

		spin_lock(&lock);
		done += write ? copyout_nofault(va, buffer + done, len - done) :
		                copyin_nofault(buffer + done, va, len - done);
		spin_unlock(&lock);
		va = USER(AT(0) + offset + done);
		if (done == len || faults++ > PAGES || user_fault_in(as, va, write))
			break;
	}
	expect(write ? "copyout_nofault" : "copyin_nofault", offset, len, (long)done, (long)good);
	if (write)
		expect("copyout_nofault's bytes", offset, len, memory_wrong(as, offset, good, '#'),
		       false);
	else
		expect("copyin_nofault's bytes", offset, len, buffer_wrong(offset, good), false);
	restore_all(as);
}

static void try_all_lengths(struct aspace *as)
{
	for (size_t i = 0; i < ARRAY_SIZE(offsets); i++) {
		for (size_t j = 0; j < ARRAY_SIZE(lengths); j++) {
			try_copyin(as, offsets[i], lengths[j]);
			try_copyout(as, offsets[i], lengths[j]);
			if (lengths[j])
				try_copyoutstr(as, offsets[i], lengths[j]);
			try_check(as, offsets[i], lengths[j]);
			if (as != aspace_current())
				continue;
			try_nofault(as, offsets[i], lengths[j], false);
			try_nofault(as, offsets[i], lengths[j], true);
		}
	}
}

static void try_all_values(struct aspace *as)
{
	for (size_t page = 0; page < PAGES - 1; page++)
		for (size_t i = 0; i < ARRAY_SIZE(value_offsets); i++)
			for (size_t size = 1; size <= 8; size *= 2)
				try_value(as, page * PAGE_SIZE + value_offsets[i], size);
}

static void for_each_hole(bool current, void (*try)(struct aspace *as))
{
	for (size_t at = 0; at < BYTES; at++)
		original[at] = (char)(at * 7 + at / PAGE_SIZE + 1);
	for (hole = NO_HOLE; hole < HOLES; hole++) {
		for (hole_page = 0; hole_page < (hole ? PAGES : 1); hole_page++) {
			struct aspace *as = scene_begin();

			if (current)
				test_run_in(as, try);
			else
				try(as);
			scene_end(as);
		}
	}
}

KTEST(uaccess_grid_in_the_current_space)
{
	size_t before = test_free_memory();

	for_each_hole(true, try_all_lengths);
	EXPECT_EQ(test_free_memory(), before);
	page_check();
}

KTEST(uaccess_grid_in_another_space)
{
	size_t before = test_free_memory();

	for_each_hole(false, try_all_lengths);
	EXPECT_EQ(test_free_memory(), before);
	page_check();
}

KTEST(uaccess_values_grid_in_the_current_space)
{
	size_t before = test_free_memory();

	for_each_hole(true, try_all_values);
	EXPECT_EQ(test_free_memory(), before);
}

KTEST(uaccess_values_grid_in_another_space)
{
	size_t before = test_free_memory();

	for_each_hole(false, try_all_values);
	EXPECT_EQ(test_free_memory(), before);
}
