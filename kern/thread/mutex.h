// mutex.h: sleeping locks: a mutex, and a lock that many may hold for reading or one for writing.
// Holders may sleep, also on locks of higher rank. Debug builds check the ranks (cpu/lockrank.h).
#pragma once

#include "cpu/lockrank.h"
#include "thread/waitq.h"

// Debug builds know which sleeping locks each thread holds, as a mask of ranks. A lock may be taken
// only while all that the thread holds rank lower, a user's memory copied only while it holds none, and
// others let run only while it holds none that other address spaces need.
#ifdef DEBUG
void lock_rank_check(unsigned int rank, const char *name);
void lock_rank_taken(unsigned int rank);
void lock_rank_released(unsigned int rank);
void assert_no_sleeping_lock(void);
void assert_may_yield(void);
#else
#define lock_rank_check(rank, name) ((void)0)
#define lock_rank_taken(rank) ((void)0)
#define lock_rank_released(rank) ((void)0)
#define assert_no_sleeping_lock() ((void)0)
#define assert_may_yield() ((void)0)
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
	uint32_t state;        // [a] RWLOCK_ bits and the number of readers
	struct spinlock lock;  // guards the fields below, and that RWLOCK_WAITING is right
	struct thread *writer; // who holds it for writing, valid with RWLOCK_WRITER
	unsigned int writers_waiting;
	struct waitq waiters;
	uint16_t rank;
	const char *name;
};

#define RWLOCK_WRITER 0x40000000u  // held for writing
#define RWLOCK_WAITING 0x80000000u // somebody sleeps on it
#define RWLOCK_READERS 0x3FFFFFFFu

void rwlock_init(struct rwlock *rw, const char *name, enum lock_rank rank);

// The rest of rwlock_read_lock where the lock is not free for readers, and of the unlocks where
// somebody waits.
void rwlock_wait_to_read(struct rwlock *rw);
void rwlock_wake(struct rwlock *rw);

// Every page fault takes a lock for reading, so the way without a wait is inline and one instruction
// decides.
static inline void rwlock_read_lock(struct rwlock *rw)
{
	lock_rank_check(rw->rank, rw->name);
	if (unlikely(__atomic_add_fetch(&rw->state, 1, __ATOMIC_ACQUIRE) &
	             (RWLOCK_WRITER | RWLOCK_WAITING)))
		rwlock_wait_to_read(rw);
	lock_rank_taken(rw->rank);
}

static inline void rwlock_read_unlock(struct rwlock *rw)
{
	lock_rank_released(rw->rank);
	debug_assert(rw->state & RWLOCK_READERS);
	if (unlikely(__atomic_sub_fetch(&rw->state, 1, __ATOMIC_RELEASE) == RWLOCK_WAITING))
		rwlock_wake(rw);
}

void rwlock_write_lock(struct rwlock *rw);
void rwlock_write_unlock(struct rwlock *rw);
void rwlock_downgrade(struct rwlock *rw); // from writer to reader, nobody in between
bool rwlock_write_held(const struct rwlock *rw);
bool rwlock_held(const struct rwlock *rw); // by this thread for writing, or by anybody for reading
