// The core of printf, for programs and the kernel.
//
// Conversions: %d %i %u %o %x %X %c %s %p %%, for programs also %f %e %g %F %E %G of a double; with the flags - + space 0 #, a width and a precision
// (numbers or *), and the lengths hh h l ll z t j. Anything else is copied unchanged.

#include "float.h"
#include <ctype.h>
#include <format.h>
#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

// No width or precision may be as large: so sums of the two, and of a number's length, stay in an
// int.
#define COUNT_MAX (INT_MAX / 4)

enum length { LENGTH_CHAR, LENGTH_SHORT, LENGTH_INT, LENGTH_64 };

// Where the text goes, and how much there was.
struct output {
	emit_t *emit;
	void *context;
	int total;
	bool overflow; // the text is longer than an int can say: nothing more is given out
};

// One conversion, taken apart.
struct conversion {
	bool left, plus, space, zero, alternate; // - + space 0 #
	int width;
	int precision; // -1: none given
	enum length length;
	char letter;
};

// The parts of a number's text, in the order in which they are printed.
struct number_text {
	char prefix[3]; // sign, 0x
	int prefix_length;
	char digits[22]; // of 64 bits in base 8
	int digits_length;
};

static void put(struct output *out, const char *text, int n)
{
	if (n <= 0 || out->overflow)
		return;
	if (n > INT_MAX - out->total) {
		out->overflow = true;
		return;
	}
	out->emit(out->context, text, n);
	out->total += n;
}

static void put_repeated(struct output *out, char c, int n)
{
	char chunk[16];

	memset(chunk, c, sizeof(chunk));
	for (; n > (int)sizeof(chunk); n -= (int)sizeof(chunk))
		put(out, chunk, sizeof(chunk));
	put(out, chunk, n);
}

// Read a decimal number, or take it from the arguments for a star. COUNT_MAX means all that is
// larger, which is longer than a text may get.
static int read_count(const char **format, va_list *args)
{
	int count = 0;

	if (**format == '*') {
		(*format)++;
		count = va_arg(*args, int);
		return count > COUNT_MAX ? COUNT_MAX : count < -COUNT_MAX ? -COUNT_MAX : count;
	}
	for (; isdigit(**format); (*format)++)
		count = count > COUNT_MAX / 10 ? COUNT_MAX : count * 10 + (**format - '0');
	return count > COUNT_MAX ? COUNT_MAX : count;
}

static bool read_flag(struct conversion *conv, char c)
{
	switch (c) {
	case '-':
		return conv->left = true;
	case '+':
		return conv->plus = true;
	case ' ':
		return conv->space = true;
	case '0':
		return conv->zero = true;
	case '#':
		return conv->alternate = true;
	default:
		return false;
	}
}

static enum length read_length(const char **format)
{
	const char *p = *format;
	enum length length = LENGTH_INT;

	if (p[0] == 'h') {
		length = p[1] == 'h' ? LENGTH_CHAR : LENGTH_SHORT;
		p += p[1] == 'h' ? 2 : 1;
	} else if (p[0] == 'j' || (p[0] == 'l' && p[1] == 'l')) {
		length = LENGTH_64;
		p += p[0] == 'j' ? 1 : 2;
	} else if (p[0] == 'l' || p[0] == 'z' || p[0] == 't') {
		p++; // as wide as int on i386
	}
	*format = p;
	return length;
}

// Take a conversion apart; *format points after the % and is moved beyond the letter. A width or
// precision that is too large is noted in `out`.
static void read_conversion(struct output *out, struct conversion *conv, const char **format,
                            va_list *args)
{
	*conv = (struct conversion){ .precision = -1 };
	while (read_flag(conv, **format))
		(*format)++;
	conv->width = read_count(format, args);
	if (conv->width < 0) {
		conv->left = true;
		conv->width = -conv->width;
	}
	if (**format == '.') {
		(*format)++;
		conv->precision = read_count(format, args);
	}
	out->overflow |= conv->width == COUNT_MAX || conv->precision == COUNT_MAX;
	conv->length = read_length(format);
	conv->letter = **format;
	if (conv->letter)
		(*format)++;
}

