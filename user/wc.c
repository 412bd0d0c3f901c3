// wc [-l] [-w] [-c] [FILE...]: count lines, words and bytes; all three without an option.

#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

struct counts {
	unsigned long lines, words, bytes;
};

static bool show_lines, show_words, show_bytes;

static struct counts count(FILE *file)
{
	struct counts counts = { 0, 0, 0 };
	bool in_word = false;
	int c;

	while ((c = getc(file)) != EOF) {
		counts.bytes++;
		counts.lines += c == '\n';
		counts.words += !isspace(c) && !in_word;
		in_word = !isspace(c);
	}
	return counts;
}

static void print(struct counts counts, const char *name)
{
	if (show_lines)
		printf("%7lu ", counts.lines);
	if (show_words)
		printf("%7lu ", counts.words);
	if (show_bytes)
		printf("%7lu ", counts.bytes);
	puts(name);
}

int main(int argc, char **argv)
{
	struct counts total = { 0, 0, 0 }, counts;
	int status = 0, option, i;
	FILE *file;

	while ((option = getopt(argc, argv, "lwc")) != -1) {
		if (option == '?') {
			fprintf(stderr, "usage: wc [-l] [-w] [-c] [FILE...]\n");
			return 2;
		}
		show_lines |= option == 'l';
		show_words |= option == 'w';
		show_bytes |= option == 'c';
	}
	if (!show_lines && !show_words && !show_bytes)
		show_lines = show_words = show_bytes = true;
	if (optind == argc)
		print(count(stdin), "");
	for (i = optind; i < argc; i++) {
		file = fopen(argv[i], "r");
		if (!file) {
			fprintf(stderr, "wc: %s: %s\n", argv[i], strerror(errno));
			status = 1;
			continue;
		}
		counts = count(file);
		fclose(file);
		total.lines += counts.lines;
		total.words += counts.words;
		total.bytes += counts.bytes;
		print(counts, argv[i]);
	}
	if (argc - optind > 1)
		print(total, "total");
	return status;
}
