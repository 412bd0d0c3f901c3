// user_struct.h: arguments in structs that may grow from one version of Linux to the next.
#pragma once

#include "kern.h"

// Fetch a struct of `user_size` bytes at `user` into store[size]. A longer struct is one of a newer
// kernel: what this one does not know must be zero. A shorter one, of at least `least` bytes, at
// most `size`, is completed with zeroes. Copies from the user. Caller: holds no lock.
// Returns 0; in this order: -E2BIG for more than a page; -EINVAL for fewer than `least` bytes;
// -E2BIG if the rest of a longer one is not zero, or -EFAULT if that cannot be read; -EFAULT. After
// an error store[] is undefined.
int user_struct_get(void *store, size_t size, const void __user *user, size_t user_size,
                    size_t least);
