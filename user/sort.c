// sort [-r] [-n] [FILE...]: sort lines. -r: backwards. -n: by the number that they begin with.

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static bool backwards, numeric;

struct lines {
	char **items;
	size_t count, size;
};

static int compare(const void *a, const void *b)
{
	const char *left = *(char *const *)a, *right = *(char *const *)b;
	long left_number = strtol(left, NULL, 10), right_number = strtol(right, NULL, 10);
	int order = strcmp(left, right);

	if (numeric && left_number != right_number)
		order = left_number < right_number ? -1 : 1;
	return backwards ? -order : order;
}

static void read_lines(FILE *file, struct lines *lines)
{
	char *line = NULL;
	size_t size = 0;
	ssize_t n;

	while ((n = getline(&line, &size, file)) > 0) {
		if (line[n - 1] == '\n')
			line[n - 1] = '\0';
		if (lines->count == lines->size) {
			lines->size = 2 * lines->size + 64;
			lines->items = realloc(lines->items, lines->size * sizeof(char *));
		}
		if (!lines->items) {
			fprintf(stderr, "sort: no memory\n");
			exit(2);
		}
		lines->items[lines->count++] = line;
		line = NULL;
	}
	free(line);
}

int main(int argc, char **argv)
{
	struct lines lines = { NULL, 0, 0 };
	int status = 0, option, i;
	FILE *file;
	size_t n;

	while ((option = getopt(argc, argv, "rn")) != -1) {
		if (option == '?') {
			fprintf(stderr, "usage: sort [-r] [-n] [FILE...]\n");
			return 2;
		}
		backwards |= option == 'r';
		numeric |= option == 'n';
	}
	if (optind == argc)
		read_lines(stdin, &lines);
	for (i = optind; i < argc; i++) {
		file = fopen(argv[i], "r");
		if (!file) {
			fprintf(stderr, "sort: %s: %s\n", argv[i], strerror(errno));
			status = 2;
			continue;
		}
		read_lines(file, &lines);
		fclose(file);
	}
	if (lines.count > 0)
		qsort(lines.items, lines.count, sizeof(char *), compare);
	for (n = 0; n < lines.count; n++)
		puts(lines.items[n]);
	return status;
}
