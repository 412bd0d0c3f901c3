// object_change.c: the long changes of an object: truncation, holes, filling a large page. A change
// releases the object's lock now and then. While `changing` is set, the next change, and code that
// needs the object as it will be, waits until the change is complete.
#include "thread/yield.h"
#include "vm/object.h"
#include "vm/object_internal.h"

// How many changes of all objects have begun or ended; how many are under way. [atomic]
static uint32_t changes, under_way;

uint32_t object_changes(void)
{
	return changes;
}

bool object_changed_since(uint32_t mark)
{
	return changes != mark || under_way;
}

// The waiter joins the queue before the lock is released: a wake-up in between is not lost.
void object_wait_settled(struct object *obj)
{
	assert_mutex_held(&obj->lock);
	while (obj->changing) {
		struct waiter waiter;

		waiter_add(&obj->settled, &waiter);
		mutex_unlock(&obj->lock);
		(void)waiter_block(WAIT_UNINTERRUPTIBLE, NO_DEADLINE);
		waiter_remove(&waiter);
		mutex_lock(&obj->lock);
	}
}

void object_lock_settled(struct object *obj)
{
	assert_not_held(&obj->lock);
	mutex_lock(&obj->lock);
	if (unlikely(obj->changing))
		object_wait_settled(obj);
}

void object_settle(struct object *obj)
{
	object_lock_settled(obj);
	mutex_unlock(&obj->lock);
}

void object_change_begin(struct object *obj, bool punching)
{
	assert_mutex_held(&obj->lock);
	changes++;
	under_way++;
	obj->changing = true;
	obj->punching = punching;
}

void object_change_end(struct object *obj)
{
	assert_mutex_held(&obj->lock);
	changes++;
	under_way--;
	obj->changing = obj->punching = false;
	waitq_wake_all(&obj->settled);
}

#define FILL_PIECE (64u << 10)

// 4 MiB take about a million instructions, so the object's lock is released meanwhile and the loop
// yields. The page is not in the object yet, so nobody sees it half filled.
void object_fill_large(struct object *obj, page_t *pp, page_t *from)
{
	char *to = page_to_virt(pp);

	assert_mutex_held(&obj->lock);
	object_change_begin(obj, false);
	mutex_unlock(&obj->lock);
	for (size_t at = 0; at < LARGE_SIZE; at += FILL_PIECE) {
		if (from)
			memcpy(to + at, (char *)page_to_virt(from) + at, FILL_PIECE);
		else
			memset(to + at, 0, FILL_PIECE);
		if (yield_due(FILL_PIECE / 4))
			thread_yield_point();
	}
	mutex_lock(&obj->lock);
	object_change_end(obj);
}
