// mutex.h: sleeping locks: a mutex, and a lock that many may hold for reading or one for writing.
// Holders may sleep, also on locks of higher rank. Debug builds check the ranks (cpu/lockrank.h).
#pragma once

#include "cpu/lockrank.h"
#include "thread/waitq.h"

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

// Panic, in debug builds, if the current thread holds any sleeping lock.
#ifdef DEBUG
void assert_no_sleeping_lock(void);
#else
#define assert_no_sleeping_lock() ((void)0)
#endif

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
void rwlock_read_lock(struct rwlock *rw);
void rwlock_read_unlock(struct rwlock *rw);
void rwlock_write_lock(struct rwlock *rw);
void rwlock_write_unlock(struct rwlock *rw);
void rwlock_downgrade(struct rwlock *rw); // from writer to reader, nobody in between
bool rwlock_write_held(const struct rwlock *rw);
bool rwlock_held(const struct rwlock *rw); // by this thread for writing, or by anybody for reading

