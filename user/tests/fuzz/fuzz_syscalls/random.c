// random.c: pseudo-random numbers. Each call of a list has a sequence of its own.

#include "fuzz.h"

uint32_t master_seed;

void random_start(uint32_t *state, uint32_t seed)
{
	*state = (seed ^ seed >> 15) * 0x85ebca6bu;
	*state = (*state ^ *state >> 13) * 0xc2b2ae35u;
	if (*state == 0)
		*state = 1;
}

// One step of a xorshift generator (Marsaglia, "Xorshift RNGs", 2003).
uint32_t random_word(uint32_t *state)
{
	uint32_t x = *state;

	x ^= x << 13;
	x ^= x >> 17;
	x ^= x << 5;
	return *state = x;
}

// From 0 to n - 1.
uint32_t below(uint32_t *state, uint32_t n)
{
	return (uint32_t)((uint64_t)random_word(state) * n >> 32);
}

bool one_in(uint32_t *state, uint32_t n)
{
	return below(state, n) == 0;
}
