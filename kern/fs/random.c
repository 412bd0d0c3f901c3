// random.c: the generator SplitMix64 (Steele, Lea and Flood, "Fast splittable pseudorandom number
// generators", 2014): a counter with a large odd step, each value of it well mixed.
#include "fs/random.h"

#include "cpu/spinlock.h"
#include "cpu/x86.h"
#include "debug/boot_options.h"
#include "fs/uio.h"
#include "thread/timer.h"
#include "thread/yield.h"

#define BYTE_COST 12 // about how many instructions it takes to make a byte

#define STEP 0x9e3779b97f4a7c15ull

static struct spinlock lock = SPINLOCK_INIT("random", RANK_DEVICE);
static uint64_t state; // guarded by lock

void random_init(void)
{
	if (option_given("seed"))
		state = option_uint("seed", 0);
	else
		state = rdtsc() ^ clock_realtime_ns() * STEP;
}

// Returns the next number: the mixing function of SplitMix64. Caller: holds the lock.
static uint64_t next(void)
{
	uint64_t z = state += STEP;

	assert_spin_held(&lock);
	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ull;
	z = (z ^ z >> 27) * 0x94d049bb133111ebull;
	return z ^ z >> 31;
}

size_t random_copyout(struct uio *uio)
{
	uint8_t bytes[64];
	size_t done = 0;

	assert_no_lock();
	while (uio->left) {
		size_t part = MIN(uio->left, sizeof(bytes)), n;

		random_bytes(bytes, part);
		n = uio_copyout(uio, bytes, part);
		done += n;
		if (n < part ||
		    (yield_due(part * BYTE_COST) && thread_yield_point() && done >= PAGE_SIZE))
			break;
	}
	return done;
}

void random_bytes(void *bytes, size_t n)
{
	char *at = bytes;

	spin_lock(&lock);
	while (n > 0) {
		uint64_t value = next();
		size_t part = MIN(n, sizeof(value));

		memcpy(at, &value, part);
		at += part;
		n -= part;
	}
	spin_unlock(&lock);
}
