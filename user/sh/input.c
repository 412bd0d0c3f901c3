// Where commands come from.

#include "sh.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

struct input input_from_string(const char *text)
{
	return (struct input){ .fd = -1, .next = text };
}

struct input input_from_stdin(bool interactive)
{
	return (struct input){ .fd = STDIN_FILENO, .next = "", .interactive = interactive };
}

static void prompt(struct input *input)
{
	if (input->interactive)
		fputs(input->continued ? "> " : "$ ", stderr);
}

// Read the next line. Byte by byte: the input after the line may be meant for the commands that it
// starts. ^C, which interrupts the read, drops the line and asks again. Returns false at the
// end.
static bool read_line(struct input *input)
{
	size_t length = 0, size = 0;
	char c = '\0';
	ssize_t n = 1;

	prompt(input);
	while (c != '\n') {
		n = read(input->fd, &c, 1);
		if (n < 0 && errno == EINTR) {
			fputc('\n', stderr);
			length = 0;
			prompt(input);
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
	input->at_end = length == 0;
	if (input->at_end)
		return false;
	input->line[length] = '\0';
	input->next = input->line;
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
