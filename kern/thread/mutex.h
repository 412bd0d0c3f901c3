// mutex.h: sleeping locks: a mutex, and a read-write lock, which many threads may hold for reading
// or one for writing. A holder may sleep, also on locks of higher rank. Debug builds check the
// ranks (cpu/lockrank.h).
#pragma once

#include "cpu/lockrank.h"
#include "thread/waitq.h"

struct trapframe;

// Debug builds know which sleeping locks each thread holds, at most one of each rank, and where it
// has taken them. Normal builds know and check nothing of this.
#ifdef DEBUG
// The functions that take and release sleeping locks call these three, for the current thread and
// the lock `lock` of this rank and name; `returns` is the return address of the call that takes it.
//
// Check before a lock is taken for which the thread may have to sleep. Panics if the thread holds a
// spinlock, this lock, or a sleeping lock of equal or higher rank; for an address space's lock also
// if it holds any other sleeping lock but rename_lock.
void lock_rank_check(unsigned int rank, const char *name, const void *lock, uintptr_t returns);
// Note that the thread has the lock now. Panics if it holds one of this rank already.
void lock_rank_taken(unsigned int rank, const char *name, const void *lock, uintptr_t returns);
// Note that the thread is about to release the lock. Panics if it does not hold it.
void lock_rank_released(unsigned int rank, const void *lock);
// Panic if the current thread holds any sleeping lock. For copies to and from a user; spinlocks are
// not checked.
void assert_no_sleeping_lock(void);
// Panic if the current thread may not yield: if it holds a spinlock, or a sleeping lock other than
// an address space's and rename_lock.
void assert_may_yield(void);
// Called by the entry code with the frame with which it leaves the kernel. Panics if that frame
// leads to a program and the current thread holds a spinlock or a sleeping lock.
void locks_check_leaving(const struct trapframe *frame);
#else
#define lock_rank_check(rank, name, lock, returns) ((void)0)
#define lock_rank_taken(rank, name, lock, returns) ((void)0)
#define lock_rank_released(rank, lock) ((void)0)
#define assert_no_sleeping_lock() ((void)0)
#define assert_may_yield() ((void)0)
#endif

// A function asserts on entry what its contract says about locks: the current thread
// - assert_mutex_held: holds the mutex;
// - assert_read_held: holds the lock for reading or for writing;
// - assert_write_held: holds the lock for writing;
// - assert_not_held: does not hold the lock, a sleeping lock or a spinlock;
// - assert_no_lock: holds no lock, neither a sleeping lock nor a spinlock.
// Normal builds check nothing, and do not know which threads hold a lock for reading.
#ifdef DEBUG
// Returns true if the current thread holds `lock`, a sleeping lock of this rank, in any mode.
bool lock_debug_held(unsigned int rank, const void *lock);
#define assert_mutex_held(mutex) assert(mutex_held(mutex))
#define assert_read_held(rw) assert(lock_debug_held((rw)->rank, rw))
#define assert_write_held(rw) assert(rwlock_write_held(rw))
#define assert_not_held(lock)                                             \
	assert(!_Generic((lock), struct spinlock *                        \
	                 : spin_debug_held((const void *)(lock)), default \
	                 : lock_debug_held((lock)->rank, lock)))
// Panic if the current thread holds any lock, a spinlock or a sleeping lock.
void assert_no_lock(void);
#else
#define assert_mutex_held(mutex) ((void)(mutex))
#define assert_read_held(rw) ((void)(rw))
#define assert_write_held(rw) ((void)(rw))
#define assert_not_held(lock) ((void)(lock))
#define assert_no_lock() ((void)0)
#endif

struct mutex {
	struct spinlock lock;  // guards holder and waiters
	struct thread *holder; // NULL: free
	struct waitq waiters;
	uint16_t rank;
	const char *name;
};

// Initialise *mutex, whose contents may be undefined; it is free then. `name`, for messages, must
// stay valid. `rank`: at most RANK_LAST_SLEEPING.
void mutex_init(struct mutex *mutex, const char *name, enum lock_rank rank);

// Take the mutex. Sleeps while another thread holds it; neither a signal nor death ends the sleep.
// Panics if the current thread holds it already.
// Caller: holds no spinlock and no sleeping lock of the same or a higher rank.
void mutex_lock(struct mutex *mutex);

// Take the mutex if it is free. Returns true if it was; false if any thread holds it, also the
// current one. Does not sleep, so no rank is checked; but debug builds panic if the mutex is free
// and the current thread holds another sleeping lock of its rank. Only tests need it so far.
bool mutex_trylock(struct mutex *mutex);

