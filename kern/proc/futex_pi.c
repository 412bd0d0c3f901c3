// futex_pi.c: locks with priority inheritance: taking and releasing them, and the death of an owner.
// The rules for words that do not fit the kernel's state are Linux's (kernel/futex/pi.c there).
#include "proc/futex_pi.h"

#include "mem/heap.h"
#include "proc/futex.h"
#include "proc/process.h"
#include "proc/thread_group.h"
#include "thread/why.h"
#include "thread/yield.h"
#include "vm/aspace.h"
#include "vm/uaccess.h"
#include <abi/futex.h>

#define OWNERS_MAX 1024  // Linux's max_lock_depth
#define RELEASE_COST 300 // instructions, roughly, to release a lock of a thread that ends

static uint32_t owners_walk; // the number of the last walk over owners; guarded by futex_lock

bool pi_read_word(uintptr_t va, uint32_t *store)
{
	assert_spin_held(&futex_lock);
	return copyin_nofault(store, (const void __user *)va, sizeof(*store)) == sizeof(*store);
}

// Write the word of a lock. Returns false if it must be faulted in.
static bool write_word(uintptr_t va, uint32_t word)
{
	return copyout_nofault((void __user *)va, &word, sizeof(word)) == sizeof(word);
}

// Use the fresh lock of a request: `owner` has it. Caller: holds futex_lock.
static void use_fresh(struct pi_request *request, struct thread *owner)
{
	struct pi_lock *lock = request->fresh;

	assert_spin_held(&futex_lock);
	request->fresh = NULL;
	lock->owner = owner;
	list_add_tail(&owner->pi_locks, &lock->owned);
	list_init(&lock->waiters);
	request->lock = lock;
}

// Somebody waits at the lock's place already. Returns 0 with request->lock, if that one waits for the
// lock too and the word fits the lock's owner; else -EINVAL.
static int find_lock(struct pi_request *request, struct futex_waiter *first, uint32_t word)
{
	struct pi_lock *lock = first->pi ? pi_waiter_of(first)->lock : NULL;
	uint32_t tid = word & FUTEX_TID_MASK;
	bool died = word & FUTEX_OWNER_DIED, right;

	if (!lock)
		return WHY(-EINVAL, "others wait there that do not wait for a lock");
	if (lock->owner)
		right = tid == (uint32_t)lock->owner->tid || (died && !tid);
	else
		right = died && !tid;
	if (!right)
		return WHY(-EINVAL, "the word does not name the lock's owner");
	request->lock = lock;
	return 0;
}

// Returns the thread of number `tid`, which owns a lock, or NULL with the error in *error. A thread
// whose locks have been released because it ends is none. Caller: holds futex_lock, under which the
// thread does not end.
static struct thread *find_owner(pid_t tid, int *error)
{
	struct thread *thread;

	assert_spin_held(&futex_lock);
	spin_lock(&process_lock);
	thread = thread_find(tid);
	*error = !thread || thread->pi_closed ? -ESRCH : tid == PID_INIT ? -EPERM : 0;
	spin_unlock(&process_lock);
	return *error ? NULL : thread;
}

// The word names an owner, and nobody waits yet. The mark comes first, as on Linux: it stays even if
// the owner does not exist.
static int make_lock(struct pi_request *request, uint32_t word)
{
	struct thread *owner;
	int error;

	if (!request->fresh)
		return -ENOMEM;
	if (!write_word(request->va, word | FUTEX_WAITERS))
		return -EFAULT;
	owner = find_owner((pid_t)(word & FUTEX_TID_MASK), &error);
	if (owner)
		use_fresh(request, owner);
	return error;
}

int pi_try(struct pi_request *request)
{
	uint32_t word, tid = (uint32_t)request->thread->tid;
	struct futex_waiter *first;

	assert_spin_held(&futex_lock);
	request->lock = NULL;
	if (!pi_read_word(request->va, &word))
		return -EFAULT;
	if ((word & FUTEX_TID_MASK) == tid)
		return WHY(-EDEADLK, "the thread owns the lock");
	first = futex_first(request->key);
	if (first)
		return find_lock(request, first, word);
	if (word & FUTEX_TID_MASK)
		return make_lock(request, word);
	if (request->more && !request->fresh)
		return -ENOMEM;
	word = (word & FUTEX_OWNER_DIED) | tid | (request->more ? FUTEX_WAITERS : 0);
	if (!write_word(request->va, word))
		return -EFAULT;
	if (request->more)
		use_fresh(request, request->thread);
	return 1;
}

