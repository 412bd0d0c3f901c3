// object_opens.c: who may write to a file, and whose program it is: never both at once (ETXTBSY).
#include "vm/internal.h"
#include "vm/object.h"

int object_write_open(struct object *obj)
{
	int error = 0;

	mutex_lock(&obj->lock);
	if (obj->write_opens < 0) {
		error = -ETXTBSY;
	} else {
		obj->write_opens++;
		obj->opened_to_write = true;
	}
	mutex_unlock(&obj->lock);
	return error;
}

void object_write_close(struct object *obj)
{
	mutex_lock(&obj->lock);
	assert(obj->write_opens > 0);
	obj->write_opens--;
	mutex_unlock(&obj->lock);
}

int object_deny_writes(struct object *obj)
{
	int error = 0;

	mutex_lock(&obj->lock);
	if (obj->write_opens > 0)
		error = -ETXTBSY;
	else
		obj->write_opens--;
	mutex_unlock(&obj->lock);
	return error;
}

void object_allow_writes(struct object *obj)
{
	mutex_lock(&obj->lock);
	assert(obj->write_opens < 0);
	obj->write_opens++;
	mutex_unlock(&obj->lock);
}

void aspace_set_program(struct aspace *as, struct object *obj)
{
	assert(!as->program);
	as->program = object_get_hosted(obj);
}

void aspace_inherit_program(struct aspace *as, const struct aspace *from)
{
	if (from->program && object_deny_writes(from->program))
		panic("aspace_inherit_program: the program's file is open for writing");
	if (from->program)
		aspace_set_program(as, from->program);
}

void aspace_put_program(struct aspace *as)
{
	if (!as->program)
		return;
	object_allow_writes(as->program);
	object_put_hosted(as->program);
	as->program = NULL;
}