// Release the mutex, and wake the thread that has waited longest for it; but another thread may
// take the mutex before that one runs. Does not sleep. Panics unless the current thread holds it.
void mutex_unlock(struct mutex *mutex);

// Returns true if the current thread holds the mutex.
bool mutex_held(const struct mutex *mutex);

// A lock for many readers or one writer. A waiting writer goes before readers that come later, so
// that readers cannot keep a writer out for ever.
struct rwlock {
	uint32_t state;        // atomic: RWLOCK_ bits and the number of readers
	struct spinlock lock;  // guards the queue and its counters, and RWLOCK_WAITING
	struct thread *writer; // the thread that holds it for writing, valid with RWLOCK_WRITER
	unsigned int writers_waiting;
	struct waitq waiters;
	uint16_t rank;
	const char *name;
};

#define RWLOCK_WRITER 0x40000000u  // held for writing
#define RWLOCK_WAITING 0x80000000u // a thread sleeps on it
#define RWLOCK_READERS 0x3FFFFFFFu // the number of readers

// Initialise *rw, whose contents may be undefined; it is free then. `name`, for messages, must stay
// valid. `rank`: at most RANK_LAST_SLEEPING.
void rwlock_init(struct rwlock *rw, const char *name, enum lock_rank rank);

// The rare part of rwlock_read_lock, which alone calls it: the reader was counted although a writer
// holds the lock or a thread waits for it. Undo that, sleep until no writer holds the lock or
// waits, and count the reader.
void rwlock_wait_to_read(struct rwlock *rw);

// The rare part of the functions that release: wake all threads that wait for the lock. They look
// at its state again, so several readers or one writer get it. Does not sleep.
void rwlock_wake(struct rwlock *rw);

// Take the lock for reading. Sleeps while a writer holds it or waits for it; nothing else ends the
// sleep. Every page fault does this, so the path without a wait is inline, except in debug builds,
// which note the caller. One atomic addition decides: it counts the reader and shows whether the
// count was allowed. Caller: holds no spinlock and no sleeping lock of the same or a higher rank;
// so not this lock either.
#ifdef DEBUG
void rwlock_read_lock(struct rwlock *rw);
#else
static inline void rwlock_read_lock(struct rwlock *rw)
{
	if (unlikely(__atomic_add_fetch(&rw->state, 1, __ATOMIC_ACQUIRE) &
	             (RWLOCK_WRITER | RWLOCK_WAITING)))
		rwlock_wait_to_read(rw);
}
#endif

// Take the lock for reading if no thread holds it for writing or waits for it. Returns true if the
// caller has the lock now. Does not sleep, so no rank is checked; but debug builds panic if the
// current thread holds a sleeping lock of this rank, this one too, and gets the lock.
bool rwlock_read_trylock(struct rwlock *rw);

// Release the lock. The last reader wakes waiting writers. Does not sleep. Caller: holds it for
// reading.
static inline void rwlock_read_unlock(struct rwlock *rw)
{
	debug_assert(rw->state & RWLOCK_READERS);
	lock_rank_released(rw->rank, rw);
	if (unlikely(__atomic_sub_fetch(&rw->state, 1, __ATOMIC_RELEASE) == RWLOCK_WAITING))
		rwlock_wake(rw);
}

// Take the lock for writing. Sleeps while any other thread holds it; nothing else ends the sleep.
// Panics if the current thread holds it for writing already. If it holds it for reading, debug
// builds panic, and in normal builds it sleeps for ever.
// Caller: holds no spinlock and no sleeping lock of the same or a higher rank.
void rwlock_write_lock(struct rwlock *rw);

// Release the lock, and wake all threads that wait for it. Does not sleep. Panics unless the
// current thread holds it for writing.
void rwlock_write_unlock(struct rwlock *rw);

// Change from writer to reader: the current thread, which holds the lock for writing, holds it for
// reading then, and no other writer gets it in between. Waiting readers are let in if no writer
// waits. Does not sleep. Panics if the thread is not the writer. Only tests need it so far.
void rwlock_downgrade(struct rwlock *rw);

// Returns true if the current thread holds the lock for writing.
bool rwlock_write_held(const struct rwlock *rw);

// Returns true if the current thread holds the lock for writing, or any thread holds it for
// reading: readers are only counted.
bool rwlock_held(const struct rwlock *rw);
