// futex_requeue.c: operations on two words: moving waiters from one to the other (FUTEX_REQUEUE,
// FUTEX_CMP_REQUEUE), and changing one word while two are woken (FUTEX_WAKE_OP).
#include "proc/futex_internal.h"

#include "proc/futex.h"
#include "thread/why.h"
#include "thread/yield.h"
#include "vm/aspace.h"
#include "vm/object.h"
#include "vm/uaccess.h"
#include <abi/futex.h>

#define PUT_COST 20 // about how many instructions it takes to drop a reference

int futex_places_get(struct futex_places *places, uintptr_t from, uintptr_t to, bool private)
{
	int error = futex_key_get(&places->from, from, private);

	assert_no_lock();
	if (error)
		return error;
	error = futex_key_get(&places->to, to, private);
	if (error)
		futex_key_put(&places->from);
	return error;
}

void futex_places_put(struct futex_places *places)
{
	assert_no_lock();
	futex_key_put(&places->from);
	futex_key_put(&places->to);
}

void futex_move(struct futex_waiter *waiter, const struct futex_places *places)
{
	struct list *chain = futex_chain(&places->to);

	assert_spin_held(&futex_lock);
	if (chain != futex_chain(&places->from)) { // else the walk would come to it again
		list_remove(&waiter->link);
		list_add_tail(chain, &waiter->link);
	}
	waiter->key = places->to;
	if (places->to.id.object)
		(void)object_get_hosted(places->to.id.object);
}

void futex_moved(struct futex_places *places, int count)
{
	assert_no_lock();
	while (places->from.id.object && count-- > 0) {
		futex_key_put(&places->from);
		(void)yield_after(PUT_COST);
	}
}

// How many waiters a requeue has woken and moved.
struct requeued {
	int woken, moved;
};

// Wake `waiter` if fewer than `wake` have been woken, or move it to the second place. Returns 0;
// -EINVAL if it waits for a lock with priority inheritance. Caller: holds futex_lock.
static int wake_or_move(struct futex_waiter *waiter, const struct futex_places *places, int wake,
                        struct requeued *requeued)
{
	assert_spin_held(&futex_lock);
	if (unlikely(waiter->pi))
		return WHY(-EINVAL, "a waiter waits for a lock with priority inheritance");
	if (requeued->woken < wake) {
		list_remove(&waiter->link);
		waitq_wake_all(waiter->wait);
		requeued->woken++;
	} else {
		futex_move(waiter, places);
		requeued->moved++;
	}
	return 0;
}

// Wake `wake` waiters of the first place, and move up to `requeue` others to the second one. Returns
// 0; -EINVAL at one that waits for a lock with priority inheritance. Caller: holds futex_lock, which
// is released where the walk yields, and no other lock.
static int wake_and_move(const struct futex_places *places, int wake, int requeue,
                         struct requeued *requeued)
{
	struct futex_waiter *waiter, *after;
	int error = 0;

	assert_only_spinlock(&futex_lock);
	list_for_each_safe(waiter, after, futex_chain(&places->from), link) {
		if (error || requeued->woken + requeued->moved - wake >= requeue)
			break;
		if (futex_same_place(&waiter->key, &places->from))
			error = wake_or_move(waiter, places, wake, requeued);
		after = futex_walk_on(after);
	}
	return error;
}

int futex_requeue(uintptr_t from, uintptr_t to, bool private, int wake, int requeue,
                  const uint32_t *expected)
{
	struct futex_places places;
	struct requeued requeued = { 0 };
	uint32_t now;
	int error;

	assert_no_lock();
	if (wake < 0 || requeue < 0)
		return WHY(-EINVAL, "a negative number of waiters");
	error = futex_places_get(&places, from, to, private);
	if (error)
		return error;
	if (expected)
		error = futex_lock_and_read(from, &now);
	else
		spin_lock(&futex_lock);
	if (!error) {
		if (expected && now != *expected)
			error = -EAGAIN;
		else
			error = wake_and_move(&places, wake, requeue, &requeued);
		spin_unlock(&futex_lock);
	}
	futex_moved(&places, requeued.moved);
	futex_places_put(&places);
	return error ? error : requeued.woken + requeued.moved;
}

