// test_user_iovec.c: lists of ranges: read once, checked, cut; across borders and holes.
#include "vm/test/vm_test_util.h"

#include "mem/heap.h"
#include "vm/uaccess.h"
#include "vm/user_iovec.h"
#include <abi/limits.h>

static struct user_vector vector;

static const struct iovec __user *list_at(uintptr_t va)
{
	return (const struct iovec __user *)va;
}

static int get(struct aspace *as, uintptr_t va, unsigned long count)
{
	return user_vector_get(&vector, as, list_at(va), count);
}

// Write a list of `count` ranges of `len` bytes each to `va`.
static void write_list(struct aspace *as, uintptr_t va, unsigned int count, size_t len)
{
	for (unsigned int i = 0; i < count; i++) {
		struct iovec stretch = { (void *)(AT(0) + i), len };

		EXPECT_EQ(copyout(as, USER(va + i * sizeof(stretch)), &stretch, sizeof(stretch)), 0);
	}
}

static void counts(struct aspace *as)
{
	static const unsigned int good[] = { 1, 7, 8, 9, IOV_MAX };

	test_map(as, 0, 4, RW);
	write_list(as, AT(0), IOV_MAX, 3);
	for (size_t i = 0; i < ARRAY_SIZE(good); i++) {
		EXPECT_EQ(get(as, AT(0), good[i]), 0);
		EXPECT_EQ(vector.count, good[i]);
		EXPECT_EQ(vector.total, 3 * good[i]);
		EXPECT(vector.iov[good[i] - 1].iov_base == (char *)AT(0) + good[i] - 1);
		user_vector_put(&vector);
	}
	EXPECT_EQ(get(as, AT(0), IOV_MAX + 1), -EINVAL);
	EXPECT_EQ(get(as, AT(0), UINT32_MAX), -EINVAL);
	EXPECT_EQ(get(as, AT(0), 0), 0);
	EXPECT_EQ(vector.total, 0);
	user_vector_put(&vector);
	EXPECT_EQ(get(as, UINTPTR_MAX, 0), 0); // no word of the list is fetched
	user_vector_put(&vector);
}

static void lengths(struct aspace *as)
{
	test_map(as, 0, 1, RW);
	write_list(as, AT(0), 3, 0x40000000);
	EXPECT_EQ(get(as, AT(0), 3), 0);
	EXPECT_EQ(vector.total, UIO_MAX);
	EXPECT_EQ(vector.iov[1].iov_len, UIO_MAX - 0x40000000);
	EXPECT_EQ(vector.iov[2].iov_len, 0);
	user_vector_put(&vector);
	write_list(as, AT(0), 3, 0x7fffffff);
	EXPECT_EQ(get(as, AT(0), 3), 0);
	EXPECT_EQ(vector.total, UIO_MAX);
	user_vector_put(&vector);
	EXPECT_EQ(put_user(as, (size_t __user *)AT(0) + 5, 0x80000000), 0); // the last one's
	EXPECT_EQ(get(as, AT(0), 2), 0);
	user_vector_put(&vector);
	EXPECT_EQ(get(as, AT(0), 3), -EINVAL);
}

// A list of which some word is not mapped, with and without an allocation.
static void holes(struct aspace *as)
{
	static const unsigned int sizes[] = { 1, 2, 8, 9, 511, 512, 513 };

	test_map(as, 0, 4, RW);
	EXPECT_EQ(aspace_unmap(as, AT(2), PAGE_SIZE), 0);
	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		uintptr_t before = AT(2) - sizes[i] * sizeof(struct iovec);

		EXPECT_EQ(get(as, before, sizes[i]), 0);
		user_vector_put(&vector);
		for (size_t past = 1; past <= 8; past += 7) {
			EXPECT_EQ(get(as, before + past, sizes[i]), -EFAULT);
			EXPECT_EQ(get(as, AT(3) - past, sizes[i]), -EFAULT);
		}
		EXPECT_EQ(get(as, ULIM - 4, sizes[i]), -EFAULT);
		EXPECT_EQ(get(as, UINTPTR_MAX - 3, sizes[i]), -EFAULT);
		EXPECT_EQ(get(as, 0, sizes[i]), -EFAULT);
	}
}

KTEST(user_vector_of_every_count)
{
	test_run_both(counts);
}

KTEST(user_vector_of_long_stretches)
{
	test_run_both(lengths);
}

KTEST(user_vector_with_holes)
{
	test_run_both(holes);
}
