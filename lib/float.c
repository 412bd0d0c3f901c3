// The text of numbers with a point, for %f %e %g. Integers only: a number is m * 2^e, and for e < 0
// that is m * 5^-e / 10^-e. So multiplications give all its digits, and each rounding is exact.

#include "float.h"
#include <stdbool.h>
#include <string.h>

#define BASE 1000000000u // of a word: nine digits
#define WORD_DIGITS 9
#define WORDS 90 // the longest number, the least one with 53 bits, has 767 digits

#define MANTISSA_BITS 52
#define EXPONENT_MAX 0x7ff // infinite, or not a number
#define EXPONENT_BIAS 1075 // of the mantissa as a whole number

// 0.d1 d2 d3 ... * 10^point. The first and the last digit are not 0; zero has no digit.
struct decimal {
	char digits[WORDS * WORD_DIGITS];
	int count, point;
};

// Multiply a number of `n` words, the lowest first, by less than BASE. Returns how many it has then.
static int multiply(uint32_t *words, int n, uint32_t factor)
{
	uint64_t carry = 0;

	for (int i = 0; i < n; i++) {
		carry += (uint64_t)words[i] * factor;
		words[i] = (uint32_t)(carry % BASE);
		carry /= BASE;
	}
	if (carry)
		words[n++] = (uint32_t)carry;
	return n;
}

static void strip_zeros(struct decimal *number)
{
	while (number->count > 0 && number->digits[number->count - 1] == '0')
		number->count--;
}

// Find all digits of mantissa * 2^exponent.
static void find_digits(struct decimal *number, uint64_t mantissa, int exponent)
{
	uint32_t words[WORDS] = { (uint32_t)(mantissa % BASE), (uint32_t)(mantissa / BASE) };
	int n = 2, left, leading = 0;
	char *digits = number->digits;

	for (left = exponent; left > 0; left -= 29)
		n = multiply(words, n, 1u << (left < 29 ? left : 29));
	for (left = -exponent; left >= 12; left -= 12)
		n = multiply(words, n, 244140625); // 5^12
	for (; left > 0; left--)
		n = multiply(words, n, 5);
	for (int i = n; i-- > 0;)
		for (uint32_t unit = BASE / 10; unit > 0; unit /= 10)
			*digits++ = (char)('0' + words[i] / unit % 10);
	while (leading < n * WORD_DIGITS && number->digits[leading] == '0')
		leading++;
	number->count = n * WORD_DIGITS - leading;
	number->point = number->count ? number->count + (exponent < 0 ? exponent : 0) : 1;
	memmove(number->digits, number->digits + leading, (size_t)number->count);
	strip_zeros(number);
}

// Round to `keep` digits, half to even, as the processor does.
static void round_to(struct decimal *number, int keep)
{
	char *digits = number->digits;
	bool up = false;

	if (keep >= number->count)
		return;
	if (keep < 0)
		keep = 0;
	else
		up = digits[keep] > '5' ||
		     (digits[keep] == '5' &&
		      (number->count > keep + 1 || (keep > 0 && digits[keep - 1] % 2)));
	number->count = keep;
	if (!up) {
		strip_zeros(number);
		return;
	}
	while (number->count > 0 && digits[number->count - 1] == '9')
		number->count--;
	if (number->count > 0) {
		digits[number->count - 1]++;
		return;
	}
	digits[0] = '1';
	number->count = 1;
	number->point++;
}

static void add(struct float_text *text, char c)
{
	text->digits[text->length++] = c;
}

// Add digits [first, first + n) of the number, also those before its first and after its last one,
// which are 0. Zeros after the last are only counted where nothing follows them.
static void add_digits(struct float_text *text, const struct decimal *number, int first, int n)
{
	for (int i = first; i < first + n; i++) {
		if (i >= number->count && text->point) {
			text->zeros = first + n - i;
			return;
		}
		add(text, i >= 0 && i < number->count ? number->digits[i] : '0');
	}
}

static void add_point(struct float_text *text, int precision, bool alternate)
{
	text->point = true;
	if (precision > 0 || alternate)
		add(text, '.');
}

static void write_fixed(struct float_text *text, struct decimal *number, int precision,
                        bool alternate)
{
	round_to(number, number->point + precision);
	if (number->point <= 0)
		add(text, '0');
	else
		add_digits(text, number, 0, number->point);
	add_point(text, precision, alternate);
	add_digits(text, number, number->point > 0 || number->count ? number->point : 0, precision);
}

static void write_scientific(struct float_text *text, struct decimal *number, int precision,
                             bool alternate, char letter)
{
	char *end = text->exponent;
	int power;

	round_to(number, precision + 1);
	power = number->count ? number->point - 1 : 0;
	add_digits(text, number, 0, 1);
	add_point(text, precision, alternate);
	add_digits(text, number, 1, precision);
	*end++ = letter;
	*end++ = power < 0 ? '-' : '+';
	power = power < 0 ? -power : power;
	if (power >= 100)
		*end++ = (char)('0' + power / 100);
	*end++ = (char)('0' + power / 10 % 10);
	*end++ = (char)('0' + power % 10);
	text->exponent_length = end - text->exponent;
}

// %g takes the shorter form, without zeros at the end unless # asks for them.
static void write_general(struct float_text *text, struct decimal *number, int precision,
                          bool alternate, char letter)
{
	int digits = precision ? precision : 1, power;

	round_to(number, digits);
	power = number->count ? number->point - 1 : 0;
	if (!alternate && digits > number->count)
		digits = number->count ? number->count : 1;
	if (power < -4 || power >= (precision ? precision : 1))
		write_scientific(text, number, digits - 1, alternate, letter);
	else
		write_fixed(text, number, digits - 1 > power ? digits - 1 - power : 0, alternate);
}

void float_format(struct float_text *text, uint64_t bits, char letter, int precision, bool alternate)
{
	int exponent = (int)(bits >> MANTISSA_BITS) & EXPONENT_MAX;
	uint64_t mantissa = bits & (((uint64_t)1 << MANTISSA_BITS) - 1);
	struct decimal number = { 0 };
	bool upper = letter < 'a';

	text->length = text->zeros = text->exponent_length = 0;
	text->point = false;
	text->finite = exponent != EXPONENT_MAX;
	if (!text->finite) {
		memcpy(text->digits, mantissa ? (upper ? "NAN" : "nan") : upper ? "INF" : "inf", 3);
		text->length = 3;
		return;
	}
	if (exponent > 0)
		mantissa |= (uint64_t)1 << MANTISSA_BITS;
	else
		exponent = 1;
	find_digits(&number, mantissa, exponent - EXPONENT_BIAS);
	if (precision < 0)
		precision = 6;
	if (letter == 'f' || letter == 'F')
		write_fixed(text, &number, precision, alternate);
	else if (letter == 'e' || letter == 'E')
		write_scientific(text, &number, precision, alternate, letter);
	else
		write_general(text, &number, precision, alternate, upper ? 'E' : 'e');
}
