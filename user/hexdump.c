// hexdump [-C] [FILE...]: bytes as numbers and characters, 16 on a line. The -C that other systems
// want for this form is accepted. Lines that repeat the one before are shown as one star.

#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define PER_LINE 16

static void print_line(unsigned long offset, const unsigned char *bytes, size_t n)
{
	size_t i;

	printf("%08lx ", offset);
	for (i = 0; i < PER_LINE; i++) {
		if (i % 8 == 0)
			putchar(' ');
		if (i < n)
			printf("%02x ", bytes[i]);
		else
			fputs("   ", stdout);
	}
	fputs(" |", stdout);
	for (i = 0; i < n; i++)
		putchar(isprint(bytes[i]) ? bytes[i] : '.');
	puts("|");
}

static unsigned long dump(FILE *file, unsigned long offset)
{
	unsigned char line[PER_LINE], previous[PER_LINE] = { 0 };
	bool have_previous = false, starred = false;
	size_t n;

	while ((n = fread(line, 1, sizeof(line), file)) > 0) {
		if (n == PER_LINE && have_previous && memcmp(line, previous, n) == 0) {
			if (!starred)
				puts("*");
			starred = true;
		} else {
			print_line(offset, line, n);
			starred = false;
		}
		memcpy(previous, line, n);
		have_previous = true;
		offset += n;
	}
	return offset;
}

int main(int argc, char **argv)
{
	unsigned long offset = 0;
	int status = 0, i;
	FILE *file;

	while (getopt(argc, argv, "C") != -1)
		;
	if (optind == argc)
		offset = dump(stdin, 0);
	for (i = optind; i < argc; i++) {
		file = fopen(argv[i], "r");
		if (!file) {
			fprintf(stderr, "hexdump: %s: %s\n", argv[i], strerror(errno));
			status = 1;
			continue;
		}
		offset = dump(file, offset);
		fclose(file);
	}
	if (offset > 0)
		printf("%08lx\n", offset);
	return status;
}
