// From characters to tokens. A word is kept as it was written; expand.c removes its quotes.

#include "sh.h"
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#define OPERATORS "|&;<>()\n"

// Add the character that must come next, or fail: the input ended within quotes.
static int add_next(struct input *input, struct text *word, const char *missing)
{
	int c = input_get(input);

	if (c < 0)
		syntax_error(missing);
	text_add(word, (char)c);
	return c;
}

static void add_until(struct input *input, struct text *word, int end);

// Add $( ... ) or ( ... ) with everything between, after the parenthesis was added.
static void add_parentheses(struct input *input, struct text *word)
{
	int c;

	while ((c = add_next(input, word, "missing )")) != ')') {
		if (c == '(')
			add_parentheses(input, word);
		else if (c == '\\')
			add_next(input, word, "missing )");
		else if (c == '\'' || c == '"' || c == '`')
			add_until(input, word, c);
	}
}

// Add the text after an opening quote, up to the closing one. In single quotes nothing else counts.
static void add_until(struct input *input, struct text *word, int end)
{
	int c;

	while ((c = add_next(input, word, "missing quote")) != end) {
		if (end == '\'')
			continue;
		if (c == '\\')
			add_next(input, word, "missing quote");
		else if (c == '$' && input_peek(input) == '(') {
			add_next(input, word, "missing )");
			add_parentheses(input, word);
		}
	}
}

// Read a word: up to a space or an operator that is not quoted. A backslash before the end of the
// line joins two lines.
static char *read_word(struct input *input)
{
	struct text word = { 0 };
	int c;

	while ((c = input_peek(input)) >= 0 && !isblank(c) && !strchr(OPERATORS, c)) {
		input_get(input);
		if (c == '\\' && input_peek(input) == '\n') {
			input_get(input);
			continue;
		}
		text_add(&word, (char)c);
		if (c == '\\' && input_peek(input) >= 0)
			text_add(&word, (char)input_get(input));
		else if (c == '\'' || c == '"' || c == '`')
			add_until(input, &word, c);
		else if (c == '$' && input_peek(input) == '(') {
			text_add(&word, (char)input_get(input));
			add_parentheses(input, &word);
		}
	}
	return word.bytes;
}

// If the next character is `c`, take it.
static bool take(struct input *input, int c)
{
	if (input_peek(input) != c)
		return false;
	input_get(input);
	return true;
}

static enum token_kind read_operator(struct input *input)
{
	switch (input_get(input)) {
	case '\n':
		return TOKEN_NEWLINE;
	case ';':
		return TOKEN_SEMICOLON;
	case '&':
		return take(input, '&') ? TOKEN_AND : TOKEN_AMPERSAND;
	case '|':
		return take(input, '|') ? TOKEN_OR : TOKEN_PIPE;
	case '(':
		return TOKEN_OPEN;
	case ')':
		return TOKEN_CLOSE;
	case '<':
		return take(input, '&') ? TOKEN_DUPLICATE : TOKEN_LESS;
	default: // '>'
		if (take(input, '>'))
			return TOKEN_APPEND;
		return take(input, '&') ? TOKEN_DUPLICATE : TOKEN_GREATER;
	}
}

static void skip_blanks(struct input *input)
{
	int c;

	while ((c = input_peek(input)) >= 0) {
		if (c == '\\' && input->next[1] == '\n') {
			input_get(input);
			input_get(input);
		} else if (isblank(c)) {
			input_get(input);
		} else {
			break;
		}
	}
	if (c == '#')
		while ((c = input_peek(input)) >= 0 && c != '\n')
			input_get(input);
}

static struct token read_token(struct input *input)
{
	struct token token = { TOKEN_END, NULL, -1 };
	int c;

	skip_blanks(input);
	c = input_peek(input);
	if (c < 0)
		return token;
	if (!strchr(OPERATORS, c)) {
		token.kind = TOKEN_WORD;
		token.text = read_word(input);
		c = input_peek(input);
		if (!token.text || (c != '<' && c != '>') ||
		    strspn(token.text, "0123456789") != strlen(token.text))
			return token;
		token.fd = atoi(
			token.text); // 2> and the like: the number belongs to the redirection
		token.text = NULL;
	} else if (c == '<' || c == '>') {
		token.fd = c == '>';
	}
	token.kind = read_operator(input);
	return token;
}

// The next token, which stays the next.
struct token peek_token(struct input *input)
{
	if (!input->have_token) {
		input->token = read_token(input);
		input->have_token = true;
	}
	return input->token;
}

struct token next_token(struct input *input)
{
	struct token token = peek_token(input);

	input->have_token = false;
	return token;
}
