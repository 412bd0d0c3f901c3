// From a word as it was written to arguments: variables and substitutions are put in, the result is
// split at spaces where it was not quoted, patterns become names of files, and quotes go away.
//
// While a field is being built, a character that was quoted and means something in a pattern has a
// backslash before it; so splitting and patterns still see the quotes.

#include "sh.h"
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct expansion {
	struct list *fields;
	struct text field; // the one being built
	bool has_field;    // there is one, although it may be empty
	bool has_pattern;  // an unquoted * ? or [ is in it
	bool split;        // split and look for files at all
	bool quoted;       // within double quotes
};

static void expand_text(struct expansion *expansion, const char *text, const char *end);

// The field is complete: add it, or the files that match it.
static void end_field(struct expansion *expansion)
{
	const char *text = expansion->field.bytes ? expansion->field.bytes : "";

	if (expansion->has_field &&
	    !(expansion->split && expansion->has_pattern && glob_expand(text, expansion->fields)))
		list_add(expansion->fields, remove_escapes(text));
	expansion->field = (struct text){ 0 };
	expansion->has_field = expansion->has_pattern = false;
}

// Add a character as itself.
static void add_literal(struct expansion *expansion, char c)
{
	if (strchr("*?[]\\", c) && c)
		text_add(&expansion->field, '\\');
	text_add(&expansion->field, c);
	expansion->has_field = true;
}

// Add a character that was written, or came from a variable, outside of quotes.
static void add_unquoted(struct expansion *expansion, char c)
{
	if (c == '*' || c == '?' || c == '[')
		expansion->has_pattern = true;
	text_add(&expansion->field, c);
	expansion->has_field = true;
}

// Add the value of a variable or the output of a substitution.
static void add_value(struct expansion *expansion, const char *value)
{
	for (; *value; value++) {
		if (expansion->quoted || !expansion->split || *value == '\\')
			add_literal(expansion, *value);
		else if (isspace((unsigned char)*value))
			end_field(expansion);
		else
			add_unquoted(expansion, *value);
	}
}

// "$@" is one field for each parameter; without quotes they are split as everything is.
static void add_parameters(struct expansion *expansion, bool separate)
{
	int i;

	if (separate && expansion->quoted && parameters.count == 0)
		expansion->has_field = expansion->field.length > 0;
	for (i = 1; i <= parameters.count; i++) {
		if (i > 1 && separate && expansion->split)
			end_field(expansion);
		else if (i > 1)
			add_value(expansion, " ");
		expansion->has_field |= expansion->quoted;
		add_value(expansion, parameters.values[i]);
	}
}

static void add_number(struct expansion *expansion, long number)
{
	char digits[16];

	snprintf(digits, sizeof(digits), "%ld", number);
	add_value(expansion, digits);
}

// The parameter of one character after a dollar. Returns false if the character is no parameter.
static bool expand_special(struct expansion *expansion, char c)
{
	if (c == '?')
		add_number(expansion, last_status);
	else if (c == '$')
		add_number(expansion, shell_pid);
	else if (c == '#')
		add_number(expansion, parameters.count);
	else if (c == '!' && last_background)
		add_number(expansion, last_background);
	else if (c == '@' || c == '*')
		add_parameters(expansion, c == '@');
	else if (isdigit((unsigned char)c) && c - '0' <= parameters.count)
		add_value(expansion, parameters.values[c - '0']);
	else
		return isdigit((unsigned char)c) || c == '!';
	return true;
}

// Find the parenthesis that closes the one before `s`. The lexer has seen to it that there is one.
static const char *closing_parenthesis(const char *s)
{
	int depth = 1;
	char quote = '\0';

	for (;; s++) {
		if (*s == '\\' && quote != '\'')
			s++;
		else if (quote)
			quote = *s == quote ? '\0' : quote;
		else if (*s == '\'' || *s == '"' || *s == '`')
			quote = *s;
		else if (*s == '(')
			depth++;
		else if (*s == ')' && --depth == 0)
			return s;
	}
}

