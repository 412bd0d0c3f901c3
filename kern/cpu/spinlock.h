// spinlock.h: mutual exclusion between CPUs for short pieces of code that never sleep.
//
// The kernel runs with interrupts off (kern/README.md, "Interrupts"), so no handler can interrupt
// the holder of a spinlock. Therefore a spinlock does not touch the interrupt flag.
#pragma once

#include "cpu/lockrank.h"
#include "kern.h"

struct spinlock {
	uint32_t locked; // 0 or 1, changed atomically
	uint16_t rank;
#ifdef DEBUG
	uint16_t cpu;     // who holds it, valid while locked
	const char *name; // for the panic message
	struct spinlock *held_next;
#endif
};

#ifdef DEBUG
#define SPINLOCK_INIT(name_, rank_) ((struct spinlock){ .rank = (rank_), .name = (name_) })
#else
#define SPINLOCK_INIT(name_, rank_) ((struct spinlock){ .rank = (rank_) })
#endif

// Make *lock a free lock of rank `rank`. `name` is for panic messages.
static inline void spin_init(struct spinlock *lock, const char *name, enum lock_rank rank)
{
	*lock = SPINLOCK_INIT(name, rank);
	(void)name;
}

#ifdef DEBUG
// Debug builds keep a chain of the locks that this CPU holds. These functions panic if a lock is
// taken out of rank order (taking it twice is that too), or if it is released by a CPU that does
// not hold it.
void spin_debug_lock(struct spinlock *lock);
void spin_debug_unlock(struct spinlock *lock);
bool spin_debug_held(const struct spinlock *lock);
#else
static inline void spin_debug_lock(struct spinlock *lock)
{
	(void)lock;
}
static inline void spin_debug_unlock(struct spinlock *lock)
{
	(void)lock;
}
#endif

// Take the lock, waiting for its holder in a loop. The inner loop only reads: an exchange on every
// round would pull the cache line from the holder again and again.
static inline void spin_lock(struct spinlock *lock)
{
	spin_debug_lock(lock);
	while (unlikely(__atomic_exchange_n(&lock->locked, 1, __ATOMIC_ACQUIRE)))
		while (__atomic_load_n(&lock->locked, __ATOMIC_RELAXED))
			__builtin_ia32_pause();
}

// Release the lock. Caller: holds it. The release order makes all earlier writes visible to the
// next holder.
static inline void spin_unlock(struct spinlock *lock)
{
	spin_debug_unlock(lock);
	__atomic_store_n(&lock->locked, 0, __ATOMIC_RELEASE);
}

// Panic in debug builds unless this CPU holds `lock`. A function whose contract says "Caller:
// holds ..." calls this at its entry.
#ifdef DEBUG
#define assert_spin_held(lock) assert(spin_debug_held(lock))
#else
#define assert_spin_held(lock) ((void)(lock))
#endif

// assert_may_sleep: panic in debug builds if this CPU holds any spinlock. Called where a thread may
// sleep. assert_only_spinlock: panic in debug builds unless `lock` is the only spinlock that this
// CPU holds; `lock` NULL: unless it holds none.
#ifdef DEBUG
void assert_may_sleep(void);
void assert_only_spinlock(const struct spinlock *lock);
#else
#define assert_may_sleep() ((void)0)
#define assert_only_spinlock(lock) ((void)(lock))
#endif
