// head [-n N | -N] [FILE...]: the first N lines, 10 without an option.

#include <ctype.h>
#include <errno.h>
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

int main(int argc, char **argv)
{
	int status = 0, option, i;
	long lines = 10;
	FILE *file;

	if (argc > 1 && argv[1][0] == '-' && isdigit((unsigned char)argv[1][1]))
		lines = atoi(argv[optind++] + 1);
	while ((option = getopt(argc, argv, "n:")) != -1) {
		if (option == '?') {
			fprintf(stderr, "usage: head [-n N | -N] [FILE...]\n");
			return 2;
		}
		lines = atoi(optarg);
	}
	if (optind == argc)
		print_lines(stdin, lines);
	for (i = optind; i < argc; i++) {
		file = fopen(argv[i], "r");
		if (!file) {
			fprintf(stderr, "head: %s: %s\n", argv[i], strerror(errno));
			status = 1;
			continue;
		}
		print_lines(file, lines);
		fclose(file);
	}
	return status;
}
