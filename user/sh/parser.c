// From tokens to a tree, by recursive descent. From the loosest binding to the tightest:
//
//   list:     and_or { (";" | "&" | newline) and_or }
//   and_or:   pipeline { ("&&" | "||") pipeline }
//   pipeline: ["!"] command { "|" command }
//   command:  words and redirections, or a compound command with redirections after it
//
// An error jumps back to parse_command; allocated memory is freed with the arena.

#include "sh.h"
#include <setjmp.h>
#include <stdio.h>
#include <string.h>

static jmp_buf error_exit;

static struct node *parse_list(struct input *input);

void syntax_error(const char *what)
{
	fprintf(stderr, "sh: syntax error: %s\n", what);
	longjmp(error_exit, 1);
}

static struct node *new_node(enum node_kind kind, struct node *left, struct node *right)
{
	struct node *node = arena_alloc(sizeof(*node));

	*node = (struct node){ .kind = kind, .left = left, .right = right };
	return node;
}

static bool next_is(struct input *input, enum token_kind kind)
{
	return peek_token(input).kind == kind;
}

// Is the next token this reserved word? They are words like others, but where a command may begin.
static bool next_is_word(struct input *input, const char *word)
{
	struct token token = peek_token(input);

	return token.kind == TOKEN_WORD && strcmp(token.text, word) == 0;
}

static void skip_newlines(struct input *input)
{
	while (next_is(input, TOKEN_NEWLINE))
		next_token(input);
}

static void expect_word(struct input *input, const char *word)
{
	if (!next_is_word(input, word))
		syntax_error(word);
	next_token(input);
}

// Words that end a list, so that no command begins with them.
static bool at_list_end(struct input *input)
{
	static const char *const ends[] = { "then", "else", "elif", "fi", "do", "done", "}" };
	size_t i;

	if (next_is(input, TOKEN_END) || next_is(input, TOKEN_CLOSE))
		return true;
	for (i = 0; i < sizeof(ends) / sizeof(*ends); i++)
		if (next_is_word(input, ends[i]))
			return true;
	return false;
}

static bool next_is_redirect(struct input *input)
{
	return peek_token(input).kind >= TOKEN_LESS;
}

static void parse_redirect(struct input *input, struct node *node)
{
	struct token op = next_token(input), target = next_token(input);
	struct redirect *redirect = arena_alloc(sizeof(*redirect)), **link = &node->redirects;

	if (target.kind != TOKEN_WORD)
		syntax_error("redirection without a target");
	*redirect = (struct redirect){ op.kind, op.fd, target.text, NULL };
	while (*link)
		link = &(*link)->next;
	*link = redirect;
}

// Append the next token, which is a word, to the node's words.
static void parse_word(struct input *input, struct node *node)
{
	struct word *word = arena_alloc(sizeof(*word)), **link = &node->words;

	*word = (struct word){ next_token(input).text, NULL };
	while (*link)
		link = &(*link)->next;
	*link = word;
}

static struct node *parse_simple(struct input *input)
{
	struct node *node = new_node(NODE_SIMPLE, NULL, NULL);

	for (;;) {
		if (next_is(input, TOKEN_WORD))
			parse_word(input, node);
		else if (next_is_redirect(input))
			parse_redirect(input, node);
		else
			break;
	}
	if (!node->words && !node->redirects)
		syntax_error("a command is missing");
	return node;
}

// A list that must not be empty, up to the reserved word that ends it.
static struct node *parse_body(struct input *input)
{
	struct node *body = parse_list(input);

	if (!body)
		syntax_error("a command is missing");
	return body;
}

// After "if" or "elif".
static struct node *parse_if(struct input *input)
{
	struct node *node = new_node(NODE_IF, NULL, NULL);

	node->condition = parse_body(input);
	expect_word(input, "then");
	node->left = parse_body(input);
	if (next_is_word(input, "elif")) {
		next_token(input);
		node->right = parse_if(input);
		return node;
	}
	if (next_is_word(input, "else")) {
		next_token(input);
		node->right = parse_body(input);
	}
	expect_word(input, "fi");
	return node;
}

static struct node *parse_do(struct input *input)
{
	struct node *body;

	expect_word(input, "do");
	body = parse_body(input);
	expect_word(input, "done");
	return body;
}

// After "while" or "until".
static struct node *parse_loop(struct input *input, enum node_kind kind)
{
	struct node *node = new_node(kind, NULL, NULL);

	node->condition = parse_body(input);
	node->left = parse_do(input);
	return node;
}

// After "for". Without "in" the words are the positional parameters.
static struct node *parse_for(struct input *input)
{
	struct node *node = new_node(NODE_FOR, NULL, NULL);

