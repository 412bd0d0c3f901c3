// object_opens.c: who may write to a file, and whose program it is: never both at once (ETXTBSY).
#include "vm/internal.h"
#include "vm/object.h"

// Add `step`, 1 or -1, unless the sign of write_opens says that the other kind is there.
static int count(struct object *obj, int32_t step)
{
	int32_t old = __atomic_load_n(&obj->write_opens, __ATOMIC_RELAXED);

	do
		if (step > 0 ? old < 0 : old > 0)
			return -ETXTBSY;
	while (!__atomic_compare_exchange_n(&obj->write_opens, &old, old + step, true,
	                                    __ATOMIC_ACQ_REL, __ATOMIC_RELAXED));
	return 0;
}

int object_write_open(struct object *obj)
{
	int error = count(obj, 1);

	if (!error)
		obj->opened_to_write = true;
	return error;
}

void object_write_close(struct object *obj)
{
	int32_t left = __atomic_sub_fetch(&obj->write_opens, 1, __ATOMIC_RELEASE);

	assert(left >= 0);
}

int object_deny_writes(struct object *obj)
{
	return count(obj, -1);
}

void object_allow_writes(struct object *obj)
{
	int32_t left = __atomic_add_fetch(&obj->write_opens, 1, __ATOMIC_RELEASE);

	assert(left <= 0);
}
