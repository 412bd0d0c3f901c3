// user_struct.c: fetching structs that may grow.
#include "sys/user_struct.h"

#include "layout.h"
#include "thread/why.h"
#include "vm/uaccess.h"

// Returns true if [user, user + len) is zero; false also if it cannot be read, with *error set.
static bool is_zero(const void __user *user, size_t len, int *error)
{
	char bytes[64];

	while (len) {
		size_t n = MIN(len, sizeof(bytes));

		if (copyin(aspace_current(), bytes, user, n)) {
			*error = -EFAULT;
			return false;
		}
		for (size_t i = 0; i < n; i++)
			if (bytes[i])
				return false;
		user = (const char __user *)user + n;
		len -= n;
	}
	return true;
}

int user_struct_get(void *store, size_t size, const void __user *user, size_t user_size,
                    size_t least)
{
	int error = -E2BIG;

	if (user_size > PAGE_SIZE)
		return -E2BIG;
	if (user_size < least)
		return -EINVAL;
	if (user_size > size && !is_zero((const char __user *)user + size, user_size - size, &error))
		return WHY(error, "the struct has fields that the kernel does not know");
	memset(store, 0, size);
	return copyin(aspace_current(), store, user, MIN(size, user_size));
}
