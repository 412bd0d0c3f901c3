// head [-n N | -N | -c N] [FILE...]: the first N lines, 10 without an option; -c: the first N bytes.

#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void print_lines(FILE *file, long lines)
{
	int c;

	while (lines > 0 && (c = getc(file)) != EOF) {
		putchar(c);
		lines -= c == '\n';
	}
}

static void print_bytes(FILE *file, long bytes)
{
	int c;

	while (bytes-- > 0 && (c = getc(file)) != EOF)
		putchar(c);
}

static void print(FILE *file, long count, bool bytes)
{
	if (bytes)
		print_bytes(file, count);
	else
		print_lines(file, count);
}

int main(int argc, char **argv)
{
	int status = 0, option, i;
	long count = 10;
	bool bytes = false;
	FILE *file;

	if (argc > 1 && argv[1][0] == '-' && isdigit((unsigned char)argv[1][1]))
		count = atoi(argv[optind++] + 1);
	while ((option = getopt(argc, argv, "n:c:")) != -1) {
		if (option == '?') {
			fprintf(stderr, "usage: head [-n N | -N | -c N] [FILE...]\n");
			return 2;
		}
		count = atoi(optarg);
		bytes = option == 'c';
	}
	if (optind == argc)
		print(stdin, count, bytes);
	for (i = optind; i < argc; i++) {
		file = fopen(argv[i], "r");
		if (!file) {
			fprintf(stderr, "head: %s: %s\n", argv[i], strerror(errno));
			status = 1;
			continue;
		}
		print(file, count, bytes);
		fclose(file);
	}
	return status;
}
