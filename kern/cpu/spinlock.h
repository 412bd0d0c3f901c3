// spinlock.h: mutual exclusion between CPUs for short stretches that never sleep.
//
// The kernel runs with interrupts off (kern/README.md, "Interrupts"), so a spinlock need not touch
// the interrupt flag: no handler can interrupt its holder.
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

static inline void spin_init(struct spinlock *lock, const char *name, enum lock_rank rank)
{
	*lock = SPINLOCK_INIT(name, rank);
	(void)name;
}

#ifdef DEBUG
// Debug builds keep the chain of locks this CPU holds; these panic when the order of ranks is
// broken, when a lock is taken twice, or when it is released by one who does not hold it.
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

static inline void spin_lock(struct spinlock *lock)
{
	spin_debug_lock(lock);
	while (unlikely(__atomic_exchange_n(&lock->locked, 1, __ATOMIC_ACQUIRE)))
		while (__atomic_load_n(&lock->locked, __ATOMIC_RELAXED))
			__builtin_ia32_pause();
}

static inline void spin_unlock(struct spinlock *lock)
{
	spin_debug_unlock(lock);
	__atomic_store_n(&lock->locked, 0, __ATOMIC_RELEASE);
}

// A function whose contract says "the caller holds the lock" asserts it on entry.
#ifdef DEBUG
#define assert_spin_held(lock) assert(spin_debug_held(lock))
#else
#define assert_spin_held(lock) ((void)(lock))
#endif

// Panic if this CPU holds any spinlock: called where a thread may sleep. Or: any but `lock` (NULL:
// any at all), or not that one.
#ifdef DEBUG
void assert_may_sleep(void);
void assert_only_spinlock(const struct spinlock *lock);
#else
#define assert_may_sleep() ((void)0)
#define assert_only_spinlock(lock) ((void)(lock))
#endif
