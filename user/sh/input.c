// Where commands come from.

#include "edit.h"
#include "sh.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct input input_from_string(const char *text)
{
	return (struct input){ .fd = -1, .next = text };
}

struct input input_from_stdin(bool interactive)
{
	return (struct input){ .fd = STDIN_FILENO, .next = "", .interactive = interactive };
}

static const char *last_line = "";

const char *input_line(void)
{
	return last_line;
}

static const char *prompt(const struct input *input)
{
	return input->continued ? "> " : "$ ";
}

// Store a line in input->line, with the newline that a line that was edited lacks. The shell ends if
// there is no memory.
static void keep_line(struct input *input, const char *line)
{
	size_t length = strlen(line);

	input->line = realloc(input->line, length + 2);
	if (!input->line)
		exit(2);
	memcpy(input->line, line, length);
	strcpy(input->line + length, "\n");
}

// Let a person edit the next line. ^C drops it and asks again. Returns as edit_line does.
static enum edit_result read_edited(struct input *input)
{
	const char *term = variable_get("TERM"), *line;
	enum edit_result result;

	if (!input->interactive || !isatty(STDERR_FILENO) || (term && strcmp(term, "dumb") == 0))
		return EDIT_IMPOSSIBLE;
	do {
		interrupted = 0;
		result = edit_line(prompt(input), &line);
	} while (result == EDIT_INTERRUPTED);
	if (result == EDIT_LINE)
		keep_line(input, line);
	return result;
}

// Read the next line as it comes. Byte by byte: the input after the line may be meant for the commands
// that it starts. ^C, which interrupts the read, drops the line and asks again. Returns its length.
static size_t read_plain(struct input *input)
{
	size_t length = 0, size = 0;
	char c = '\0';
	ssize_t n = 1;

	if (input->interactive)
		fputs(prompt(input), stderr);
	while (c != '\n') {
		n = read(input->fd, &c, 1);
		if (n < 0 && errno == EINTR) {
			length = 0;
			fprintf(stderr, "\n%s", input->interactive ? prompt(input) : "");
			continue;
		}
		if (n <= 0)
			break;
		if (length + 2 > size) {
			size = 2 * size + 80;
			input->line = realloc(input->line, size);
			if (!input->line)
				exit(2);
		}
		if (c != '\0')
			input->line[length++] = c;
	}
	if (length > 0)
		input->line[length] = '\0';
	return length;
}

// Read the next line. Returns false at the end of the input.
static bool read_line(struct input *input)
{
	enum edit_result result = read_edited(input);

	input->at_end = result == EDIT_END || (result == EDIT_IMPOSSIBLE && read_plain(input) == 0);
	if (input->at_end)
		return false;
	input->next = last_line = input->line;
	return true;
}

int input_peek(struct input *input)
{
	if (*input->next == '\0' && (input->fd < 0 || input->at_end || !read_line(input)))
		return -1;
	return (unsigned char)*input->next;
}

int input_get(struct input *input)
{
	int c = input_peek(input);

	if (c >= 0)
		input->next++;
	return c;
}

// Drop the rest of the line, after an error in it.
void input_skip_line(struct input *input)
{
	input->next = "";
	input->have_token = false;
}
