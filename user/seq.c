// seq [FIRST [STEP]] LAST: print whole numbers, one a line.

#include <stdio.h>
#include <stdlib.h>

// Returns a number. Ends the program if the text is none.
static long number(const char *text)
{
	char *end;
	long value = strtol(text, &end, 10);

	if (*text != '\0' && *end == '\0')
		return value;
	fprintf(stderr, "seq: %s: not a whole number\n", text);
	exit(2);
}

int main(int argc, char **argv)
{
	long first, step, last, rest;

	if (argc < 2 || argc > 4) {
		fputs("usage: seq [FIRST [STEP]] LAST\n", stderr);
		return 2;
	}
	first = argc > 2 ? number(argv[1]) : 1;
	step = argc > 3 ? number(argv[2]) : 1;
	last = number(argv[argc - 1]);
	if (step == 0) {
		fputs("seq: the step is 0\n", stderr);
		return 2;
	}
	if (step > 0 ? first > last : first < last)
		return 0;
	// Counted first: the sum after the last number might not be a long.
	rest = step > 0 ? ((unsigned long)last - first) / step :
	                  ((unsigned long)first - last) / -step;
	for (;; first += step) {
		printf("%ld\n", first);
		if (rest-- == 0)
			return 0;
	}
}