	if (!next_is(input, TOKEN_WORD))
		syntax_error("for without a name");
	node->name = next_token(input).text;
	skip_newlines(input);
	if (next_is_word(input, "in")) {
		next_token(input);
		while (next_is(input, TOKEN_WORD))
			parse_word(input, node);
	} else {
		node->words = arena_alloc(sizeof(struct word));
		*node->words = (struct word){ "\"$@\"", NULL };
	}
	if (next_is(input, TOKEN_SEMICOLON))
		next_token(input);
	skip_newlines(input);
	node->left = parse_do(input);
	return node;
}

// A compound command that begins with a reserved word or a parenthesis; NULL if the next token is
// neither.
static struct node *parse_compound(struct input *input)
{
	struct node *node;

	if (next_is(input, TOKEN_OPEN)) {
		next_token(input);
		node = new_node(NODE_SUBSHELL, parse_body(input), NULL);
		if (next_token(input).kind != TOKEN_CLOSE)
			syntax_error(")");
		return node;
	}
	if (next_is_word(input, "{")) {
		next_token(input);
		node = new_node(NODE_GROUP, parse_body(input), NULL);
		expect_word(input, "}");
		return node;
	}
	if (next_is_word(input, "if"))
		return next_token(input), parse_if(input);
	if (next_is_word(input, "while"))
		return next_token(input), parse_loop(input, NODE_WHILE);
	if (next_is_word(input, "until"))
		return next_token(input), parse_loop(input, NODE_UNTIL);
	if (next_is_word(input, "for"))
		return next_token(input), parse_for(input);
	return NULL;
}

static struct node *parse_one(struct input *input)
{
	struct node *node;

	if (at_list_end(input))
		syntax_error("a command is missing");
	node = parse_compound(input);
	if (!node)
		return parse_simple(input);
	while (next_is_redirect(input))
		parse_redirect(input, node);
	return node;
}

static struct node *parse_pipeline(struct input *input)
{
	struct node *node;

	if (next_is_word(input, "!")) {
		next_token(input);
		return new_node(NODE_NOT, parse_pipeline(input), NULL);
	}
	node = parse_one(input);
	if (next_is(input, TOKEN_PIPE)) {
		next_token(input);
		skip_newlines(input);
		node = new_node(NODE_PIPE, node, parse_pipeline(input));
	}
	return node;
}

static struct node *parse_and_or(struct input *input)
{
	struct node *node = parse_pipeline(input);

	while (next_is(input, TOKEN_AND) || next_is(input, TOKEN_OR)) {
		enum node_kind kind = next_token(input).kind == TOKEN_AND ? NODE_AND : NODE_OR;

		skip_newlines(input);
		node = new_node(kind, node, parse_pipeline(input));
	}
	return node;
}

static struct node *append(struct node *list, struct node *node)
{
	return list ? new_node(NODE_SEQUENCE, list, node) : node;
}

// Parse one and_or with its terminator. Returns true if another may follow on this line.
static bool parse_item(struct input *input, struct node **list)
{
	struct node *node = parse_and_or(input);
	bool more = true;

	if (next_is(input, TOKEN_AMPERSAND))
		node = new_node(NODE_BACKGROUND, node, NULL);
	else if (!next_is(input, TOKEN_SEMICOLON))
		more = false;
	if (more)
		next_token(input);
	*list = append(*list, node);
	return more;
}

// A list over any number of lines; NULL if it is empty.
static struct node *parse_list(struct input *input)
{
	struct node *list = NULL;

	skip_newlines(input);
	while (!at_list_end(input)) {
		if (!parse_item(input, &list) && !next_is(input, TOKEN_NEWLINE))
			break;
		skip_newlines(input);
	}
	return list;
}

// The commands of one line, and of the following ones if they belong together; NULL for an empty
// line.
static struct node *parse_line(struct input *input)
{
	struct node *list = NULL;

	while (!next_is(input, TOKEN_NEWLINE) && !next_is(input, TOKEN_END)) {
		input->continued = true;
		if (!parse_item(input, &list))
			break;
	}
	if (!next_is(input, TOKEN_NEWLINE) && !next_is(input, TOKEN_END))
		syntax_error("unexpected word or operator");
	next_token(input);
	return list;
}

// Read the next command line as a tree, NULL if the line is empty. PARSE_ERROR: it was wrong, a
// message was printed, and the rest of the line is gone.
enum parse_result parse_command(struct input *input, struct node **node_store)
{
	if (setjmp(error_exit)) {
		input_skip_line(input);
		return PARSE_ERROR;
	}
	input->continued = false;
	if (next_is(input, TOKEN_END))
		return PARSE_END;
	*node_store = parse_line(input);
	return PARSE_OK;
}
