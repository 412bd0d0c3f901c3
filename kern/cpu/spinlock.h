// spinlock.h: mutual exclusion between CPUs for short pieces of code that never sleep.
//
// The kernel runs with interrupts off (kern/README.md, "Interrupts"), so no handler can interrupt
// the holder of a spinlock. Therefore a spinlock does not touch the interrupt flag.
#pragma once

#include "cpu/lockrank.h"
#include "cpu/x86.h"
#include "kern.h"

struct spinlock {
	uint32_t locked; // 0: free; otherwise the address of the code that has taken it; atomic
	uint16_t rank;
#ifdef DEBUG
	uint16_t cpu;     // who holds it, valid while locked
	const char *name; // for the panic message
	struct spinlock *held_next;
	const struct thread *holder; // valid while locked
#endif
};

struct thread;

#ifdef DEBUG
#define SPINLOCK_INIT(name_, rank_) ((struct spinlock){ .rank = (rank_), .name = (name_) })
#else
#define SPINLOCK_INIT(name_, rank_) ((struct spinlock){ .rank = (rank_) })
#endif

// Make *lock a free lock of rank `rank`, whatever it was; nobody may hold it. `name`, which debug
// builds show in panics, is not copied and must stay valid as long as the lock; others ignore it.
static inline void spin_init(struct spinlock *lock, const char *name, enum lock_rank rank)
{
	*lock = SPINLOCK_INIT(name, rank);
	(void)name;
}

// Registered by thread/lock_report.c: debug builds' panic because `lock` is taken under `held`,
// whose rank is not lower.
extern void (*spin_order_hook)(const struct spinlock *lock, const struct spinlock *held);

#ifdef DEBUG
#define DEBUG_LOCKS true // whether the rank is checked, which would hide that the lock is not free

// Debug builds keep a chain of the spinlocks that this CPU holds. spin_debug_lock puts `lock` on
// the chain, before it is taken, and panics if the lock held last has no lower rank.
// spin_debug_unlock takes it off, wherever it is in the chain, and panics if this CPU does not hold
// it. Neither reads or changes lock->locked. spin_debug_held returns true if this CPU holds `lock`.
// In other builds the first two do nothing, and there is no spin_debug_held.
void spin_debug_lock(struct spinlock *lock);
void spin_debug_unlock(struct spinlock *lock);
bool spin_debug_held(const struct spinlock *lock);
#else
#define DEBUG_LOCKS false
static inline void spin_debug_lock(struct spinlock *lock)
{
	(void)lock;
}
static inline void spin_debug_unlock(struct spinlock *lock)
{
	(void)lock;
}
#endif

// Panic because code at address `again` wants `lock`, which code at address `first` has taken and
// not released. One CPU runs, with interrupts off, so nobody can release it. spin_stuck_hook,
// unless NULL, writes the message.
void spin_stuck(const struct spinlock *lock, uint32_t first, uint32_t again) __noreturn;

// Registered by thread/lock_report.c: the panic of spin_stuck with the names of lock and thread.
extern void (*spin_stuck_hook)(const struct spinlock *lock, uint32_t first, uint32_t again);

// Take `lock`. Panics if it is not free (spin_stuck). The address of the code is asked for twice,
// so that the normal way need not keep it in a register.
#define spin_lock(lock)                                                     \
	({                                                                  \
		uint32_t spin_first = spin_lock_from(lock, code_address()); \
                                                                            \
		if (unlikely(spin_first))                                   \
			spin_stuck(lock, spin_first, code_address());       \
	})

// Take the lock for code at the address `here`, which is not 0. Returns 0 if the lock was free;
// else the address of the code that has taken the lock and not released it: then the caller must
// panic (spin_stuck), since the lock may name `here` as its holder now. Debug builds panic if a
// lock held does not rank lower (spin_debug_lock), unless the lock is not free.
static inline uint32_t spin_lock_from(struct spinlock *lock, uint32_t here)
{
	if (DEBUG_LOCKS && unlikely(lock->locked))
		return lock->locked;
	spin_debug_lock(lock);
	return __atomic_exchange_n(&lock->locked, here, __ATOMIC_ACQUIRE);
}

// Release `lock`; locks may be released in any order. Caller: holds it, which only debug builds
// check. The release order makes all earlier writes visible to the next holder.
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
// CPU holds; `lock` NULL: unless it holds none. Other builds check nothing; neither looks at
// sleeping locks.
#ifdef DEBUG
void assert_may_sleep(void);
void assert_only_spinlock(const struct spinlock *lock);
#else
#define assert_may_sleep() ((void)0)
#define assert_only_spinlock(lock) ((void)(lock))
#endif
