// futex.c: futexes. Whoever waits stands in a table by the place in memory that it waits on: a space and
// an address, or an object and an offset in it, so that it is found from every space that maps the
// object. A waiter has a queue of its own: who wakes it takes it out of the table first. So waiters can
// be chosen one by one, and one that moves to another place need not wake for it.
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

// The place in memory. Two are the same where all fields are equal.
struct futex_key {
	struct aspace *as; // of memory that is the space's own: offset is the address there. Or NULL:
	struct memory_id id; // the memory of an object, with the waiter's reference
};

// [f] futex_lock   [c] constant while it waits
struct futex_waiter {
	struct list link;     // [f] on its chain; none once it has been woken
	struct futex_key key; // [c]
	struct waitq wait;    // [f] the thread that waits
};

static struct spinlock futex_lock = SPINLOCK_INIT("futexes", RANK_FUTEX);
static struct list chains[1u << CHAIN_BITS]; // [f] struct futex_waiter by link, the oldest first

void futex_init(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(chains); i++)
		list_init(&chains[i]);
}

// Returns the chain of a place.
static struct list *chain_of(const struct futex_key *key)
{
	uintptr_t owner = key->as ? (uintptr_t)key->as : (uintptr_t)key->id.object;
	uint32_t hash = (uint32_t)owner ^ (uint32_t)(key->id.offset >> 2);

	return &chains[hash * 0x9E3779B1u >>
	               (32 - CHAIN_BITS)]; // 2^32 by the golden ratio: spreads all bits
}

static bool same_place(const struct futex_key *a, const struct futex_key *b)
{
	return a->as == b->as && a->id.object == b->id.object && a->id.offset == b->id.offset;
}

// Find the place that `va` is in the current space. Returns 0, and key_put ends it; -EINVAL or -EFAULT.
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

static void key_put(struct futex_key *key)
{
	if (key->id.object)
		object_put_hosted(key->id.object);
}

// Take futex_lock at a moment at which the word at `va` can be read, and read it. 0, or -EFAULT without
// the lock.
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

// Sleep until somebody takes the waiter off its chain. 0, -ETIMEDOUT or -EINTR. Caller: holds futex_lock.
static int sleep_on(struct futex_waiter *waiter, uint64_t deadline)
{
	int error = 0;

	waitq_init(&waiter->wait);
	list_add_tail(chain_of(&waiter->key), &waiter->link);
	while (!error && !list_empty(&waiter->link))
		error = waitq_sleep(&waiter->wait, &futex_lock, WAIT_INTERRUPTIBLE, deadline);
	if (list_empty(&waiter->link))
		return 0; // the wakeup counts, whatever came with it
	list_remove(&waiter->link);
	return error;
}

int futex_wait(uintptr_t va, bool private, uint32_t value, uint64_t deadline)
{
	struct futex_waiter waiter;
	uint32_t now;
	int error = key_get(&waiter.key, va, private);

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

int futex_wake(uintptr_t va, bool private, int most)
{
	struct futex_waiter *waiter, *after;
	struct futex_key key;
	int woken = 0, error = key_get(&key, va, private);

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

// Store 0 at the address where the current thread wants it, if anybody else can see it there.
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
	if (thread_current()->clear_tid)
		clear_tid(thread_current());
}
