// object_seals.c: seals: what is forbidden for an object from now on: to shrink, to grow, to be
// written. No seal is ever removed, so a process that receives a sealed file from a stranger can
// rely on its contents.
#include <abi/fcntl.h>

#include "vm/object.h"
#include "vm/object_internal.h"

#define SEALED_AGAINST_WRITES (F_SEAL_WRITE | F_SEAL_FUTURE_WRITE)

int object_writer_enter(struct object *obj)
{
	int error = -EPERM;

	mutex_lock(&obj->lock);
	if (!(obj->seals & SEALED_AGAINST_WRITES)) {
		assert(obj->writers < UINT16_MAX); // at most one for each thread
		obj->writers++;
		error = 0;
	}
	mutex_unlock(&obj->lock);
	return error;
}

void object_writer_leave(struct object *obj)
{
	mutex_lock(&obj->lock);
	obj->writers--;
	mutex_unlock(&obj->lock);
}

bool object_may_reach(const struct object *obj, uint64_t end)
{
	return !(obj->seals & F_SEAL_GROW) || end <= obj->size;
}

// Under the lock and with no writer registered, no write and no new writable mapping can begin
// between the check and the seal.
int object_seal(struct object *obj, unsigned int seals)
{
	int error = 0;

	object_lock_settled(obj);
	if (obj->seals & F_SEAL_SEAL)
		error = -EPERM;
	else if (obj->writers)
		error = -EBUSY;
	else if ((seals & ~obj->seals & F_SEAL_WRITE) && obj->writing_areas)
		error = -EBUSY;
	else
		obj->seals |= (uint16_t)seals;
	mutex_unlock(&obj->lock);
	return error;
}