// Most attempts find the lock free, so memory is allocated only when it is missed.
bool pi_provide(struct pi_request *request, int error)
{
	assert_no_lock();
	if (error == -EFAULT)
		return !user_fault_in(aspace_current(), (void __user *)request->va, true);
	if (error != -ENOMEM || request->fresh)
		return false;
	request->fresh = kmalloc(sizeof(*request->fresh));
	return request->fresh;
}

void pi_lock_unused(struct pi_lock *lock)
{
	assert_spin_held(&futex_lock);
	if (!list_empty(&lock->waiters))
		return;
	list_remove(&lock->owned);
	kfree(lock);
}

bool pi_mark_owners(const struct pi_lock *lock)
{
	assert_spin_held(&futex_lock);
	owners_walk++;
	for (int i = 0; i < OWNERS_MAX && lock; i++) {
		struct thread *owner = lock->owner;

		if (owner)
			owner->pi_walk = owners_walk;
		lock = owner && owner->pi_waiting ? owner->pi_waiting->lock : NULL;
	}
	return !lock;
}

bool pi_is_marked(const struct thread *thread)
{
	assert_spin_held(&futex_lock);
	return thread->pi_walk == owners_walk;
}

void pi_enqueue(struct pi_waiter *me)
{
	assert_spin_held(&futex_lock);
	waitq_init(&me->wait);
	me->waiter.wait = &me->wait;
	futex_enqueue(&me->waiter);
}

void pi_attach(struct pi_waiter *waiter, struct pi_lock *lock)
{
	assert_spin_held(&futex_lock);
	waiter->lock = lock;
	list_add_tail(&lock->waiters, &waiter->lock_link);
	waiter->thread->pi_waiting = waiter;
}

// Take `waiter` off all lists. Its lock may have no waiter afterwards. Caller: holds futex_lock.
static void detach(struct pi_waiter *waiter)
{
	assert_spin_held(&futex_lock);
	list_remove(&waiter->waiter.link);
	list_remove(&waiter->lock_link);
	waiter->lock = NULL;
	waiter->thread->pi_waiting = NULL;
}

// Let the first waiter of `lock` own it. The caller has changed the word. Caller: holds futex_lock.
static void hand_over(struct pi_lock *lock, struct pi_waiter *waiter)
{
	assert_spin_held(&futex_lock);
	detach(waiter);
	waiter->owns = true;
	list_remove(&lock->owned);
	lock->owner = waiter->thread;
	list_add_tail(&waiter->thread->pi_locks, &lock->owned);
	pi_lock_unused(lock);
}

// Returns the first waiter of a lock.
static struct pi_waiter *first_waiter(const struct pi_lock *lock)
{
	return list_first(&lock->waiters, struct pi_waiter, lock_link);
}

// Returns true if `me` has got the lock, or must take it because the owner has died. Caller: holds
// futex_lock.
static bool may_take(const struct pi_waiter *me)
{
	assert_spin_held(&futex_lock);
	return me->owns || (me->lock && !me->lock->owner && first_waiter(me->lock) == me);
}

// The owner has died, and `me` is the first waiter: write the word and take the lock. Caller: holds
// futex_lock, which may be released meanwhile. Returns 0; -EFAULT if the word cannot be written.
static int take_over(struct pi_waiter *me)
{
	uint32_t word;

	assert_only_spinlock(&futex_lock);
	for (;;) {
		if (pi_read_word(me->va, &word)) {
			word = FUTEX_OWNER_DIED | FUTEX_WAITERS | (uint32_t)me->thread->tid;
			if (write_word(me->va, word))
				break;
		}
		spin_unlock(&futex_lock);
		int error = user_fault_in(aspace_current(), (void __user *)me->va, true);
		spin_lock(&futex_lock);
		if (error)
			return -EFAULT;
	}
	hand_over(me->lock, me);
	return 0;
}

// The waiter gives up. If it was to take the lock of a dead owner, the next one must. Caller: holds
// futex_lock.
static void give_up(struct pi_waiter *me)
{
	struct pi_lock *lock = me->lock;

	assert_spin_held(&futex_lock);
	if (!lock) {
		list_remove(&me->waiter.link);
		return;
	}
	detach(me);
	if (!list_empty(&lock->waiters) && !lock->owner)
		waitq_wake_all(&first_waiter(lock)->wait);
	pi_lock_unused(lock);
}

int pi_wait(struct pi_waiter *me, uint64_t deadline)
{
	int error = 0;

	assert_only_spinlock(&futex_lock);
	while (!error && !may_take(me))
		error = waitq_sleep(&me->wait, &futex_lock, WAIT_INTERRUPTIBLE, deadline);
	if (may_take(me)) // counts even if a signal came with it
		error = me->owns ? 0 : take_over(me);
	if (!error)
		return 0;
	if (me->lock && me->target && error == -EINTR)
		error = -EAGAIN;
	give_up(me);
	return error;
}

