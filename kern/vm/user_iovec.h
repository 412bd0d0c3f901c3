// user_iovec.h: lists of ranges of a user's memory, as readv(), process_vm_readv() and similar
// calls take them.
#pragma once

#include "kern.h"
#include <abi/uio.h>

#define UIO_MAX 0x7ffff000u // most bytes that one call moves, as on Linux
#define UVECTOR_FEW 8u

struct aspace;

// The kernel's copy of such a list. Short lists need no allocation.
struct user_vector {
	struct iovec few[UVECTOR_FEW];
	struct iovec *iov; // few, or allocated
	unsigned int count;
	size_t total; // the sum of all lengths, at most UIO_MAX
};

// Copy the list of `count` ranges at `user` into the kernel, and check their lengths. Each word is
// read once: a program that changes the list meanwhile cannot make the check and the use differ. A
// list of more than UIO_MAX bytes is cut to that length. The addresses are not checked here but by
// the copies: as on Linux, what precedes a bad range is still moved. count = 0: the list is empty,
// and neither `user` nor `as`, which may be NULL, is looked at. Sleeps. Caller: holds no lock.
// Returns 0 with *vector filled in, and the caller calls user_vector_put later; in this order:
// -EINVAL for more than IOV_MAX ranges; -ENOMEM; -EFAULT if the list cannot be read, or `as` is
// NULL; -EINVAL for a negative length. After an error *vector is undefined, and there is nothing to
// free.
int user_vector_get(struct user_vector *vector, struct aspace *as, const struct iovec __user *user,
                    unsigned long count) __must_check;

// Free what user_vector_get has allocated, perhaps nothing. Once, after it has returned 0; *vector
// is undefined afterwards. The ranges themselves are not touched.
void user_vector_put(struct user_vector *vector);
