// counted_name.c: names with a reference count.
#include "vm/counted_name.h"

#include "mem/heap.h"

struct counted_name {
	uint32_t refs; // atomic
	char text[];
};

static struct counted_name *name_of(const char *text)
{
	return (struct counted_name *)(text - offsetof(struct counted_name, text));
}

const char *counted_name_create(const char *text, size_t room)
{
	struct counted_name *name = kzalloc(sizeof(*name) + room);

	if (!name)
		return NULL;
	name->refs = 1;
	strlcpy(name->text, text, room);
	return name->text;
}

void counted_name_get(const char *name)
{
	__atomic_add_fetch(&name_of(name)->refs, 1, __ATOMIC_RELAXED);
}

void counted_name_put(const char *name)
{
	struct counted_name *counted = name_of(name);

	if (__atomic_sub_fetch(&counted->refs, 1, __ATOMIC_ACQ_REL) == 0)
		kfree(counted);
}
