// named.c: the registry of named areas: ids, names, and what the information calls report.
#include "named/named.h"

#include "mem/heap.h"
#include "named/named_internal.h"
#include "thread/yield.h"
#include "vm/counted_name.h"
#include "vm/object.h"
#include "vm/pagetree.h"

struct mutex named_lock;

// id = age << SLOT_BITS | slot. The age counts areas that were made: so an old id does not soon
// name another area, and of two areas the one with the smaller age is the older one.
#define SLOT_BITS 10
#define SLOTS (1u << SLOT_BITS)
#define SLOT(id) ((size_t)(id) & (SLOTS - 1))
#define AGE(id) ((uint32_t)(id) >> SLOT_BITS)
#define AGE_MAX (UINT32_MAX >> 1 >> SLOT_BITS)

#define LOOK_COST 200 // about how many instructions it takes to find an area of a space

static struct waitq settled = WAITQ_INIT(settled); // threads that wait for a busy area

static struct named_area *named_slots[SLOTS]; // [named_lock]
static size_t next_slot;      // [named_lock] where the search for a free slot begins
static uint32_t next_age = 1; // [named_lock]

struct named_area *named_lookup(int id)
{
	struct named_area *named = id > 0 ? named_slots[SLOT(id)] : NULL;

	assert_mutex_held(&named_lock);
	return named && named->id == id ? named : NULL;
}

// Returns a free slot, or SLOTS if there is none. Begins after the last one given out, so that
// slots are reused as late as possible.
static size_t find_slot(void)
{
	for (size_t i = 0; i < SLOTS; i++) {
		size_t slot = (next_slot + i) % SLOTS;

		if (!named_slots[slot])
			return slot;
	}
	return SLOTS;
}

struct named_area *named_new(struct aspace *as, int creator, const char *name)
{
	struct named_area *named = kzalloc(sizeof(*named));

	if (!named)
		return NULL;
	named->as = as;
	named->creator = creator;
	named->name = counted_name_create(name, AREA_NAME_MAX);
	if (!named->name) {
		kfree(named);
		return NULL;
	}
	list_init(&named->link);
	return named;
}

// Give one area a slot and an id. Returns false if no slot is free. Caller: holds named_lock.
static bool publish_one(struct named_area *named)
{
	size_t slot = find_slot();

	assert_mutex_held(&named_lock);
	if (slot == SLOTS)
		return false;
	named->id = (int)(next_age << SLOT_BITS | slot);
	next_age = next_age == AGE_MAX ? 1 : next_age + 1;
	next_slot = slot + 1;
	named->busy = true;
	named_slots[slot] = named;
	named->as->named++;
	return true;
}

// All or none: on a failure the areas that have got a slot lose it again, under the same lock;
// nobody has seen them.
int named_publish(struct list *areas)
{
	struct named_area *named, *undo;
	int error = 0;

	mutex_lock(&named_lock);
	list_for_each(named, areas, link) {
		if (publish_one(named))
			continue;
		error = -ENOMEM;
		list_for_each(undo, areas, link) {
			if (undo == named)
				break;
			named_unpublish(undo);
		}
		break;
	}
	mutex_unlock(&named_lock);
	return error;
}

void named_unpublish(struct named_area *named)
{
	assert_mutex_held(&named_lock);
	named_slots[SLOT(named->id)] = NULL;
	named->as->named--;
}

void named_wait(void)
{
	struct waiter waiter;

	assert_mutex_held(&named_lock);
	waiter_add(&settled, &waiter);
	mutex_unlock(&named_lock);
	(void)waiter_block(WAIT_UNINTERRUPTIBLE, NO_DEADLINE);
	waiter_remove(&waiter);
	mutex_lock(&named_lock);
}

// The area is looked up anew after each wait: the call that we waited for may have deleted it.
int named_take(struct aspace *as, int id, struct named_area **store)
{
	struct named_area *named;
	int error = 0;

	mutex_lock(&named_lock);
	while ((named = named_lookup(id)) && named->as == as && named->busy)
		named_wait();
	if (!named)
		error = -EINVAL;
	else if (named->as != as)
		error = -EPERM;
	else
		named->busy = true;
	mutex_unlock(&named_lock);
	if (!error)
		*store = named;
	return error;
}

void named_done(struct named_area *named)
{
	mutex_lock(&named_lock);
	named->busy = false;
	waitq_wake_all(&settled);
	mutex_unlock(&named_lock);
}

void named_memory_get(const struct named_memory *memory)
{
	if (!memory->object)
		return;
	object_get_hosted(memory->object);
	if (memory->flags & AREA_WRITE_OPEN)
		object_write_open_again(memory->object);
}

void named_memory_put(const struct named_memory *memory)
{
	if (!memory->object)
		return;
	if (memory->flags & AREA_WRITE_OPEN)
		object_write_close(memory->object);
	object_put_hosted(memory->object);
}

void named_release(struct named_area *named)
{
	assert_no_lock();
	named_memory_put(&named->memory);
	counted_name_put(named->name);
	kfree(named);
}

size_t named_size(const struct named_area *named)
{
	return named->memory.fixed ? named->memory.size : (size_t)named->memory.object->size;
}

