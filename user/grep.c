// grep [-v] [-i] [-n] [-c] PATTERN [FILE...]: print the lines that match. -v: the lines
// that do not match. -i: upper and lower case match. -n: with line numbers. -c: only their count.
//
// A pattern is made of characters, . for any one, [a-z] and [^a-z] for sets, * for the last of
// these any number of times, ^ and $ for the ends of the line, and \ to take a character as it is.

#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static bool invert, ignore_case, show_numbers, only_count;

static int fold(char c)
{
	return ignore_case ? tolower((unsigned char)c) : (unsigned char)c;
}

// Where the element at the beginning of the pattern ends.
static const char *element_end(const char *pattern)
{
	if (*pattern == '\\' && pattern[1])
		return pattern + 2;
	if (*pattern != '[')
		return pattern + 1;
	pattern += pattern[1] == '^' ? 2 : 1;
	do {
		pattern++; // the first character belongs to the set, even a bracket
	} while (*pattern && *pattern != ']');
	return *pattern ? pattern + 1 : pattern;
}

static bool in_set(const char *set, char c)
{
	bool inverted = set[1] == '^', found = false;
	const char *s = set + (inverted ? 2 : 1), *end = element_end(set) - 1;

	while (s < end) {
		if (s[1] == '-' && s + 2 < end) {
			found |= fold(s[0]) <= fold(c) && fold(c) <= fold(s[2]);
			s += 3;
		} else {
			found |= fold(*s++) == fold(c);
		}
	}
	return found != inverted;
}

// Does one character match one element?
static bool matches_element(const char *element, char c)
{
	switch (*element) {
	case '.':
		return true;
	case '[':
		return in_set(element, c);
	case '\\':
		return fold(element[1] ? element[1] : '\\') == fold(c);
	default:
		return fold(*element) == fold(c);
	}
}

// Does the pattern match at the beginning of the text?
static bool matches_here(const char *pattern, const char *text)
{
	const char *next;
	size_t n = 0;

	if (*pattern == '\0')
		return true;
	if (pattern[0] == '$' && pattern[1] == '\0')
		return *text == '\0';
	next = element_end(pattern);
	if (*next != '*')
		return *text && matches_element(pattern, *text) && matches_here(next, text + 1);
	// Take as many as there are, then fewer until the rest matches too.
	while (text[n] && matches_element(pattern, text[n]))
		n++;
	for (;; n--) {
		if (matches_here(next + 1, text + n))
			return true;
		if (n == 0)
			return false;
	}
}

static bool matches(const char *pattern, const char *text)
{
	if (*pattern == '^')
		return matches_here(pattern + 1, text);
	for (;; text++) {
		if (matches_here(pattern, text))
			return true;
		if (*text == '\0')
			return false;
	}
}

// Search one file. `name` is printed before each line unless it is NULL. Returns how many lines
// there were.
static unsigned long search(const char *pattern, FILE *file, const char *name)
{
	unsigned long number = 0, found = 0;
	char *line = NULL;
	size_t size = 0;
	ssize_t n;

	while ((n = getline(&line, &size, file)) > 0) {
		number++;
		if (line[n - 1] == '\n')
			line[n - 1] = '\0';
		if (matches(pattern, line) == invert)
			continue;
		found++;
		if (only_count)
			continue;
		if (name)
			printf("%s:", name);
		if (show_numbers)
			printf("%lu:", number);
		puts(line);
	}
	free(line);
	if (only_count && name)
		printf("%s:", name);
	if (only_count)
		printf("%lu\n", found);
	return found;
}

static int usage(void)
{
	fprintf(stderr, "usage: grep [-v] [-i] [-n] [-c] PATTERN [FILE...]\n");
	return 2;
}

// The status is 0 if a line was found, 1 if none, 2 after an error.
int main(int argc, char **argv)
{
	unsigned long found = 0;
	const char *pattern;
	bool failed = false;
	int option, i;
	FILE *file;

	while ((option = getopt(argc, argv, "vinc")) != -1) {
		if (option == '?')
			return usage();
		invert |= option == 'v';
		ignore_case |= option == 'i';
		show_numbers |= option == 'n';
		only_count |= option == 'c';
	}
	if (optind == argc)
		return usage();
	pattern = argv[optind++];
	if (optind == argc)
		found = search(pattern, stdin, NULL);
	for (i = optind; i < argc; i++) {
		file = fopen(argv[i], "r");
		if (!file) {
			fprintf(stderr, "grep: %s: %s\n", argv[i], strerror(errno));
			failed = true;
			continue;
		}
		found += search(pattern, file, argc - optind > 1 ? argv[i] : NULL);
		fclose(file);
	}
	return failed ? 2 : found == 0;
}
