// The library's printf.

#include "test.h"

// Through a pointer, for the compiler would warn of what is meant here.
static int (*volatile shorten_format)(char *, size_t, const char *, ...) = snprintf;

static int shorten(char *buffer, size_t size, const char *text)
{
	return shorten_format(buffer, size, "%s", text);
}

int main(void)
{
	char small[8];
	short minus_five = -5;
	unsigned char byte = 0xf0;
	long long least = INT64_MIN;

	printf("[%d] [%5d] [%-5d] [%05d] [%+d] [% d] [%.3d] [%8.3d]\n", 42, 42, 42, 42, 42, 42, 42,
	       42);
	printf("[%d] [%u] [%x] [%X] [%o] [%#x] [%#o] [%#X]\n", -1, -1u, 255, 255, 8, 255, 8, 255);
	printf("[%lld] [%llu] [%llx] [%20lld]\n", least, ~0ULL, 0x123456789abcdefULL, -5LL);
	printf("[%hd] [%hx] [%hhx] [%ld] [%zu]\n", minus_five, (unsigned short)minus_five, byte,
	       123456789L, sizeof(small));
	printf("[%s] [%10s] [%-10s] [%.2s] [%.10s]\n", "text", "text", "text", "text", "text");
	printf("[%c] [%3c] [%-3c] [%%] [%*d] [%-*d] [%.*s]\n", 'a', 'b', 'c', 5, 1, 5, 2, 3,
	       "string");
	printf("[%p] [%.0d] [%.d] [%5.0d]\n", (void *)0xbeef, 0, 0, 0);
	say("%d: ", shorten(small, sizeof(small), "longer than that"));
	say("\"%s\"\n", small);
	say("%d\n", snprintf(NULL, 0, "%d", 12345));
	return 0;
}