// $(commands) and $((expression)), with `s` after the first parenthesis. Returns the text after it.
static const char *expand_parentheses(struct expansion *expansion, const char *s)
{
	const char *end = closing_parenthesis(s);

	if (*s == '(' && end[-1] == ')') {
		char *expression = expand_single(arena_copy(s + 1, end - s - 2));

		add_number(expansion, arithmetic(expression));
	} else {
		add_value(expansion, capture_output(arena_copy(s, end - s)));
	}
	return end + 1;
}

// ${NAME} and ${NAME:-WORD}, with `s` after the brace.
static const char *expand_braces(struct expansion *expansion, const char *s)
{
	const char *end = strchr(s, '}'), *default_word;
	const char *value;
	char *name;

	if (!end)
		return s + strlen(s);
	default_word = strstr(s, ":-");
	if (default_word && default_word < end) {
		name = arena_copy(s, default_word - s);
		value = variable_get(name);
		if (value && *value)
			add_value(expansion, value);
		else
			expand_text(expansion, default_word + 2, end);
		return end + 1;
	}
	name = arena_copy(s, end - s);
	value = variable_get(name);
	if (value)
		add_value(expansion, value);
	else
		expand_special(expansion, *name);
	return end + 1;
}

// Expand the text after a dollar. Returns the text after the parameter.
static const char *expand_dollar(struct expansion *expansion, const char *s)
{
	const char *end = s, *value;

	if (*s == '(')
		return expand_parentheses(expansion, s + 1);
	if (*s == '{')
		return expand_braces(expansion, s + 1);
	if (is_name_start(*s)) {
		while (is_name_start(*end) || isdigit((unsigned char)*end))
			end++;
		value = variable_get(arena_copy(s, end - s));
		if (value)
			add_value(expansion, value);
		return end;
	}
	if (*s && expand_special(expansion, *s))
		return s + 1;
	add_literal(expansion, '$');
	return s;
}

// `commands`, with `s` after the first of these quotes.
static const char *expand_backquotes(struct expansion *expansion, const char *s, const char *end)
{
	struct text commands = { 0 };

	for (; s < end && *s != '`'; s++) {
		if (*s == '\\' && s[1])
			s++;
		text_add(&commands, *s);
	}
	add_value(expansion, capture_output(commands.bytes ? commands.bytes : ""));
	return s < end ? s + 1 : end;
}

// A backslash: in double quotes it is an ordinary character, except before a special one.
static const char *expand_backslash(struct expansion *expansion, const char *s)
{
	if (expansion->quoted && !(*s && strchr("$`\"\\", *s))) {
		add_literal(expansion, '\\');
		return s;
	}
	add_literal(expansion, *s);
	return s + 1;
}

static void expand_text(struct expansion *expansion, const char *s, const char *end)
{
	while (s < end) {
		char c = *s++;

		if (c == '\\' && s < end) {
			s = expand_backslash(expansion, s);
		} else if (c == '"') {
			expansion->has_field |= !expansion->quoted;
			expansion->quoted = !expansion->quoted;
		} else if (c == '\'' && !expansion->quoted) {
			for (expansion->has_field = true; s < end && *s != '\''; s++)
				add_literal(expansion, *s);
			s++;
		} else if (c == '$') {
			s = expand_dollar(expansion, s);
		} else if (c == '`') {
			s = expand_backquotes(expansion, s, end);
		} else if (expansion->quoted) {
			add_literal(expansion, c);
		} else {
			add_unquoted(expansion, c);
		}
	}
}

// Expand a word to any number of fields, added to `fields`.
void expand_word(const char *word, struct list *fields)
{
	struct expansion expansion = { .fields = fields, .split = true };

	expand_text(&expansion, word, word + strlen(word));
	end_field(&expansion);
}

// Expand a word to one string: the value of an assignment, the target of a redirection.
char *expand_single(const char *word)
{
	struct list fields = { 0 };
	struct expansion expansion = { .fields = &fields, .has_field = true };

	expand_text(&expansion, word, word + strlen(word));
	expansion.has_field = true;
	end_field(&expansion);
	return fields.items[0];
}
