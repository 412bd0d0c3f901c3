// mutex.c: sleeping locks. A mutex is a flag under a spinlock: a thread that finds it taken sleeps
// on its queue and tries again when woken. A read-write lock keeps its state in one atomic word,
// so that a free lock costs one instruction.
#include "thread/mutex.h"

#include "thread/lock_report.h"
#include "thread/thread.h"

#define CALLER ((uintptr_t)__builtin_return_address(0))

// Panic because the current thread wants a lock that it holds already.
static void __noreturn __noinline taken_twice(const char *name, const void *lock, uintptr_t returns)
{
	const struct thread *thread = thread_current();
	char first[80] = "a place that only debug builds know", again[80];

#ifdef DEBUG
	for (unsigned int rank = 0; rank <= RANK_LAST_SLEEPING; rank++)
		if (thread->sleeping_locks[rank] == lock)
			place_format(first, sizeof(first), thread->taken[rank].returns, true);
#endif
	(void)lock;
	place_format(again, sizeof(again), returns, true);
	panic("%s lock taken twice by %s: first at %s, again at %s", name, thread->name, first,
	      again);
}

#ifdef DEBUG

// Panic because the current thread does `what` although it holds sleeping locks.
static void __noreturn kept(const char *what)
{
	char locks[160];

	locks_format(locks, sizeof(locks), thread_current());
	panic("%s %s holding a sleeping lock: %s", thread_current()->name, what, locks);
}

void lock_rank_check(unsigned int rank, const char *name, const void *lock, uintptr_t returns)
{
	struct thread *thread = thread_current();
	char locks[160];

	assert_may_sleep();
	assert(rank <= RANK_LAST_SLEEPING);
	if (thread->sleeping_locks[rank] == lock)
		taken_twice(name, lock, returns);
	// The holder may yield (assert_may_yield), and those who need the other lock would wait for that.
	if (rank == RANK_ASPACE && thread->sleeping_ranks & ~(1u << RANK_RENAME))
		kept("waits for an address space");
	if (!(thread->sleeping_ranks >> rank))
		return;
	locks_format(locks, sizeof(locks), thread);
	panic("lock order: %s (rank %u) taken by %s, which holds %s", name, rank, thread->name,
	      locks);
}

void lock_rank_taken(unsigned int rank, const char *name, const void *lock, uintptr_t returns)
{
	struct thread *thread = thread_current();

	assert(!thread->sleeping_locks[rank]);
	thread->sleeping_ranks |= 1u << rank;
	thread->sleeping_locks[rank] = lock;
	thread->taken[rank] = (struct lock_taken){ name, returns };
}

void lock_rank_released(unsigned int rank, const void *lock)
{
	struct thread *thread = thread_current();

	assert(thread->sleeping_locks[rank] == lock);
	thread->sleeping_ranks &= ~(1u << rank);
	thread->sleeping_locks[rank] = NULL;
}

bool lock_debug_held(unsigned int rank, const void *lock)
{
	return thread_current()->sleeping_locks[rank] == lock;
}

void assert_no_sleeping_lock(void)
{
	if (thread_current()->sleeping_ranks)
		kept("copies to or from a user");
}

void assert_no_lock(void)
{
	assert_may_sleep();
	if (thread_current()->sleeping_ranks)
		kept("goes where it may hold no lock,");
}

void assert_may_yield(void)
{
	assert_may_sleep();
	if (thread_current()->sleeping_ranks & ~(1u << RANK_ASPACE | 1u << RANK_RENAME))
		kept("yields");
}

void locks_check_leaving(const struct trapframe *frame)
{
	if (!trap_from_user(frame))
		return;
	assert_may_sleep();
	if (thread_current()->sleeping_ranks)
		kept("returns to its program");
}

void rwlock_read_lock(struct rwlock *rw)
{
	lock_rank_check(rw->rank, rw->name, rw, CALLER);
	if (unlikely(__atomic_add_fetch(&rw->state, 1, __ATOMIC_ACQUIRE) &
	             (RWLOCK_WRITER | RWLOCK_WAITING)))
		rwlock_wait_to_read(rw);
	lock_rank_taken(rw->rank, rw->name, rw, CALLER);
}

