// user_struct.c: fetching structs that may grow.
#include "sys/user_struct.h"

#include "layout.h"
#include "thread/why.h"
#include "vm/uaccess.h"

// Returns true if [user, user + len) is zero; false also if it cannot be read, with *error set.
static bool is_zero(const void __user *user, size_t len, int *error)
{
	uint32_t words[16];

	while (len) {
		size_t n = MIN(len, sizeof(words)),
		       count = ROUND_UP(n, sizeof(words[0])) / sizeof(words[0]);

		words[count - 1] = 0; // its end may be no part of the struct
		if (copyin(aspace_current(), words, user, n)) {
			*error = -EFAULT;
			return false;
		}
		for (size_t i = 0; i < count; i++)
			if (words[i])
				return false;
		user = (const char __user *)user + n;
		len -= n;
	}
	return true;
}

int user_struct_get(void *store, size_t size, const void __user *user, size_t user_size,
                    size_t least)
{
	size_t given = MIN(size, user_size);
	int error = -E2BIG;

	assert_no_lock();
	if (user_size > PAGE_SIZE)
		return -E2BIG;
	if (user_size < least)
		return -EINVAL;
	if (user_size > size && !is_zero((const char __user *)user + size, user_size - size, &error))
		return WHY(error, "the struct has fields that the kernel does not know");
	memset((char *)store + given, 0, size - given);
	return copyin(aspace_current(), store, user, given);
}
