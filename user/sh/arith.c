// $((...)): whole numbers, variables, ( ) - + ! * / % < <= > >= == != && ||.

#include "sh.h"
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *rest; // the text that is still to be read

static long parse_binary(int level);

// If the operator comes next, take it.
static bool take(const char *op)
{
	size_t length = strlen(op);

	while (isspace((unsigned char)*rest))
		rest++;
	if (strncmp(rest, op, length) != 0)
		return false;
	rest += length;
	return true;
}

static long parse_variable(void)
{
	struct text name = { 0 };
	const char *value;

	while (is_name_start(*rest) || isdigit((unsigned char)*rest))
		text_add(&name, *rest++);
	value = variable_get(name.bytes);
	return value ? strtol(value, NULL, 0) : 0;
}

static long parse_primary(void)
{
	char *end;
	long value;

	if (take("(")) {
		value = parse_binary(0);
		take(")");
		return value;
	}
	if (take("-"))
		return -parse_primary();
	if (take("!"))
		return !parse_primary();
	if (is_name_start(*rest))
		return parse_variable();
	value = strtol(rest, &end, 0);
	rest = end;
	return value;
}

static long divide(long a, long b, bool remainder)
{
	if (b == 0) {
		fprintf(stderr, "sh: division by zero\n");
		return 0;
	}
	if (b == -1)
		return remainder ? 0 : -a;
	return remainder ? a % b : a / b;
}

// Operators from the loosest to the tightest. A longer operator precedes the one that it begins
// with.
struct binary_operator {
	const char *text;
	int level;
};

static const struct binary_operator operators[] = {
	{ "||", 0 }, { "&&", 1 }, { "==", 2 }, { "!=", 2 }, { "<=", 3 }, { ">=", 3 }, { "<", 3 },
	{ ">", 3 },  { "+", 4 },  { "-", 4 },  { "*", 5 },  { "/", 5 },  { "%", 5 },
};

#define LEVELS 6

static long apply(const char *op, long a, long b)
{
	bool equals = op[1] == '=';

	switch (*op) {
	case '|':
		return a || b;
	case '&':
		return a && b;
	case '=':
		return a == b;
	case '!':
		return a != b;
	case '<':
		return equals ? a <= b : a < b;
	case '>':
		return equals ? a >= b : a > b;
	case '+':
		return a + b;
	case '-':
		return a - b;
	case '*':
		return a * b;
	default:
		return divide(a, b, *op == '%');
	}
}

// The operator of this level that comes next, or NULL.
static const char *take_operator(int level)
{
	size_t i;

	for (i = 0; i < sizeof(operators) / sizeof(*operators); i++)
		if (operators[i].level == level && take(operators[i].text))
			return operators[i].text;
	return NULL;
}

static long parse_binary(int level)
{
	const char *op;
	long value;

	if (level == LEVELS)
		return parse_primary();
	value = parse_binary(level + 1);
	while ((op = take_operator(level)) != NULL)
		value = apply(op, value, parse_binary(level + 1));
	return value;
}

// The value of an expression; characters that are not understood end it.
long arithmetic(const char *expression)
{
	rest = expression;
	return parse_binary(0);
}
