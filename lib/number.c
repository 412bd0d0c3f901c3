// Small numbers: absolute values, random ones.

#include <stdint.h>
#include <stdlib.h>

int abs(int n)
{
	return n < 0 ? -n : n;
}

long labs(long n)
{
	return n < 0 ? -n : n;
}

int atoi(const char *s)
{
	return (int)strtol(s, NULL, 10);
}

static uint64_t state = 1;

void srand(unsigned int seed)
{
	state = seed;
}

// The upper bits of a linear congruential generator modulo 2^64 (multiplier and increment as in
// Knuth's MMIX). For games and tests only.
int rand(void)
{
	state = state * 6364136223846793005ULL + 1442695040888963407ULL;
	return (int)(state >> 33);
}
