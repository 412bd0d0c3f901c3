// test_spinlock.c: spinlocks, and the checks of debug builds on them.
#include "debug/ktest.h"

#include "cpu/spinlock.h"

KTEST(spin_lock_takes_and_unlock_releases)
{
	struct spinlock lock;

	memset(&lock, 0xFF, sizeof(lock));
	spin_init(&lock, "test", RANK_PIPE);
	EXPECT_EQ(lock.locked, 0);
	EXPECT_EQ(lock.rank, RANK_PIPE);
	for (int i = 0; i < 2; i++) {
		spin_lock(&lock);
		EXPECT(lock.locked);
		spin_unlock(&lock);
		EXPECT_EQ(lock.locked, 0);
	}
}

KTEST(spin_lock_twice_panics)
{
	struct spinlock lock = SPINLOCK_INIT("test", RANK_PIPE);

	spin_lock(&lock);
	EXPECT_PANIC(spin_lock(&lock));
	spin_unlock(&lock);
	spin_lock(&lock);
	spin_unlock(&lock);
}

#ifdef DEBUG

KTEST(spin_lock_in_order_of_ranks_only)
{
	struct spinlock low = SPINLOCK_INIT("low", RANK_FILE);
	struct spinlock middle = SPINLOCK_INIT("middle", RANK_PIPE);
	struct spinlock equal = SPINLOCK_INIT("equal", RANK_PIPE);
	struct spinlock high = SPINLOCK_INIT("high", RANK_PAGE);

	spin_lock(&middle);
	EXPECT_PANIC(spin_lock(&low));
	EXPECT_PANIC(spin_lock(&equal));
	EXPECT_PANIC(spin_lock(&middle));
	EXPECT_EQ(low.locked | equal.locked, 0);
	spin_lock(&high);
	EXPECT_PANIC(spin_lock(&middle));
	spin_unlock(&high);
	spin_unlock(&middle);
	spin_lock(&low);
	spin_unlock(&low);
}

KTEST(spin_unlock_in_any_order)
{
	struct spinlock locks[] = { SPINLOCK_INIT("a", RANK_FILE), SPINLOCK_INIT("b", RANK_PIPE),
		                    SPINLOCK_INIT("c", RANK_PAGE) };

	for (size_t first = 0; first < ARRAY_SIZE(locks); first++) {
		for (size_t i = 0; i < ARRAY_SIZE(locks); i++)
			spin_lock(&locks[i]);
		for (size_t i = 0; i < ARRAY_SIZE(locks); i++)
			EXPECT(spin_debug_held(&locks[i]));
		for (size_t i = 0; i < ARRAY_SIZE(locks); i++) {
			struct spinlock *lock = &locks[(first + i) % ARRAY_SIZE(locks)];

			spin_unlock(lock);
			EXPECT(!spin_debug_held(lock));
			EXPECT_PANIC(spin_unlock(lock));
		}
	}
	assert_may_sleep();
}

KTEST(spin_unlock_of_a_free_lock_panics)
{
	struct spinlock lock = SPINLOCK_INIT("test", RANK_PIPE);

	EXPECT_PANIC(spin_unlock(&lock));
	EXPECT_PANIC(assert_spin_held(&lock));
}

KTEST(spin_asserts_about_sleeping)
{
	struct spinlock a = SPINLOCK_INIT("a", RANK_FILE), b = SPINLOCK_INIT("b", RANK_PIPE);

	assert_may_sleep();
	assert_only_spinlock(NULL);
	EXPECT_PANIC(assert_only_spinlock(&a));
	spin_lock(&a);
	assert_only_spinlock(&a);
	EXPECT_PANIC(assert_only_spinlock(NULL));
	EXPECT_PANIC(assert_only_spinlock(&b));
	EXPECT_PANIC(assert_may_sleep());
	spin_lock(&b);
	EXPECT_PANIC(assert_only_spinlock(&a));
	EXPECT_PANIC(assert_only_spinlock(&b));
	EXPECT_PANIC(assert_may_sleep());
	spin_unlock(&a);
	assert_only_spinlock(&b);
	spin_unlock(&b);
	assert_may_sleep();
}

#endif
