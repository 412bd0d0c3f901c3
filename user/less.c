// less [FILE]: show a file, or standard input, page by page.
//
//   space, f, Page Down; b, Page Up      a page forward or back
//   Enter, j, down; k, up                a line forward or back
//   g, Home; G, End                      the beginning; the end
//   /TEXT Enter; n                       find a text; find it again
//   q                                    the end

#include "keys.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WANTED_MAX 80

static struct {
	char **lines;
	size_t count, room;
	size_t top; // the first line that is shown
	unsigned int rows, columns;
	char wanted[WANTED_MAX + 1];
	const char *message; // for the last row, once; NULL: none
} view;

static void die(const char *what)
{
	fprintf(stderr, "less: %s: %s\n", what, strerror(errno));
	exit(1);
}

// Read all lines, without their newlines.
static void read_lines(FILE *file)
{
	char *line = NULL;
	size_t size = 0;
	ssize_t n;

	while ((n = getline(&line, &size, file)) > 0) {
		if (line[n - 1] == '\n')
			line[n - 1] = '\0';
		if (view.count == view.room) {
			view.room = 2 * view.room + 100;
			view.lines = realloc(view.lines, view.room * sizeof(*view.lines));
		}
		if (!view.lines || !(view.lines[view.count++] = strdup(line)))
			die("the text");
	}
	free(line);
}

// Show one line, as far as the window is wide. Tabs become blanks; other control characters become ?.
static void show_line(const char *line)
{
	unsigned int column = 0;

	for (; *line && column < view.columns; line++) {
		if (*line == '\t') {
			do
				putchar(' ');
			while (++column % 8 && column < view.columns);
		} else {
			putchar((unsigned char)*line < ' ' ? '?' : *line);
			column += (*line & 0xc0) != 0x80;
		}
	}
}

static void show_page(void)
{
	size_t page = view.rows - 1, i;

	fputs("\033[H", stdout);
	for (i = view.top; i < view.top + page; i++) {
		if (i < view.count)
			show_line(view.lines[i]);
		fputs("\033[K\r\n", stdout);
	}
	if (view.message)
		fputs(view.message, stdout);
	else if (view.top + page >= view.count)
		fputs("(end; q leaves)", stdout);
	else
		printf(":%zu of %zu", view.top + 1, view.count);
	fputs("\033[K", stdout);
	fflush(stdout);
	view.message = NULL;
}

// Go to a line; the last page is full.
static void go(size_t line)
{
	size_t page = view.rows - 1, last = view.count > page ? view.count - page : 0;

	view.top = line < last ? line : last;
}

static void go_back(size_t lines)
{
	go(view.top > lines ? view.top - lines : 0);
}

// Go to the next line after the first shown that has the text.
static void find_again(void)
{
	size_t i;

	for (i = view.top + 1; i < view.count; i++) {
		if (!strstr(view.lines[i], view.wanted))
			continue;
		view.top = i;
		return;
	}
	view.message = "not found";
}

// Ask for the text to find.
static void ask_wanted(void)
{
	fputs("\r/\033[K", stdout);
	keys_ask(view.wanted, WANTED_MAX);
	find_again();
}

// Do what a key says. Returns false at the end.
static bool act(int key)
{
	size_t page = view.rows - 1;

	switch (key) {
	case ' ':
	case 'f':
	case KEY_PAGE_DOWN:
		go(view.top + page);
		return true;
	case 'b':
	case KEY_PAGE_UP:
		go_back(page);
		return true;
	case '\r':
	case 'j':
	case KEY_DOWN:
		go(view.top + 1);
		return true;
	case 'k':
	case KEY_UP:
		go_back(1);
		return true;
	case 'g':
	case KEY_HOME:
		go(0);
		return true;
	case 'G':
	case KEY_END:
		go(view.count);
		return true;
	case '/':
		ask_wanted();
		return true;
	case 'n':
		find_again();
		return true;
	default:
		return key >= 0 && key != 'q' && key != CONTROL('C');
	}
}

int main(int argc, char **argv)
{
	FILE *file = argc > 1 ? fopen(argv[1], "r") : stdin;
	size_t i;
	int fd;

	if (!file)
		die(argv[1]);
	read_lines(file);
	fd = argc > 1 ? STDIN_FILENO : open("/dev/tty", O_RDONLY);
	if (!isatty(STDOUT_FILENO) || !keys_start(fd)) {
		for (i = 0; i < view.count; i++)
			puts(view.lines[i]);
		return 0;
	}
	do {
		window_size(&view.rows, &view.columns);
		show_page();
	} while (act(keys_read()));
	keys_stop();
	fputs("\r\033[K", stdout);
	return 0;
}
