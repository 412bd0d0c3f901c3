// Memory and strings, for programs and the kernel. Blocks are moved by the processor's string
// instructions, four bytes at a time: that takes the fewest instructions, and on a real
// machine these instructions use wide moves inside (Intel SDM vol. 1, 7.3.9.3).
//
// This file must not be compiled into calls of itself: -ffreestanding keeps the compiler from
// recognising the loops below as strlen and its like.

#include <stdint.h>
#include <string.h>

// Copy `n` bytes from `src` to `dst`, which must not overlap. Returns `dst`.
void *memcpy(void *restrict dst, const void *restrict src, size_t n)
{
	void *to = dst;
	size_t words = n / 4, rest = n % 4;

	asm volatile("rep movsl" : "+D"(to), "+S"(src), "+c"(words) : : "memory");
	asm volatile("rep movsb" : "+D"(to), "+S"(src), "+c"(rest) : : "memory");
	return dst;
}

// Copy `n` bytes from `src` to `dst`, and return the byte after the last one written.
void *mempcpy(void *restrict dst, const void *restrict src, size_t n)
{
	return (char *)memcpy(dst, src, n) + n;
}

// Copy from the last byte to the first. Words go after the odd bytes at the end, so both pointers
// step back from a byte's address to that of the word before it. The direction flag is clear
// again at the end, as every function may expect.
static void copy_backwards(void *dst, const void *src, size_t n)
{
	char *to = (char *)dst + n - 1;
	const char *from = (const char *)src + n - 1;
	size_t words = n / 4, rest = n % 4;

	asm volatile("std\n\t"
	             "rep movsb\n\t"
	             "subl $3, %%edi\n\t"
	             "subl $3, %%esi\n\t"
	             "movl %3, %%ecx\n\t"
	             "rep movsl\n\t"
	             "cld"
	             : "+D"(to), "+S"(from), "+c"(rest)
	             : "r"(words)
	             : "memory");
}

// Copy `n` bytes from `src` to `dst`, which may overlap. Returns `dst`.
void *memmove(void *dst, const void *src, size_t n)
{
	if ((uintptr_t)dst - (uintptr_t)src < n)
		copy_backwards(dst, src, n);
	else
		memcpy(dst, src, n);
	return dst;
}

// Store the low 8 bits of `byte` in each of `n` bytes at `dst`. Returns `dst`.
void *memset(void *dst, int byte, size_t n)
{
	void *to = dst;
	size_t words = n / 4, rest = n % 4;
	uint32_t pattern = (uint8_t)byte * 0x01010101u;

	asm volatile("rep stosl" : "+D"(to), "+c"(words) : "a"(pattern) : "memory");
	asm volatile("rep stosb" : "+D"(to), "+c"(rest) : "a"(pattern) : "memory");
	return dst;
}

// Compare `n` bytes. Returns 0 if they are equal, else less or more than 0 as the first byte that
// differs is smaller or greater in `a`.
int memcmp(const void *a, const void *b, size_t n)
{
	const unsigned char *left = a, *right = b;

	for (; n > 0; n--, left++, right++)
		if (*left != *right)
			return *left - *right;
	return 0;
}

// Find the first byte equal to `byte` among `n`; NULL if there is none.
void *memchr(const void *s, int byte, size_t n)
{
	const unsigned char *p = s;

	for (; n > 0; n--, p++)
		if (*p == (unsigned char)byte)
			return (void *)(uintptr_t)p;
	return NULL;
}

// Count the bytes before the NUL.
size_t strlen(const char *s)
{
	const char *p = s;

	while (*p)
		p++;
	return p - s;
}

// Count the bytes before the NUL, reading at most `max` bytes.
size_t strnlen(const char *s, size_t max)
{
	size_t n = 0;

	while (n < max && s[n])
		n++;
	return n;
}

// Compare two strings, as memcmp does.
int strcmp(const char *a, const char *b)
{
	while (*a && *a == *b) {
		a++;
		b++;
	}
	return (unsigned char)*a - (unsigned char)*b;
}

// Compare two strings, but at most `n` bytes of them.
int strncmp(const char *a, const char *b, size_t n)
{
	for (; n > 0; n--, a++, b++)
		if (*a != *b || *a == '\0')
			return (unsigned char)*a - (unsigned char)*b;
	return 0;
}

// Copy a string with its NUL. Returns `dst`.
char *strcpy(char *restrict dst, const char *restrict src)
{
	return memcpy(dst, src, strlen(src) + 1);
}

// Copy at most `n` bytes of a string and fill up with NULs. Beware: a string of `n` bytes or more
// leaves no NUL at the end.
char *strncpy(char *restrict dst, const char *restrict src, size_t n)
{
	size_t length = strnlen(src, n);

	memcpy(dst, src, length);
	memset(dst + length, 0, n - length);
	return dst;
}

// Copy as much of a string as fits into `size` bytes, with a NUL unless `size` is 0. Returns the
// length of `src`: `size` or more means that the copy was cut.
size_t strlcpy(char *restrict dst, const char *restrict src, size_t size)
{
	size_t length = strlen(src);
	size_t n = length < size ? length : size - 1;

	if (size > 0) {
		memcpy(dst, src, n);
		dst[n] = '\0';
	}
	return length;
}

// Append a string. Returns `dst`.
char *strcat(char *restrict dst, const char *restrict src)
{
	strcpy(dst + strlen(dst), src);
	return dst;
}

// Append at most `n` bytes of a string, and a NUL.
char *strncat(char *restrict dst, const char *restrict src, size_t n)
{
	size_t length = strnlen(src, n);
	char *end = mempcpy(dst + strlen(dst), src, length);

	*end = '\0';
	return dst;
}

// Find the first `c`, which may be NUL; NULL if there is none.
char *strchr(const char *s, int c)
{
	while (*s != (char)c)
		if (*s++ == '\0')
			return NULL;
	return (char *)(uintptr_t)s;
}

// Find the last `c`, which may be NUL; NULL if there is none.
char *strrchr(const char *s, int c)
{
	const char *last = NULL;

	do {
		if (*s == (char)c)
			last = s;
	} while (*s++);
	return (char *)(uintptr_t)last;
}

// Find a string in a string; NULL if it is not there.
char *strstr(const char *haystack, const char *needle)
{
	size_t length = strlen(needle);

	for (; strncmp(haystack, needle, length) != 0; haystack++)
		if (*haystack == '\0')
			return NULL;
	return (char *)(uintptr_t)haystack;
}

// Count the leading bytes that are all in `accept`.
size_t strspn(const char *s, const char *accept)
{
	size_t n = 0;

	while (s[n] && strchr(accept, s[n]))
		n++;
	return n;
}

// Count the leading bytes of which none is in `reject`.
size_t strcspn(const char *s, const char *reject)
{
	size_t n = 0;

	while (s[n] && !strchr(reject, s[n]))
		n++;
	return n;
}

// Find the first byte that is in `accept`; NULL if there is none.
char *strpbrk(const char *s, const char *accept)
{
	s += strcspn(s, accept);
	return *s ? (char *)(uintptr_t)s : NULL;
}

// Cut the next word from `s`, or from *rest when `s` is NULL: words are separated by bytes
// of `separators`. Returns the word, NUL-terminated in place, or NULL when there is no more.
char *strtok_r(char *restrict s, const char *restrict separators, char **restrict rest)
{
	if (!s)
		s = *rest;
	s += strspn(s, separators);
	*rest = s + strcspn(s, separators);
	if (*s == '\0')
		return NULL;
	if (**rest)
		*(*rest)++ = '\0';
	return s;
}
