// user_iovec.h: lists of stretches of a user's memory, as readv(), process_vm_readv() and their like take
// them.
#pragma once

#include "kern.h"
#include <abi/uio.h>

#define UIO_MAX 0x7ffff000u // bytes of one call; Linux cuts longer ones to this length too
#define UVECTOR_FEW 8u

struct aspace;

struct user_vector {
	struct iovec few[UVECTOR_FEW];
	struct iovec *iov; // few, or allocated
	unsigned int count;
	size_t total; // the sum of all lengths, at most UIO_MAX
};

// Fetch the `count` stretches at `user`, each word of them once, and check their lengths: -EINVAL for
// more than IOV_MAX of them or a negative length, -EFAULT, -ENOMEM; 0, and the caller owes a
// user_vector_put. What goes beyond UIO_MAX bytes in all is cut off. Where the stretches lie is for
// the copies to check: Linux, too, moves what comes before a bad one.
int user_vector_get(struct user_vector *vector, struct aspace *as, const struct iovec __user *user,
                    unsigned long count) __must_check;

void user_vector_put(struct user_vector *vector);
