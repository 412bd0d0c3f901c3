// futex_requeue_pi.c: waiting on a word, and moving to a lock with priority inheritance: condition
// variables with such a lock (FUTEX_WAIT_REQUEUE_PI, FUTEX_CMP_REQUEUE_PI).
#include "proc/futex_pi.h"

#include "mem/heap.h"
#include "proc/futex.h"
#include "proc/process.h"
#include "thread/mutex.h"
#include "thread/why.h"
#include <abi/futex.h>

// Wait at the place of me->waiter.key, which is known as well as the lock's.
static int wait_and_move(struct pi_waiter *me, uintptr_t va, uint32_t value, uint64_t deadline)
{
	uint32_t now;
	int error = futex_lock_and_read(va, &now);

	if (error)
		return error;
	if (now != value)
		error = -EAGAIN;
	else if (futex_same_place(&me->waiter.key, me->target))
		error = WHY(-EINVAL, "the word is the lock");
	if (!error) {
		pi_enqueue(me);
		error = pi_wait(me, deadline);
	}
	spin_unlock(&futex_lock);
	return error;
}

int futex_wait_requeue_pi(uintptr_t va, bool private, uint32_t value, uint64_t deadline,
                          uintptr_t lock)
{
	struct futex_key target;
	struct pi_waiter me = {
		.waiter.pi = true, .thread = thread_current(), .va = lock, .target = &target
	};
	int error;

	assert_no_lock();
	if (va == lock)
		return WHY(-EINVAL, "the word is the lock");
	error = futex_key_get(&target, lock, private);
	if (error)
		return error;
	error = futex_key_get(&me.waiter.key, va, private);
	if (!error) {
		error = wait_and_move(&me, va, value, deadline);
		futex_key_put(&me.waiter.key);
	}
	futex_key_put(&target);
	return error;
}

// Returns 0 if `waiter` waits to be moved to the lock at places->to, else -EINVAL.
static int check(struct futex_waiter *waiter, const struct futex_places *places)
{
	struct pi_waiter *pi = waiter->pi ? pi_waiter_of(waiter) : NULL;

	if (!pi || !pi->target || pi->lock)
		return WHY(-EINVAL, "a waiter that may not be moved to a lock");
	if (!futex_same_place(pi->target, &places->to))
		return WHY(-EINVAL, "a waiter that waits for another lock");
	return 0;
}

// Move up to `most` waiters from the first place to `lock`. A waiter that may be moved owns no lock for
// which one of the owners waits, so the moves change no owner, and one walk over them is enough. Adds their number to *moved. Returns 0;
// -EINVAL or -EDEADLK at the first one that cannot be moved. Caller: holds futex_lock.
static int move_waiters(const struct futex_places *places, struct pi_lock *lock, int most,
                        int *moved)
{
	struct futex_waiter *waiter, *after;
	bool few = pi_mark_owners(lock);
	int error;

	assert_spin_held(&futex_lock);
	list_for_each_safe(waiter, after, futex_chain(&places->from), link) {
		if (*moved >= most)
			break;
		if (!futex_same_place(&waiter->key, &places->from))
			continue;
		error = check(waiter, places);
		if (!error && (!few || pi_is_marked(pi_waiter_of(waiter)->thread)))
			error = -EDEADLK;
		if (error)
			return error;
		futex_move(waiter, places);
		pi_attach(pi_waiter_of(waiter), lock);
		++*moved;
	}
	return 0;
}

// Give the lock to the first waiter if it is free, and move up to `requeue` others to the lock; if it
// is not free, one more. Returns how many waiters have got the lock or were moved, -errno, or what
// pi_provide is to provide first. Stores how many were moved. Caller: holds futex_lock.
static int move_to_lock(const struct futex_places *places, struct pi_request *request, int requeue,
                        int *moved)
{
	struct futex_waiter *first = futex_first(&places->from);
	uint32_t word;
	int result;

	assert_spin_held(&futex_lock);
	if (!pi_read_word(request->va, &word))
		return -EFAULT;
	if (!first)
		return 0;
	result = check(first, places);
	if (result)
		return result;
	request->thread = pi_waiter_of(first)->thread;
	result = pi_try(request);
	if (result < 0)
		return result;
	if (result) {
		list_remove(&first->link);
		pi_waiter_of(first)->owns = true;
		waitq_wake_all(first->wait);
	}
	if (request->lock) {
		int most = !result && requeue < INT32_MAX ? requeue + 1 : requeue;
		int error = move_waiters(places, request->lock, most, moved);

		pi_lock_unused(request->lock);
		if (error)
			return error;
	}
	return result + *moved;
}

// Move waiters between two places that are known, and provide what that lacks.
static int compare_and_move(struct futex_places *places, struct pi_request *request, uintptr_t from,
                            int requeue, uint32_t expected)
{
	int result, moved = 0;
	uint32_t now;

	for (;;) {
		result = futex_lock_and_read(from, &now);
		if (result)
			return result;
		result = now == expected ? move_to_lock(places, request, requeue, &moved) : -EAGAIN;
		spin_unlock(&futex_lock);
		if (!pi_provide(request, result))
			break;
	}
	futex_moved(places, moved);
	return result;
}

int futex_requeue_pi(uintptr_t from, uintptr_t to, bool private, int wake, int requeue,
                     uint32_t expected)
{
	struct futex_places places;
	struct pi_request request = { .key = &places.to, .va = to, .more = requeue > 0 };
	int result;

	assert_no_lock();
	if (wake < 0 || requeue < 0)
		return WHY(-EINVAL, "a negative number of waiters");
	if (from == to || wake != 1)
		return WHY(-EINVAL, "the word is the lock, or more than one may get the lock");
	result = futex_places_get(&places, from, to, private);
	if (!result) {
		if (futex_same_place(&places.from, &places.to))
			result = WHY(-EINVAL, "the word is the lock");
		else
			result = compare_and_move(&places, &request, from, requeue, expected);
		futex_places_put(&places);
	}
	kfree(request.fresh);
	return result;
}
