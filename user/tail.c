// tail [-n N] [FILE]: the last N lines, 10 without an option.

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	int wanted = 10, option, i;
	FILE *file = stdin;
	size_t *sizes;
	char **lines;
	long count = 0, first;

	while ((option = getopt(argc, argv, "n:")) != -1) {
		if (option == '?') {
			fprintf(stderr, "usage: tail [-n N] [FILE]\n");
			return 2;
		}
		wanted = atoi(optarg);
	}
	if (optind < argc)
		file = fopen(argv[optind], "r");
	if (!file) {
		perror(argv[optind]);
		return 1;
	}
	if (wanted <= 0)
		return 0;
	// A ring of the last lines: line n is at n modulo `wanted`.
	lines = calloc(wanted, sizeof(*lines));
	sizes = calloc(wanted, sizeof(*sizes));
	if (!lines || !sizes) {
		perror("tail");
		return 1;
	}
	while (getline(&lines[count % wanted], &sizes[count % wanted], file) > 0)
		count++;
	first = count > wanted ? count - wanted : 0;
	for (i = 0; i < count - first; i++)
		fputs(lines[(first + i) % wanted], stdout);
	return 0;
}
