// mutex.h: sleeping locks: a mutex, and a lock that many may hold for reading or one for writing.
// Holders may sleep, also on locks of higher rank. Debug builds check the ranks (cpu/lockrank.h).
#pragma once

#include "cpu/lockrank.h"
#include "thread/waitq.h"

// Debug builds know which sleeping locks each thread holds, as a mask of ranks. A lock may be taken
// only while all that the thread holds rank lower, and a user's memory copied only while it holds none.
#ifdef DEBUG
void lock_rank_check(unsigned int rank, const char *name);
void lock_rank_taken(unsigned int rank);
void lock_rank_released(unsigned int rank);
void assert_no_sleeping_lock(void);
#else
#define lock_rank_check(rank, name) ((void)0)
#define lock_rank_taken(rank) ((void)0)
#define lock_rank_released(rank) ((void)0)
#define assert_no_sleeping_lock() ((void)0)
#endif

struct mutex {
	struct spinlock lock;  // guards the fields below
	struct thread *holder; // NULL: free
	struct waitq waiters;
	uint16_t rank;
	const char *name;
};

void mutex_init(struct mutex *mutex, const char *name, enum lock_rank rank);
void mutex_lock(struct mutex *mutex);
bool mutex_trylock(struct mutex *mutex);
void mutex_unlock(struct mutex *mutex); // panics unless the caller holds it
bool mutex_held(const struct mutex *mutex);

// Waiting writers go before readers that come later, so that writers do not starve.
struct rwlock {
	struct spinlock lock;  // guards the fields below
	struct thread *writer; // NULL: none
	unsigned int readers;
	unsigned int writers_waiting;
	struct waitq waiters;
	uint16_t rank;
	const char *name;
};

void rwlock_init(struct rwlock *rw, const char *name, enum lock_rank rank);

// Sleep until nobody writes, or waits to write; until nobody holds the lock. Caller: holds rw->lock.
void rwlock_wait_to_read(struct rwlock *rw);
void rwlock_wait_to_write(struct rwlock *rw);

// Every page fault takes a lock for reading, so the way without a wait is inline.
static inline void rwlock_read_lock(struct rwlock *rw)
{
	lock_rank_check(rw->rank, rw->name);
	spin_lock(&rw->lock);
	if (unlikely(rw->writer || rw->writers_waiting))
		rwlock_wait_to_read(rw);
	rw->readers++;
	spin_unlock(&rw->lock);
	lock_rank_taken(rw->rank);
}

static inline void rwlock_read_unlock(struct rwlock *rw)
{
	assert(rw->readers > 0);
	lock_rank_released(rw->rank);
	spin_lock(&rw->lock);
	if (--rw->readers == 0 && unlikely(!waitq_empty(&rw->waiters)))
		waitq_wake_all(&rw->waiters);
	spin_unlock(&rw->lock);
}

void rwlock_write_lock(struct rwlock *rw);
void rwlock_write_unlock(struct rwlock *rw);
void rwlock_downgrade(struct rwlock *rw); // from writer to reader, nobody in between
bool rwlock_write_held(const struct rwlock *rw);
bool rwlock_held(const struct rwlock *rw); // by this thread for writing, or by anybody for reading
