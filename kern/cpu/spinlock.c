// spinlock.c: the checks on spinlocks in debug builds.
#include "cpu/spinlock.h"

#include "cpu/percpu.h"

struct cpu cpus[1];

void (*spin_stuck_hook)(const struct spinlock *lock, uint32_t first, uint32_t again);
void (*spin_order_hook)(const struct spinlock *lock, const struct spinlock *held);

void spin_stuck(const struct spinlock *lock, uint32_t first, uint32_t again)
{
	if (spin_stuck_hook)
		spin_stuck_hook(lock, first, again);
	panic("a spinlock of rank %u taken twice: first at %#x, again at %#x", lock->rank, first,
	      again);
}

#ifdef DEBUG

// Ranks must rise from lock to lock, so comparing with the lock taken last is enough: it has the
// highest rank of all held.
void spin_debug_lock(struct spinlock *lock)
{
	struct cpu *cpu = this_cpu();
	const struct spinlock *held = cpu->held;

	if (held && held->rank >= lock->rank) {
		if (spin_order_hook)
			spin_order_hook(lock, held);
		panic("lock order: %s (rank %u) taken under %s (rank %u)", lock->name, lock->rank,
		      held->name, held->rank);
	}
	lock->cpu = (uint16_t)cpu->index;
	lock->holder = cpu->current;
	lock->held_next = cpu->held;
	cpu->held = lock;
}

// Locks may be released in any order, so the lock may be anywhere in the chain.
void spin_debug_unlock(struct spinlock *lock)
{
	struct spinlock **link = &this_cpu()->held;

	while (*link && *link != lock)
		link = &(*link)->held_next;
	if (!*link)
		panic("lock %s (rank %u) released by CPU %u, which does not hold it", lock->name,
		      lock->rank, this_cpu()->index);
	*link = lock->held_next;
}

bool spin_debug_held(const struct spinlock *lock)
{
	const struct spinlock *held = this_cpu()->held;

	while (held && held != lock)
		held = held->held_next;
	return held;
}

void assert_only_spinlock(const struct spinlock *lock)
{
	const struct spinlock *held;

	for (held = this_cpu()->held; held; held = held->held_next)
		if (held != lock)
			panic("sleeping while holding the spinlock %s (rank %u)", held->name,
			      held->rank);
	assert(!lock || spin_debug_held(lock));
}

void assert_may_sleep(void)
{
	assert_only_spinlock(NULL);
}

#endif
