// test EXPRESSION and [ EXPRESSION ]: status 0 if it is true, 1 if not, 2 if it cannot be
// understood.

#include "sh.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum answer { ANSWER_TRUE, ANSWER_FALSE, ANSWER_ERROR };

static enum answer answer(bool value)
{
	return value ? ANSWER_TRUE : ANSWER_FALSE;
}

// -f and the like.
static enum answer test_unary(const char *op, const char *arg)
{
	struct stat st;

	if (op[0] != '-' || op[1] == '\0' || op[2] != '\0')
		return ANSWER_ERROR;
	switch (op[1]) {
	case 'n':
		return answer(*arg != '\0');
	case 'z':
		return answer(*arg == '\0');
	case 't':
		return answer(isatty(atoi(arg)));
	case 'e':
		return answer(stat(arg, &st) == 0);
	case 'f':
		return answer(stat(arg, &st) == 0 && S_ISREG(st.st_mode));
	case 'd':
		return answer(stat(arg, &st) == 0 && S_ISDIR(st.st_mode));
	case 's':
		return answer(stat(arg, &st) == 0 && st.st_size > 0);
	case 'r':
		return answer(access(arg, R_OK) == 0);
	case 'w':
		return answer(access(arg, W_OK) == 0);
	case 'x':
		return answer(access(arg, X_OK) == 0);
	default:
		return ANSWER_ERROR;
	}
}

static enum answer test_binary(const char *left, const char *op, const char *right)
{
	long a = strtol(left, NULL, 10), b = strtol(right, NULL, 10);

	if (strcmp(op, "=") == 0)
		return answer(strcmp(left, right) == 0);
	if (strcmp(op, "!=") == 0)
		return answer(strcmp(left, right) != 0);
	if (strcmp(op, "-eq") == 0)
		return answer(a == b);
	if (strcmp(op, "-ne") == 0)
		return answer(a != b);
	if (strcmp(op, "-lt") == 0)
		return answer(a < b);
	if (strcmp(op, "-le") == 0)
		return answer(a <= b);
	if (strcmp(op, "-gt") == 0)
		return answer(a > b);
	if (strcmp(op, "-ge") == 0)
		return answer(a >= b);
	return ANSWER_ERROR;
}

static enum answer test_words(int count, char **words)
{
	enum answer inner;

	if (count > 1 && strcmp(words[0], "!") == 0) {
		inner = test_words(count - 1, words + 1);
		return inner == ANSWER_ERROR ? inner : answer(inner == ANSWER_FALSE);
	}
	switch (count) {
	case 0:
		return ANSWER_FALSE;
	case 1:
		return answer(*words[0] != '\0');
	case 2:
		return test_unary(words[0], words[1]);
	case 3:
		return test_binary(words[0], words[1], words[2]);
	default:
		return ANSWER_ERROR;
	}
}

int builtin_test(int argc, char **argv)
{
	enum answer result;

	if (strcmp(argv[0], "[") == 0 && strcmp(argv[--argc], "]") != 0) {
		fprintf(stderr, "sh: [: missing ]\n");
		return ANSWER_ERROR;
	}
	result = test_words(argc - 1, argv + 1);
	if (result == ANSWER_ERROR)
		fprintf(stderr, "sh: %s: cannot understand this\n", argv[0]);
	return result;
}
