// Widths and precisions that no int, or hardly one, can hold: printf says that it cannot.

#include "test.h"

#include <limits.h>
#include <stdarg.h>

static char text[32];

// A function, so that the compiler does not look at the formats.
static void try(const char *format, ...)
{
	va_list args;
	int n;

	memset(text, '#', sizeof(text));
	va_start(args, format);
	n = vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	say("%d %s\n", n, memchr(text, '\0', sizeof(text)) ? "ended" : "NOT ended");
}

int main(void)
{
	try("%40d", 1);
	try("%.40d", 1);
	try("%999999999d", 1);
	try("%2147483647d", 1);
	try("%2147483648d", 1);
	try("%4294967297d", 1);
	try("%99999999999999999999d", 1);
	try("%.2147483648d", 1);
	try("%-2147483648d", 1);
	try("%.99999999999999999999s", "abc");
	try("%*d", INT_MAX, 1);
	try("%*d", INT_MIN, 1);
	try("%.*d", INT_MAX, 1);
	try("%.*d", INT_MIN, 1);
	try("before %2147483647.2147483647x after", 1);
	try("%5d|", 1);
	return 0;
}