// The parts of the argument of FUTEX_WAKE_OP (futex(2)).
struct word_change {
	uint32_t operation, comparison;
	int32_t operand, compared; // signed numbers of 12 bits
};

// Take the argument of FUTEX_WAKE_OP apart.
static struct word_change change_of(uint32_t code)
{
	struct word_change change = {
		.operation = code >> 28 & 7,
		.comparison = code >> 24 & 15,
		.operand = (int32_t)(code << 8) >> 20,
		.compared = (int32_t)(code << 20) >> 20,
	};

	if (code >> 31)
		change.operand = (int32_t)(1u << (change.operand & 31));
	return change;
}

// Store in *new the word `old` as the operation changes it. Returns 0; -ENOSYS for an unknown
// operation.
static int change_word(const struct word_change *change, uint32_t old, uint32_t *new)
{
	uint32_t operand = (uint32_t)change->operand;

	switch (change->operation) {
	case FUTEX_OP_SET:
		*new = operand;
		return 0;
	case FUTEX_OP_ADD:
		*new = old + operand;
		return 0;
	case FUTEX_OP_OR:
		*new = old | operand;
		return 0;
	case FUTEX_OP_ANDN:
		*new = old & ~operand;
		return 0;
	case FUTEX_OP_XOR:
		*new = old ^ operand;
		return 0;
	default:
		return -ENOSYS;
	}
}

// Returns 1 if the old word compares as the operation asks, else 0; -ENOSYS for an unknown
// comparison.
static int compare_word(const struct word_change *change, uint32_t word)
{
	int32_t old = (int32_t)word;

	switch (change->comparison) {
	case FUTEX_OP_CMP_EQ:
		return old == change->compared;
	case FUTEX_OP_CMP_NE:
		return old != change->compared;
	case FUTEX_OP_CMP_LT:
		return old < change->compared;
	case FUTEX_OP_CMP_GE:
		return old >= change->compared;
	case FUTEX_OP_CMP_LE:
		return old <= change->compared;
	case FUTEX_OP_CMP_GT:
		return old > change->compared;
	default:
		return -ENOSYS;
	}
}

// Take futex_lock and change the word at `va` under it. Returns what compare_word says of the old
// word; -EFAULT or -ENOSYS without the lock. The word is changed also for an unknown comparison, as
// on Linux.
static int lock_and_change(uintptr_t va, const struct word_change *change)
{
	void __user *user = (void __user *)va;
	uint32_t old, new;
	int result;

	for (;;) {
		result = futex_lock_and_read(va, &old);
		if (result)
			return result;
		result = change_word(change, old, &new);
		if (result)
			break;
		if (copyout_nofault(user, &new, sizeof(new)) == sizeof(new)) {
			result = compare_word(change, old);
			if (result >= 0)
				return result;
			break;
		}
		spin_unlock(&futex_lock);
		if (user_fault_in(aspace_current(), user, true))
			return -EFAULT;
	}
	spin_unlock(&futex_lock);
	return result;
}

int futex_wake_op(uintptr_t first, uintptr_t second, bool private, int most, int most_second,
                  uint32_t code)
{
	struct word_change change = change_of(code);
	struct futex_places places;
	int result, error = futex_places_get(&places, first, second, private);

	assert_no_lock();
	if (error)
		return error;
	result = lock_and_change(second, &change);
	if (result >= 0) {
		int second_result = 0;
		bool both = result;

		result = futex_wake_place(&places.from, most, FUTEX_BITSET_MATCH_ANY);
		if (both && result >= 0)
			second_result = futex_wake_place(&places.to, most_second,
			                                 FUTEX_BITSET_MATCH_ANY);
		result = second_result < 0 ? second_result : result + second_result;
		spin_unlock(&futex_lock);
	}
	futex_places_put(&places);
	return result;
}
