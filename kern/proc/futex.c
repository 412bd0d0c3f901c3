// futex.c: futexes. A waiter is in a table, by the place in memory that it waits on: a space and
// an address, or an object and an offset in it, so that every space that maps the object finds it.
// Each waiter has a wait queue of its own. A waker takes the waiter out of the table first. So
// waiters can be chosen one by one, and a requeue need not wake them.
#include "proc/futex.h"

#include "cpu/spinlock.h"
#include "list.h"
#include "proc/process.h"
#include "thread/waitq.h"
#include "vm/aspace.h"
#include "vm/memory_key.h"
#include "vm/object.h"
#include "vm/uaccess.h"

#define CHAIN_BITS 8

// A place in memory. Two keys mean the same place if all fields are equal.
struct futex_key {
	struct aspace *as;   // for private memory: its space; id.offset is the address. Else NULL
	struct memory_id id; // for an object's memory: object and offset, with a reference
};

// [f] futex_lock   [c] constant while it waits
struct futex_waiter {
	struct list link;     // [f] on its chain; on no list once it has been woken
	struct futex_key key; // [c]
	struct waitq wait;    // [f] the waiting thread sleeps here
};

static struct spinlock futex_lock = SPINLOCK_INIT("futexes", RANK_FUTEX);
static struct list chains[1u << CHAIN_BITS]; // [f] struct futex_waiter by link, the oldest first

void futex_init(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(chains); i++)
		list_init(&chains[i]);
}

// Returns the chain for a place.
static struct list *chain_of(const struct futex_key *key)
{
	uintptr_t owner = key->as ? (uintptr_t)key->as : (uintptr_t)key->id.object;
	uint32_t hash = (uint32_t)owner ^ (uint32_t)(key->id.offset >> 2);

	return &chains[hash * 0x9E3779B1u >>
	               (32 - CHAIN_BITS)]; // 2^32 / golden ratio: spreads all bits
}

// Returns true if both keys mean the same place.
static bool same_place(const struct futex_key *a, const struct futex_key *b)
{
	return a->as == b->as && a->id.object == b->id.object && a->id.offset == b->id.offset;
}

// Find the place of `va` in the current space. Returns 0, and the caller must call key_put;
// -EINVAL if `va` is not aligned; -EFAULT.
static int key_get(struct futex_key *key, uintptr_t va, bool private)
{
	struct aspace *as = aspace_current();
	int error;

	if (va % sizeof(uint32_t))
		return -EINVAL;
	if (!user_range_ok((const void __user *)va, sizeof(uint32_t)))
		return -EFAULT;
	key->id = (struct memory_id){ .offset = va };
	error = private ? 0 : aspace_identify(as, va, &key->id);
	key->as = key->id.object ? NULL : as;
	return error;
}

// Drop the reference of a key.
static void key_put(struct futex_key *key)
{
	if (key->id.object)
		object_put_hosted(key->id.object);
}

// Take futex_lock and read the word at `va` under it. A waker changes the word before it takes the
// lock, so a waiter either sees the new value or is in the table before the waker looks. The copy
// must not fault under a spinlock: if the page is missing, the lock is released, the page faulted
// in, and all repeated. Returns 0, or -EFAULT without the lock.
static int lock_and_read(uintptr_t va, uint32_t *value_store)
{
	const void __user *user = (const void __user *)va;

	for (;;) {
		spin_lock(&futex_lock);
		if (copyin_nofault(value_store, user, sizeof(*value_store)) == sizeof(*value_store))
			return 0;
		spin_unlock(&futex_lock);
		if (user_fault_in(aspace_current(), user, false))
			return -EFAULT;
	}
}

// Sleep until a waker takes the waiter off its chain. Returns 0, -ETIMEDOUT or -EINTR. Caller:
// holds futex_lock.
static int sleep_on(struct futex_waiter *waiter, uint64_t deadline)
{
	int error = 0;

	assert_only_spinlock(&futex_lock);
	waitq_init(&waiter->wait);
	list_add_tail(chain_of(&waiter->key), &waiter->link);
	while (!error && !list_empty(&waiter->link))
		error = waitq_sleep(&waiter->wait, &futex_lock, WAIT_INTERRUPTIBLE, deadline);
	if (list_empty(&waiter->link))
		return 0; // a wakeup counts even if a signal came with it
	list_remove(&waiter->link);
	return error;
}

// The waiter lies on this thread's stack: it is off its chain before the function returns.
int futex_wait(uintptr_t va, bool private, uint32_t value, uint64_t deadline)
{
	struct futex_waiter waiter;
	uint32_t now;
	int error = key_get(&waiter.key, va, private);

	assert_no_lock();
	if (error)
		return error;
	error = lock_and_read(va, &now);
	if (!error) {
		error = now == value ? sleep_on(&waiter, deadline) : -EAGAIN;
		spin_unlock(&futex_lock);
	}
	key_put(&waiter.key);
	return error;
}

// A waiter must not be used after the lock's release: it lies on the stack of its thread, which
// may have returned by then.
int futex_wake(uintptr_t va, bool private, int most)
{
	struct futex_waiter *waiter, *after;
	struct futex_key key;
	int woken = 0, error = key_get(&key, va, private);

	assert_no_lock();
	if (error)
		return error;
	spin_lock(&futex_lock);
	list_for_each_safe(waiter, after, chain_of(&key), link) {
		if (!same_place(&waiter->key, &key))
			continue;
		list_remove(&waiter->link);
		waitq_wake_all(&waiter->wait);
		if (++woken >= most)
			break;
	}
	spin_unlock(&futex_lock);
	key_put(&key);
	return woken;
}

// Store 0 at the address that the current thread has given, if another thread can see it there.
static __noinline void clear_tid(struct thread *thread)
{
	pid_t __user *tid = thread->clear_tid;

	thread->clear_tid = NULL;
	if (!thread->aspace || thread->aspace->refs == 1)
		return;
	if (!put_user(thread->aspace, tid, 0))
		(void)futex_wake((uintptr_t)tid, false, 1);
}

void futex_clear_tid(void)
{
	assert_no_lock();
	if (thread_current()->clear_tid)
		clear_tid(thread_current());
}
