// object_opens.c: a file is open for writing, or a program runs from it, never both (ETXTBSY).
// Without this rule a running program's code could change under it. One signed counter holds both
// kinds: positive for writers, negative for programs.
#include "vm/object.h"

// Add `step`, 1 or -1, to write_opens, unless its sign shows holders of the other kind. Test and
// addition are one atomic step: two callers of different kinds must not both succeed. Returns 0 or
// -ETXTBSY.
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
