// mutex.c: sleeping locks. Uncontended, each operation is a few instructions under the lock's own
// spinlock; who must wait sleeps on the lock's queue and tries again when woken.
#include "thread/mutex.h"

#include "thread/thread.h"

#ifdef DEBUG

void lock_rank_check(unsigned int rank, const char *name)
{
	struct thread *thread = thread_current();

	assert_may_sleep();
	if (thread->sleeping_ranks >> rank)
		panic("lock order: %s (rank %u) taken by %s, which holds ranks %#x", name, rank,
		      thread->name, thread->sleeping_ranks);
}

void lock_rank_taken(unsigned int rank)
{
	thread_current()->sleeping_ranks |= 1u << rank;
}

void lock_rank_released(unsigned int rank)
{
	thread_current()->sleeping_ranks &= ~(1u << rank);
}

void assert_no_sleeping_lock(void)
{
	struct thread *thread = thread_current();

	if (thread->sleeping_ranks)
		panic("%s copies to or from a user holding the sleeping locks of ranks %#x", thread->name,
		      thread->sleeping_ranks);
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

void mutex_lock(struct mutex *mutex)
{
	lock_rank_check(mutex->rank, mutex->name);
	spin_lock(&mutex->lock);
	while (mutex->holder)
		waitq_sleep(&mutex->waiters, &mutex->lock, WAIT_UNINTERRUPTIBLE, NO_DEADLINE);
	mutex->holder = thread_current();
	spin_unlock(&mutex->lock);
	lock_rank_taken(mutex->rank);
}

bool mutex_trylock(struct mutex *mutex)
{
	bool taken;

	spin_lock(&mutex->lock);
	taken = !mutex->holder;
	if (taken)
		mutex->holder = thread_current();
	spin_unlock(&mutex->lock);
	if (taken)
		lock_rank_taken(mutex->rank);
	return taken;
}

void mutex_unlock(struct mutex *mutex)
{
	if (mutex->holder != thread_current())
		panic("mutex_unlock: %s is held by %s, not by %s", mutex->name,
		      mutex->holder ? mutex->holder->name : "nobody", thread_current()->name);
	lock_rank_released(mutex->rank);
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
	spin_init(&rw->lock, name, RANK_MUTEX);
	rw->writer = NULL;
	rw->readers = 0;
	rw->writers_waiting = 0;
	waitq_init(&rw->waiters);
	rw->rank = (uint16_t)rank;
	rw->name = name;
}

void rwlock_wait_to_read(struct rwlock *rw)
{
	while (rw->writer || rw->writers_waiting)
		waitq_sleep(&rw->waiters, &rw->lock, WAIT_UNINTERRUPTIBLE, NO_DEADLINE);
}

void rwlock_wait_to_write(struct rwlock *rw)
{
	rw->writers_waiting++;
	while (rw->writer || rw->readers)
		waitq_sleep(&rw->waiters, &rw->lock, WAIT_UNINTERRUPTIBLE, NO_DEADLINE);
	rw->writers_waiting--;
}

void rwlock_write_lock(struct rwlock *rw)
{
	lock_rank_check(rw->rank, rw->name);
	spin_lock(&rw->lock);
	if (rw->writer || rw->readers)
		rwlock_wait_to_write(rw);
	rw->writer = thread_current();
	spin_unlock(&rw->lock);
	lock_rank_taken(rw->rank);
}

void rwlock_write_unlock(struct rwlock *rw)
{
	if (rw->writer != thread_current())
		panic("rwlock_write_unlock: %s is not held by %s", rw->name, thread_current()->name);
	lock_rank_released(rw->rank);
	spin_lock(&rw->lock);
	rw->writer = NULL;
	if (!waitq_empty(&rw->waiters))
		waitq_wake_all(&rw->waiters);
	spin_unlock(&rw->lock);
}

void rwlock_downgrade(struct rwlock *rw)
{
	assert(rw->writer == thread_current());
	spin_lock(&rw->lock);
	rw->writer = NULL;
	rw->readers = 1;
	if (!waitq_empty(&rw->waiters))
		waitq_wake_all(&rw->waiters);
	spin_unlock(&rw->lock);
}

bool rwlock_write_held(const struct rwlock *rw)
{
	return rw->writer == thread_current();
}

bool rwlock_held(const struct rwlock *rw)
{
	return rw->readers || rwlock_write_held(rw);
}