// Try to take the lock, and provide what the attempt lacks. Returns as pi_try; futex_lock is held
// afterwards in any case.
static int try_with_all(struct pi_request *request)
{
	int result;

	for (;;) {
		spin_lock(&futex_lock);
		result = pi_try(request);
		if (result != -EFAULT && result != -ENOMEM)
			return result;
		spin_unlock(&futex_lock);
		if (!pi_provide(request, result))
			break;
	}
	spin_lock(&futex_lock);
	return result;
}

// Take the lock of a request whose place is known, for the current thread: `me`.
static int take(struct pi_waiter *me, struct pi_request *request, bool try, uint64_t deadline)
{
	int result = try_with_all(request);

	if (!result && (try || !pi_mark_owners(request->lock) || pi_is_marked(me->thread))) {
		pi_lock_unused(request->lock);
		result = try ? -EAGAIN : WHY(-EDEADLK, "the owners wait for each other");
	} else if (!result) {
		pi_enqueue(me);
		pi_attach(me, request->lock);
		result = pi_wait(me, deadline);
	}
	spin_unlock(&futex_lock);
	return MIN(result, 0);
}

int futex_lock_pi(uintptr_t va, bool private, bool try, uint64_t deadline)
{
	struct pi_waiter me = { .waiter.pi = true, .thread = thread_current(), .va = va };
	struct pi_request request = { .key = &me.waiter.key, .va = va, .thread = me.thread };
	int error;

	assert_no_lock();
	error = futex_key_get(&me.waiter.key, va, private);
	if (!error) {
		error = take(&me, &request, try, deadline);
		futex_key_put(&me.waiter.key);
	}
	kfree(request.fresh);
	return error;
}

// Release the lock at the place `key`, whose word `word` names the current thread. Caller: holds
// futex_lock. Returns 0; -EFAULT if the word must be faulted in; -EINVAL.
static int release(const struct futex_key *key, uintptr_t va)
{
	struct futex_waiter *first = futex_first(key);
	struct pi_lock *lock = first && first->pi ? pi_waiter_of(first)->lock : NULL;
	struct pi_waiter *next;

	assert_spin_held(&futex_lock);
	if (!first)
		return write_word(va, 0) ? 0 : -EFAULT;
	if (!lock || lock->owner != thread_current())
		return WHY(-EINVAL, "those who wait there do not wait for a lock of this thread");
	next = first_waiter(lock);
	if (!write_word(va, FUTEX_WAITERS | (uint32_t)next->thread->tid))
		return -EFAULT;
	hand_over(lock, next);
	waitq_wake_all(&next->wait);
	return 0;
}

// The word is read before its address is examined further: a word that does not name the thread is
// EPERM even if it is not aligned.
int futex_unlock_pi(uintptr_t va, bool private)
{
	void __user *user = (void __user *)va;
	uint32_t word, tid = (uint32_t)thread_current()->tid;
	struct futex_key key;
	int error = copyin(aspace_current(), &word, user, sizeof(word));

	assert_no_lock();
	if (error)
		return error;
	if ((word & FUTEX_TID_MASK) != tid)
		return WHY(-EPERM, "the thread does not own the lock");
	error = futex_key_get(&key, va, private);
	if (error)
		return error;
	for (;;) {
		error = futex_lock_and_read(va, &word);
		if (error)
			break;
		error = (word & FUTEX_TID_MASK) == tid ? release(&key, va) : -EPERM;
		spin_unlock(&futex_lock);
		if (error != -EFAULT || user_fault_in(aspace_current(), user, true))
			break;
	}
	futex_key_put(&key);
	return error;
}

// A thread may own thousands of locks, so others run in between; they may attach further locks to it
// meanwhile, but none any more once `pi_closed` is set.
void futex_release_pi_locks(struct thread *thread)
{
	assert_no_lock();
	spin_lock(&futex_lock);
	while (unlikely(!list_empty(&thread->pi_locks))) {
		struct pi_lock *lock = list_first(&thread->pi_locks, struct pi_lock, owned);

		list_remove(&lock->owned);
		lock->owner = NULL;
		waitq_wake_all(&first_waiter(lock)->wait);
		if (yield_due(RELEASE_COST)) {
			spin_unlock(&futex_lock);
			(void)thread_yield_point_killable();
			spin_lock(&futex_lock);
		}
	}
	thread->pi_closed = thread->leaving;
	spin_unlock(&futex_lock);
}