// Write the digits of `value` from the back of the array. Dividing 64 bits is slow, so it is only
// done while there are more than 32.
static void make_digits(struct number_text *text, uint64_t value, unsigned int base, bool upper)
{
	const char *set = upper ? "0123456789ABCDEF" : "0123456789abcdef";
	char *end = text->digits + sizeof(text->digits), *p = end;
	uint32_t low;

	for (; value > UINT32_MAX; value /= base)
		*--p = set[value % base];
	for (low = (uint32_t)value; low > 0; low /= base)
		*--p = set[low % base];
	text->digits_length = end - p;
	memmove(text->digits, p, end - p);
}

// Print a number: padding, prefix, zeros up to the precision, digits, padding. Zeros fill the width
// only when there is no precision, and a value of 0 with precision 0 has no digit at all.
static void put_number(struct output *out, const struct conversion *conv, struct number_text *text)
{
	int zeros = (conv->precision < 0 ? 1 : conv->precision) - text->digits_length;
	int padding;

	if (conv->letter == 'o' && conv->alternate && zeros <= 0)
		zeros = 1;
	if (zeros < 0)
		zeros = 0;
	padding = conv->width - text->prefix_length - zeros - text->digits_length;
	if (conv->zero && !conv->left && conv->precision < 0 && padding > 0) {
		zeros += padding;
		padding = 0;
	}
	if (!conv->left)
		put_repeated(out, ' ', padding);
	put(out, text->prefix, text->prefix_length);
	put_repeated(out, '0', zeros);
	put(out, text->digits, text->digits_length);
	if (conv->left)
		put_repeated(out, ' ', padding);
}

static void format_signed(struct output *out, const struct conversion *conv, va_list *args)
{
	struct number_text text = { .prefix_length = 0 };
	int64_t value;

	if (conv->length == LENGTH_64)
		value = va_arg(*args, int64_t);
	else
		value = va_arg(*args, int);
	if (conv->length == LENGTH_CHAR)
		value = (signed char)value;
	else if (conv->length == LENGTH_SHORT)
		value = (short)value;

	if (value < 0)
		text.prefix[text.prefix_length++] = '-';
	else if (conv->plus)
		text.prefix[text.prefix_length++] = '+';
	else if (conv->space)
		text.prefix[text.prefix_length++] = ' ';
	make_digits(&text, value < 0 ? -(uint64_t)value : (uint64_t)value, 10, false);
	put_number(out, conv, &text);
}

static void format_unsigned(struct output *out, const struct conversion *conv, va_list *args)
{
	struct number_text text = { .prefix_length = 0 };
	bool upper = conv->letter == 'X', pointer = conv->letter == 'p';
	unsigned int base = conv->letter == 'u' ? 10 : conv->letter == 'o' ? 8 : 16;
	uint64_t value;

	if (conv->length == LENGTH_64)
		value = va_arg(*args, uint64_t);
	else
		value = va_arg(*args, unsigned int);
	if (conv->length == LENGTH_CHAR)
		value = (unsigned char)value;
	else if (conv->length == LENGTH_SHORT)
		value = (unsigned short)value;

	if (pointer || (base == 16 && conv->alternate && value > 0)) {
		text.prefix[text.prefix_length++] = '0';
		text.prefix[text.prefix_length++] = upper ? 'X' : 'x';
	}
	make_digits(&text, value, base, upper);
	put_number(out, conv, &text);
}

#ifndef NO_FLOATS
// On i386 a double is passed as eight bytes, like a number of 64 bits: no FPU is needed.
static void format_double(struct output *out, const struct conversion *conv, va_list *args)
{
	uint64_t bits = va_arg(*args, uint64_t);
	char sign = bits >> 63 ? '-' : conv->plus ? '+' : conv->space ? ' ' : '\0';
	struct float_text text;
	int padding;

	float_format(&text, bits, conv->letter, conv->precision, conv->alternate);
	padding = conv->width - (sign != '\0') - text.length - text.zeros - text.exponent_length;
	if (!conv->left && !(conv->zero && text.finite))
		put_repeated(out, ' ', padding);
	put(out, &sign, sign != '\0');
	if (!conv->left && conv->zero && text.finite)
		put_repeated(out, '0', padding);
	put(out, text.digits, text.length);
	put_repeated(out, '0', text.zeros);
	put(out, text.exponent, text.exponent_length);
	if (conv->left)
		put_repeated(out, ' ', padding);
}
#endif