#endif

void mutex_init(struct mutex *mutex, const char *name, enum lock_rank rank)
{
	spin_init(&mutex->lock, name, RANK_MUTEX);
	mutex->holder = NULL;
	waitq_init(&mutex->waiters);
	mutex->rank = (uint16_t)rank;
	mutex->name = name;
}

// A woken thread may find the mutex taken again by a third one, so it tests in a loop.
void mutex_lock(struct mutex *mutex)
{
	lock_rank_check(mutex->rank, mutex->name, mutex, CALLER);
	spin_lock(&mutex->lock);
	if (unlikely(mutex->holder == thread_current()))
		taken_twice(mutex->name, mutex, CALLER);
	while (mutex->holder)
		waitq_sleep(&mutex->waiters, &mutex->lock, WAIT_UNINTERRUPTIBLE, NO_DEADLINE);
	mutex->holder = thread_current();
	spin_unlock(&mutex->lock);
	lock_rank_taken(mutex->rank, mutex->name, mutex, CALLER);
}

// The rank is recorded only if the lock is taken, and not checked: a lock that is not waited for
// cannot be part of a deadlock.
bool mutex_trylock(struct mutex *mutex)
{
	bool taken;

	spin_lock(&mutex->lock);
	taken = !mutex->holder;
	if (taken)
		mutex->holder = thread_current();
	spin_unlock(&mutex->lock);
	if (taken)
		lock_rank_taken(mutex->rank, mutex->name, mutex, CALLER);
	return taken;
}

// One waiter is enough: only one can get the lock.
void mutex_unlock(struct mutex *mutex)
{
	if (mutex->holder != thread_current())
		panic("mutex_unlock: %s is held by %s, not by %s", mutex->name,
		      mutex->holder ? mutex->holder->name : "nobody", thread_current()->name);
	lock_rank_released(mutex->rank, mutex);
	spin_lock(&mutex->lock);
	mutex->holder = NULL;
	if (!waitq_empty(&mutex->waiters))
		waitq_wake_one(&mutex->waiters);
	spin_unlock(&mutex->lock);
}

bool mutex_held(const struct mutex *mutex)
{
	return mutex->holder == thread_current();
}

void rwlock_init(struct rwlock *rw, const char *name, enum lock_rank rank)
{
	rw->state = 0;
	spin_init(&rw->lock, name, RANK_MUTEX);
	rw->writer = NULL;
	rw->writers_waiting = 0;
	waitq_init(&rw->waiters);
	rw->rank = (uint16_t)rank;
	rw->name = name;
}

// Set RWLOCK_WAITING and return the state after that. A thread that will wait sets the flag first
// and then looks at the state. A thread that releases changes the state first and then looks for
// the flag. So at least one of the two notices the other. In the opposite orders both could miss
// each other, and the waiter would sleep for ever.
static uint32_t announce(struct rwlock *rw)
{
	return __atomic_or_fetch(&rw->state, RWLOCK_WAITING, __ATOMIC_ACQ_REL);
}

// Wake all waiters. While a writer waits the flag stays set: the writer has yet to run, and
// readers that come before must not overtake it. Caller: holds rw->lock.
static void wake_locked(struct rwlock *rw)
{
	assert_spin_held(&rw->lock);
	if (!rw->writers_waiting)
		__atomic_and_fetch(&rw->state, ~RWLOCK_WAITING, __ATOMIC_ACQ_REL);
	waitq_wake_all(&rw->waiters);
}

// All are woken, writers and readers: they sort themselves out by the state.
void rwlock_wake(struct rwlock *rw)
{
	spin_lock(&rw->lock);
	wake_locked(rw);
	spin_unlock(&rw->lock);
}