int named_find(struct aspace *as, const char *name)
{
	int found = -ENOENT;

	assert_no_lock();
	mutex_lock(&named_lock);
	for (size_t slot = 0; slot < SLOTS; slot++) {
		const struct named_area *named = named_slots[slot];

		if (named && strcmp(named->name, name) == 0 && named_reachable(named, as) &&
		    (found < 0 || AGE(named->id) < AGE(found)))
			found = named->id;
	}
	mutex_unlock(&named_lock);
	return found;
}

// Returns how many named areas have the memory of `named`. Caller: holds named_lock.
static uint32_t count_copies(const struct named_area *named)
{
	uint32_t count = 0;

	assert_mutex_held(&named_lock);
	for (size_t slot = 0; slot < SLOTS; slot++)
		if (named_slots[slot] && named_slots[slot]->memory.ops == named->memory.ops &&
		    named_slots[slot]->memory.object == named->memory.object &&
		    (named->memory.object ||
		     named_slots[slot]->memory.offset == named->memory.offset))
			count++;
	return count;
}

// Fill in *info. Caller: holds named_lock.
static void describe(const struct named_area *named, struct area_info *info)
{
	assert_mutex_held(&named_lock);
	*info = (struct area_info){
		.id = named->id,
		.owner = named->creator,
		.address = named->start,
		.size = named_size(named),
		.maximum = named->memory.maximum,
		.protection = named->prot,
		.lock = named->lock,
		.access = named->access,
		.copies = count_copies(named),
	};
	memcpy(info->name, named->name, AREA_NAME_MAX);
}

// Returns the first area after `id`, in the order of slots, that `as` may see, or NULL. Caller:
// holds named_lock.
static struct named_area *find_next(const struct aspace *as, int id)
{
	assert_mutex_held(&named_lock);
	for (size_t slot = id > 0 ? SLOT(id) + 1 : 0; slot < SLOTS; slot++)
		if (named_slots[slot] && named_reachable(named_slots[slot], as))
			return named_slots[slot];
	return NULL;
}

int named_info(struct aspace *as, int id, bool next, struct area_info *info)
{
	const struct named_area *named;
	int error = 0;

	assert_no_lock();
	mutex_lock(&named_lock);
	named = next ? find_next(as, id) : named_lookup(id);
	if (!named)
		error = next ? -ENOENT : -EINVAL;
	else if (!named_reachable(named, as))
		error = -EPERM;
	else
		describe(named, info);
	mutex_unlock(&named_lock);
	return error;
}

// Returns the physical address of the area's first page. Caller: holds named_lock.
static uint32_t first_address(struct named_area *named)
{
	page_t *pp;

	assert_mutex_held(&named_lock);
	if (!named->memory.object)
		return (uint32_t)named->memory.offset;
	pp = pagetree_get(&named->memory.object->pages,
	                  (uint32_t)(named->memory.offset >> PAGE_SHIFT));
	return page_to_phys(pp); // a contiguous area: its pages never change
}

int named_physical(struct aspace *as, int id, uint32_t *store)
{
	struct named_area *named;
	int error = 0;

	assert_no_lock();
	mutex_lock(&named_lock);
	named = named_lookup(id);
	if (!named)
		error = -EINVAL;
	else if (!named_reachable(named, as))
		error = -EPERM;
	else if (named->memory.object && named->lock != AREA_LOCK_CONTIGUOUS)
		error = -EINVAL;
	else
		*store = first_address(named);
	mutex_unlock(&named_lock);
	return error;
}

// as->named counts the areas of `as`, so the search ends as soon as all are found. The lock is
// released for each area, because releasing its memory may free many pages and yield.
static void forget_space(struct aspace *as)
{
	size_t slot = 0;

	assert_no_lock();
	while (as->named) {
		struct named_area *named = NULL;

		mutex_lock(&named_lock);
		for (; !named; slot++) {
			named = named_slots[slot];
			if (named && named->as != as)
				named = NULL;
		}
		named_unpublish(named);
		mutex_unlock(&named_lock);
		named_release(named);
	}
}

// Find the next named area of `as`, from *slot on, whose memory is an object, and advance *slot beyond it.
// Returns the object with new references on it and its host, or NULL if there is none.
static struct object *next_object(const struct aspace *as, size_t *slot)
{
	struct object *object = NULL;

	mutex_lock(&named_lock);
	while (!object && *slot < SLOTS) {
		const struct named_area *named = named_slots[(*slot)++];

		if (named && named->as == as && named->memory.object)
			object = object_get_hosted(named->memory.object);
	}
	mutex_unlock(&named_lock);
	return object;
}

// aspace_named_held_hook: a named area keeps its memory although nothing maps it any more.
static uint64_t space_held_bytes(struct aspace *as)
{
	struct object *object;
	uint64_t bytes = 0;
	size_t slot = 0;

	assert_no_lock();
	while ((object = next_object(as, &slot))) {
		bytes += object_held_bytes(object);
		object_put_hosted(object);
		(void)yield_after(LOOK_COST);
	}
	return bytes;
}

void named_init(void)
{
	mutex_init(&named_lock, "named areas", RANK_NAMED);
	aspace_named_hook = forget_space;
	aspace_named_held_hook = space_held_bytes;
}