static void format_string(struct output *out, const struct conversion *conv, const char *s)
{
	int length;

	if (!s)
		s = "(null)";
	length = conv->precision < 0 ? (int)strlen(s) : (int)strnlen(s, conv->precision);
	if (!conv->left)
		put_repeated(out, ' ', conv->width - length);
	put(out, s, length);
	if (conv->left)
		put_repeated(out, ' ', conv->width - length);
}

static void format_character(struct output *out, const struct conversion *conv, char c)
{
	if (!conv->left)
		put_repeated(out, ' ', conv->width - 1);
	put(out, &c, 1);
	if (conv->left)
		put_repeated(out, ' ', conv->width - 1);
}

// Format one conversion. `text` is its place in the format: an unknown conversion is copied.
static void format_one(struct output *out, const struct conversion *conv, va_list *args,
                       const char *text, int text_length)
{
	switch (conv->letter) {
	case 'd':
	case 'i':
		format_signed(out, conv, args);
		break;
	case 'u':
	case 'o':
	case 'x':
	case 'X':
	case 'p':
		format_unsigned(out, conv, args);
		break;
	case 'c':
		format_character(out, conv, (char)va_arg(*args, int));
		break;
	case 's':
		format_string(out, conv, va_arg(*args, const char *));
		break;
#ifndef NO_FLOATS
	case 'f':
	case 'F':
	case 'e':
	case 'E':
	case 'g':
	case 'G':
		format_double(out, conv, args);
		break;
#endif
	case '%':
		put(out, "%", 1);
		break;
	default:
		put(out, text, text_length);
		break;
	}
}

// Format `args` as `format` says; every piece of text is given to `emit` with `context`, in order.
// Returns the number of bytes; -1, after a part of the text, when it would be longer than about a
// quarter of an int's range.
int vformat(emit_t *emit, void *context, const char *format, va_list args)
{
	struct output out = { emit, context, 0, false };
	struct conversion conv;
	va_list rest; // a copy, of which a pointer can be had; a parameter may be an array

	va_copy(rest, args);
	while (*format) {
		const char *start = format;

		while (*format && *format != '%')
			format++;
		put(&out, start, format - start);
		if (*format == '\0')
			break;
		start = format++;
		read_conversion(&out, &conv, &format, &rest);
		if (out.overflow)
			break;
		format_one(&out, &conv, &rest, start, format - start);
	}
	va_end(rest);
	return out.overflow ? -1 : out.total;
}

// A buffer that is being filled; text that does not fit is dropped.
struct bounded {
	char *next;
	size_t room; // without the NUL's byte
};

static void emit_bounded(void *context, const char *text, size_t n)
{
	struct bounded *buffer = context;

	if (n > buffer->room)
		n = buffer->room;
	memcpy(buffer->next, text, n);
	buffer->next += n;
	buffer->room -= n;
}

// Format into `buffer` of `size` bytes, NUL included; nothing is stored when `size` is 0. Returns
// the length that the text has when nothing is cut.
int vsnprintf(char *restrict buffer, size_t size, const char *restrict format, va_list args)
{
	struct bounded bounded = { buffer, size > 0 ? size - 1 : 0 };
	int total = vformat(emit_bounded, &bounded, format, args);

	if (size > 0)
		*bounded.next = '\0';
	return total;
}

int snprintf(char *restrict buffer, size_t size, const char *restrict format, ...)
{
	va_list args;
	int total;

	va_start(args, format);
	total = vsnprintf(buffer, size, format, args);
	va_end(args);
	return total;
}