// rwlock_read_lock has counted this thread as a reader, which was not allowed. Undo that first; a
// writer may have gone to sleep because of the count, and is woken then.
void rwlock_wait_to_read(struct rwlock *rw)
{
	spin_lock(&rw->lock);
	if (__atomic_sub_fetch(&rw->state, 1, __ATOMIC_ACQ_REL) == RWLOCK_WAITING)
		wake_locked(rw);
	while ((announce(rw) & RWLOCK_WRITER) || rw->writers_waiting)
		waitq_sleep(&rw->waiters, &rw->lock, WAIT_UNINTERRUPTIBLE, NO_DEADLINE);
	__atomic_add_fetch(&rw->state, 1, __ATOMIC_ACQ_REL);
	if (waitq_empty(&rw->waiters))
		__atomic_and_fetch(&rw->state, ~RWLOCK_WAITING, __ATOMIC_ACQ_REL);
	spin_unlock(&rw->lock);
}

bool rwlock_read_trylock(struct rwlock *rw)
{
	uint32_t state = rw->state;

	do {
		if (state & (RWLOCK_WRITER | RWLOCK_WAITING))
			return false;
	} while (!__atomic_compare_exchange_n(&rw->state, &state, state + 1, false,
	                                      __ATOMIC_ACQUIRE, __ATOMIC_RELAXED));
	lock_rank_taken(rw->rank, rw->name, rw, CALLER);
	return true;
}

// Sleep until the lock is free, and take it. The count of waiting writers keeps new readers out.
// Panics if this thread itself is the writer; the address of the call is for the message.
static void wait_to_write(struct rwlock *rw, uintptr_t returns)
{
	if (rwlock_write_held(rw))
		taken_twice(rw->name, rw, returns);
	spin_lock(&rw->lock);
	rw->writers_waiting++;
	while (announce(rw) & (RWLOCK_WRITER | RWLOCK_READERS))
		waitq_sleep(&rw->waiters, &rw->lock, WAIT_UNINTERRUPTIBLE, NO_DEADLINE);
	rw->writers_waiting--;
	__atomic_or_fetch(&rw->state, RWLOCK_WRITER, __ATOMIC_ACQ_REL);
	if (waitq_empty(&rw->waiters))
		__atomic_and_fetch(&rw->state, ~RWLOCK_WAITING, __ATOMIC_ACQ_REL);
	spin_unlock(&rw->lock);
}

// The compare-and-exchange takes a lock that is entirely free; all else is rare.
void rwlock_write_lock(struct rwlock *rw)
{
	uint32_t free = 0;

	lock_rank_check(rw->rank, rw->name, rw, CALLER);
	if (!__atomic_compare_exchange_n(&rw->state, &free, RWLOCK_WRITER, false, __ATOMIC_ACQUIRE,
	                                 __ATOMIC_RELAXED))
		wait_to_write(rw, CALLER);
	rw->writer = thread_current();
	lock_rank_taken(rw->rank, rw->name, rw, CALLER);
}

void rwlock_write_unlock(struct rwlock *rw)
{
	if (!rwlock_write_held(rw))
		panic("rwlock_write_unlock: %s is not held by %s", rw->name, thread_current()->name);
	lock_rank_released(rw->rank, rw);
	rw->writer = NULL;
	if (__atomic_and_fetch(&rw->state, ~RWLOCK_WRITER, __ATOMIC_RELEASE) & RWLOCK_WAITING)
		rwlock_wake(rw);
}

// Subtracting RWLOCK_WRITER - 1 removes the writer and adds a reader in one step.
void rwlock_downgrade(struct rwlock *rw)
{
	assert(rwlock_write_held(rw));
	rw->writer = NULL;
	if (__atomic_sub_fetch(&rw->state, RWLOCK_WRITER - 1, __ATOMIC_RELEASE) & RWLOCK_WAITING)
		rwlock_wake(rw);
}

bool rwlock_write_held(const struct rwlock *rw)
{
	return (rw->state & RWLOCK_WRITER) && rw->writer == thread_current();
}

bool rwlock_held(const struct rwlock *rw)
{
	return (rw->state & RWLOCK_READERS) || rwlock_write_held(rw);
}
