// user_iovec.c: copy lists of ranges of a user's memory into the kernel.
#include "vm/user_iovec.h"

#include "mem/heap.h"
#include "vm/uaccess.h"
#include <abi/limits.h>

void user_vector_put(struct user_vector *vector)
{
	if (vector->iov != vector->few)
		kfree(vector->iov);
}

// Check the lengths and cut the list to UIO_MAX bytes. The comparison cannot wrap around: `total`
// never exceeds UIO_MAX. Returns 0 or -EINVAL.
static int measure(struct user_vector *vector)
{
	vector->total = 0;
	for (unsigned int i = 0; i < vector->count; i++) {
		struct iovec *range = &vector->iov[i];

		if ((ssize_t)range->iov_len < 0)
			return -EINVAL;
		range->iov_len = MIN(range->iov_len, UIO_MAX - vector->total);
		vector->total += range->iov_len;
	}
	return 0;
}

// The list is copied once and checked in the kernel's copy.
int user_vector_get(struct user_vector *vector, struct aspace *as, const struct iovec __user *user,
                    unsigned long count)
{
	int error;

	assert_no_lock();
	if (count > IOV_MAX)
		return -EINVAL;
	vector->count = (unsigned int)count;
	vector->iov = vector->few;
	if (count > UVECTOR_FEW)
		vector->iov = kmalloc(count * sizeof(*vector->iov));
	if (!vector->iov)
		return -ENOMEM;
	error = count ? copyin(as, vector->iov, user, count * sizeof(*vector->iov)) : 0;
	if (!error)
		error = measure(vector);
	if (error)
		user_vector_put(vector);
	return error;
}
