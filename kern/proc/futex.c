// futex.c: waiting for a word of memory, and waking. Each waiting thread has a wait queue of its own.
// A waker takes the waiter out of the table first. So waiters can be chosen one by one, and a requeue
// need not wake them.
#include "proc/futex.h"

#include "proc/futex_internal.h"
#include "proc/process.h"
#include "thread/why.h"
#include "thread/yield.h"
#include "vm/aspace.h"
#include "vm/object.h"
#include "vm/uaccess.h"

#define CHAIN_BITS 10
#define WALK_COST 40 // about how many instructions it takes to look at a waiter and to wake it

struct spinlock futex_lock = SPINLOCK_INIT("futexes", RANK_FUTEX);
static struct list chains[1u << CHAIN_BITS]; // guarded by futex_lock

void futex_init(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(chains); i++)
		list_init(&chains[i]);
}

struct list *futex_chain(const struct futex_key *key)
{
	uintptr_t owner = key->as ? (uintptr_t)key->as : (uintptr_t)key->id.object;
	uint32_t hash = (uint32_t)owner ^ (uint32_t)(key->id.offset >> 2);

	return &chains[hash * 0x9E3779B1u >>
	               (32 - CHAIN_BITS)]; // 2^32 / golden ratio: spreads all bits
}

int futex_key_get(struct futex_key *key, uintptr_t va, bool private)
{
	struct aspace *as = aspace_current();
	int error;

	assert_no_lock();
	if (va % sizeof(uint32_t))
		return -EINVAL;
	if (!user_range_ok((const void __user *)va, sizeof(uint32_t)))
		return -EFAULT;
	key->id = (struct memory_id){ .offset = va };
	error = private ? 0 : aspace_identify(as, va, &key->id);
	key->as = key->id.object ? NULL : as;
	return error;
}

void futex_key_put(struct futex_key *key)
{
	assert_no_lock();
	if (key->id.object)
		object_put_hosted(key->id.object);
}

// The copy must not fault under a spinlock: if the page is missing, the lock is released, the page
// faulted in, and all repeated.
int futex_lock_and_read(uintptr_t va, uint32_t *value_store)
{
	const void __user *user = (const void __user *)va;

	assert_no_lock();
	for (;;) {
		spin_lock(&futex_lock);
		if (copyin_nofault(value_store, user, sizeof(*value_store)) == sizeof(*value_store))
			return 0;
		spin_unlock(&futex_lock);
		if (user_fault_in(aspace_current(), user, false))
			return -EFAULT;
	}
}

void futex_enqueue(struct futex_waiter *waiter)
{
	assert_spin_held(&futex_lock);
	list_add_tail(futex_chain(&waiter->key), &waiter->link);
}

struct futex_waiter *futex_first(const struct futex_key *key)
{
	struct futex_waiter *waiter;

	assert_spin_held(&futex_lock);
	list_for_each(waiter, futex_chain(key), link)
		if (futex_same_place(&waiter->key, key))
			return waiter;
	return NULL;
}

// Sleep until a waker takes the waiter off its chain. Returns 0, -ETIMEDOUT or -EINTR. Caller:
// holds futex_lock.
static int sleep_on(struct futex_waiter *waiter, uint64_t deadline)
{
	struct waitq wait;
	int error = 0;

	assert_only_spinlock(&futex_lock);
	waitq_init(&wait);
	waiter->wait = &wait; // cppcheck-suppress autoVariables
	futex_enqueue(waiter);
	while (!error && !list_empty(&waiter->link))
		error = waitq_sleep(&wait, &futex_lock, WAIT_INTERRUPTIBLE, deadline);
	if (list_empty(&waiter->link))
		return 0; // a wakeup counts even if a signal came with it
	list_remove(&waiter->link);
	return error;
}

// The waiter lies on this thread's stack: it is off its chain before the function returns. Its key
// is the one that it had last.
int futex_wait(uintptr_t va, bool private, uint32_t value, uint32_t bitset, uint64_t deadline)
{
	struct futex_waiter waiter = { .bitset = bitset };
	uint32_t now;
	int error = bitset ? futex_key_get(&waiter.key, va, private) : -EINVAL;

	assert_no_lock();
	if (error)
		return error;
	error = futex_lock_and_read(va, &now);
	if (!error) {
		error = now == value ? sleep_on(&waiter, deadline) : -EAGAIN;
		spin_unlock(&futex_lock);
	}
	futex_key_put(&waiter.key);
	return error;
}

// A mark on the chain keeps the place: it waits nowhere, so others pass it over.
struct futex_waiter *futex_walk_on(struct futex_waiter *next)
{
	struct futex_waiter mark = { 0 };

	assert_only_spinlock(&futex_lock);
	if (likely(!yield_due(WALK_COST)))
		return next;
	list_add_tail(&next->link, &mark.link);
	spin_unlock(&futex_lock);
	(void)thread_yield_point_killable();
	spin_lock(&futex_lock);
	next = list_entry(mark.link.next, struct futex_waiter, link);
	list_remove(&mark.link);
	return next;
}

// A waiter must not be used after it is off its chain and the lock is released: it lies on the stack
// of its thread, which may have returned by then.
int futex_wake_place(const struct futex_key *key, int most, uint32_t bitset)
{
	struct futex_waiter *waiter, *after;
	int woken = 0;

	assert_only_spinlock(&futex_lock);
	list_for_each_safe(waiter, after, futex_chain(key), link) {
		bool here = futex_same_place(&waiter->key, key);

		if (here && unlikely(waiter->pi))
			return WHY(-EINVAL, "a waiter waits for a lock with priority inheritance");
		if (here && (waiter->bitset & bitset)) {
			list_remove(&waiter->link);
			waitq_wake_all(waiter->wait);
			if (++woken >= most)
				break;
		}
		after = futex_walk_on(after);
	}
	return woken;
}

int futex_wake(uintptr_t va, bool private, int most, uint32_t bitset)
{
	struct futex_key key;
	int woken, error = bitset ? futex_key_get(&key, va, private) : -EINVAL;

	assert_no_lock();
	if (error)
		return error;
	spin_lock(&futex_lock);
	woken = futex_wake_place(&key, most, bitset);
	spin_unlock(&futex_lock);
	futex_key_put(&key);
	return woken;
}
