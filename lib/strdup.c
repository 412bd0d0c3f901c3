// Strings that need more than the shared part of the library has.

#include <stdlib.h>
#include <string.h>

// A copy in memory of its own, for free(); NULL if there is none.
char *strdup(const char *s)
{
	return strndup(s, strlen(s));
}

char *strndup(const char *s, size_t n)
{
	size_t length = strnlen(s, n);
	char *copy = malloc(length + 1);

	if (copy) {
		memcpy(copy, s, length);
		copy[length] = '\0';
	}
	return copy;
}

char *strtok(char *restrict s, const char *restrict separators)
{
	static char *rest;

	return strtok_r(s, separators, &rest);
}
