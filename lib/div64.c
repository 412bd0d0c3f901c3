// Division of 64-bit numbers. On i386 the compiler turns it into calls of the functions below,
// whose names GCC fixes; having them here, we need no library of the compiler's.

#include <stdint.h>

uint64_t __udivmoddi4(uint64_t n, uint64_t d, uint64_t *remainder);
uint64_t __udivdi3(uint64_t n, uint64_t d);
uint64_t __umoddi3(uint64_t n, uint64_t d);
int64_t __divmoddi4(int64_t n, int64_t d, int64_t *remainder);
int64_t __divdi3(int64_t n, int64_t d);
int64_t __moddi3(int64_t n, int64_t d);

// Divide high:low by `d`. The quotient must fit in 32 bits, that is high < d; else the processor
// raises a divide error (Intel SDM vol. 2, DIV).
static uint32_t div_64_by_32(uint32_t high, uint32_t low, uint32_t d, uint32_t *remainder)
{
	uint32_t quotient;

	asm("divl %4" : "=a"(quotient), "=d"(*remainder) : "a"(low), "d"(high), "rm"(d) : "cc");
	return quotient;
}

// Divide by a number of more than 32 bits; the quotient has less than 32. Shift the divisor until
// its top bit is set, and divide by its upper half: as the lower half was ignored, this is at most
// one too great once it is shifted back. Take one off, and see whether it was needed. (Halving the
// dividend first keeps its upper half below the divisor's.)
static uint64_t divide_by_large(uint64_t n, uint64_t d, uint64_t *remainder)
{
	int shift = __builtin_clz((uint32_t)(d >> 32));
	uint64_t half = n >> 1;
	uint32_t ignored;
	uint32_t quotient = div_64_by_32((uint32_t)(half >> 32), (uint32_t)half,
	                                 (uint32_t)(d << shift >> 32), &ignored);

	quotient >>= 31 - shift;
	if (quotient > 0)
		quotient--;
	*remainder = n - quotient * d;
	if (*remainder >= d) {
		*remainder -= d;
		quotient++;
	}
	return quotient;
}

// Divide `n` by `d`; the remainder goes to *remainder. Division by 0 raises a divide error.
uint64_t __udivmoddi4(uint64_t n, uint64_t d, uint64_t *remainder)
{
	uint32_t high = (uint32_t)(n >> 32), divisor = (uint32_t)d;
	uint32_t quotient_high, quotient_low, rest;

	if (d >> 32)
		return divide_by_large(n, d, remainder);
	quotient_high = div_64_by_32(0, high, divisor, &rest);
	quotient_low = div_64_by_32(rest, (uint32_t)n, divisor, &rest);
	*remainder = rest;
	return (uint64_t)quotient_high << 32 | quotient_low;
}

uint64_t __udivdi3(uint64_t n, uint64_t d)
{
	uint64_t remainder;

	return __udivmoddi4(n, d, &remainder);
}

uint64_t __umoddi3(uint64_t n, uint64_t d)
{
	uint64_t remainder;

	__udivmoddi4(n, d, &remainder);
	return remainder;
}

static uint64_t magnitude(int64_t n)
{
	return n < 0 ? -(uint64_t)n : (uint64_t)n;
}

// Divide with sign: the quotient is rounded towards zero, the remainder has the sign of `n`.
int64_t __divmoddi4(int64_t n, int64_t d, int64_t *remainder)
{
	uint64_t rest;
	uint64_t quotient = __udivmoddi4(magnitude(n), magnitude(d), &rest);

	*remainder = (int64_t)(n < 0 ? -rest : rest);
	return (int64_t)((n < 0) != (d < 0) ? -quotient : quotient);
}

int64_t __divdi3(int64_t n, int64_t d)
{
	int64_t remainder;

	return __divmoddi4(n, d, &remainder);
}

int64_t __moddi3(int64_t n, int64_t d)
{
	int64_t remainder;

	__divmoddi4(n, d, &remainder);
	return remainder;
}
