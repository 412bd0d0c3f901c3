// Numbers from text. A value out of range becomes the nearest one in range; errno stays as it is,
// for the kernel, which uses this file too, has none.

#include <ctype.h>
#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

struct number {
	uint64_t magnitude; // UINT64_MAX when `overflow`
	bool negative;
	bool overflow;
};

// The value of a digit, or 36 if the character is no digit.
static unsigned int digit_value(char c)
{
	if (isdigit(c))
		return c - '0';
	return isalpha(c) ? (unsigned int)(tolower(c) - 'a' + 10) : 36;
}

// Skip the characters that may precede the digits: spaces, a sign, and the prefix of a base. With
// base 0 the prefix decides: 0x means 16, 0 means 8, nothing 10.
static const char *read_prefix(const char *s, bool *negative, int *base)
{
	while (isspace(*s))
		s++;
	*negative = *s == '-';
	if (*s == '-' || *s == '+')
		s++;
	if ((*base == 0 || *base == 16) && s[0] == '0' && (s[1] | 0x20) == 'x' &&
	    digit_value(s[2]) < 16) {
		*base = 16;
		return s + 2;
	}
	if (*base == 0)
		*base = *s == '0' ? 8 : 10;
	return s;
}

// Read a number of `base` 0 or 2 to 36 at `s`. *end (if `end` is not NULL) is set after its last
// digit, or to `s` when there is none.
static struct number read_number(const char *s, char **end, int base)
{
	struct number number = { 0, false, false };
	const char *p = read_prefix(s, &number.negative, &base), *digits = p;
	uint64_t most = UINT64_MAX / (unsigned int)base;
	unsigned int digit;

	for (; (digit = digit_value(*p)) < (unsigned int)base; p++) {
		uint64_t scaled = number.magnitude * (unsigned int)base;

		if (number.magnitude > most || scaled > UINT64_MAX - digit)
			number.overflow = true;
		number.magnitude = number.overflow ? UINT64_MAX : scaled + digit;
	}
	if (end)
		*end = (char *)(uintptr_t)(p > digits ? p : s);
	return number;
}

// The number with its sign, between -max - 1 and max.
static int64_t clamp_signed(struct number number, uint64_t max)
{
	if (number.negative)
		return number.magnitude > max ? -(int64_t)max - 1 : -(int64_t)number.magnitude;
	return (int64_t)(number.magnitude > max ? max : number.magnitude);
}

// The number, at most `max`; "-n" gives the two's complement of n, as the standard has it.
static uint64_t clamp_unsigned(struct number number, uint64_t max)
{
	if (number.overflow || number.magnitude > max)
		return max;
	return number.negative ? -number.magnitude : number.magnitude;
}

long strtol(const char *restrict s, char **restrict end, int base)
{
	return (long)clamp_signed(read_number(s, end, base), LONG_MAX);
}

unsigned long strtoul(const char *restrict s, char **restrict end, int base)
{
	return (unsigned long)clamp_unsigned(read_number(s, end, base), ULONG_MAX);
}

long long strtoll(const char *restrict s, char **restrict end, int base)
{
	return clamp_signed(read_number(s, end, base), LLONG_MAX);
}

unsigned long long strtoull(const char *restrict s, char **restrict end, int base)
{
	return clamp_unsigned(read_number(s, end, base), ULLONG_MAX);
}
