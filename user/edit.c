// edit FILE: change a text on the screen. Keys: arrows, Home, End, Page Up, Page Down move; typing
// inserts; Backspace and Delete erase; ^K erases to the end of the line; ^S saves, ^Q leaves, twice if
// the text has changed; ^F finds a text.

#include "keys.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WANTED_MAX 60
#define TAB 8
#define BACKSPACE 127

struct line {
	char *text; // text[length], and a NUL
	size_t length;
};

static struct {
	const char *path;
	struct line *lines; // at least one
	size_t count, room;
	size_t row, at;   // the cursor: line and byte
	size_t top, left; // what the window shows first: line and column
	unsigned int rows, columns;
	bool changed, leaving;
	const char *message; // for the last row, once
	char wanted[WANTED_MAX + 1];
} view;

static void die(const char *what)
{
	fprintf(stderr, "edit: %s: %s\n", what, strerror(errno));
	exit(1);
}

static void *allocate(void *block, size_t size)
{
	block = realloc(block, size);
	if (!block) {
		keys_stop();
		die(view.path);
	}
	return block;
}

static struct line *current(void)
{
	return &view.lines[view.row];
}

// Insert a line before line `row`, with a copy of text[length].
static void insert_line(size_t row, const char *text, size_t length)
{
	char *copy = allocate(NULL, length + 1);

	memcpy(copy, text, length);
	copy[length] = '\0';
	if (view.count == view.room) {
		view.room = 2 * view.room + 50;
		view.lines = allocate(view.lines, view.room * sizeof(*view.lines));
	}
	memmove(view.lines + row + 1, view.lines + row, (view.count - row) * sizeof(*view.lines));
	view.lines[row] = (struct line){ copy, length };
	view.count++;
}

static void remove_line(size_t row)
{
	free(view.lines[row].text);
	view.count--;
	memmove(view.lines + row, view.lines + row + 1, (view.count - row) * sizeof(*view.lines));
}

// Read the file; one that does not exist is empty.
static void load(void)
{
	FILE *file = fopen(view.path, "r");
	char *text = NULL;
	size_t size = 0;
	ssize_t n;

	if (!file && errno != ENOENT)
		die(view.path);
	while (file && (n = getline(&text, &size, file)) > 0)
		insert_line(view.count, text, (size_t)n - (text[n - 1] == '\n'));
	if (file && ferror(file))
		die(view.path);
	free(text);
	if (file)
		fclose(file);
	if (view.count == 0)
		insert_line(0, "", 0);
}

static void save(void)
{
	FILE *file = fopen(view.path, "w");
	bool failed = !file;
	size_t i;

	for (i = 0; i < view.count && !failed; i++) {
		fwrite(view.lines[i].text, 1, view.lines[i].length, file);
		failed = fputc('\n', file) == EOF;
	}
	if (file && fclose(file) == EOF)
		failed = true;
	view.message = failed ? strerror(errno) : "saved";
	view.changed = failed && view.changed;
}

// ---- The window ----

static bool continues(char c)
{
	return (c & 0xc0) == 0x80;
}

// Returns the column at which byte `at` of a line is shown.
static size_t column_of(const struct line *line, size_t at)
{
	size_t column = 0, i;

	for (i = 0; i < at; i++)
		column = line->text[i] == '\t' ? (column / TAB + 1) * TAB :
		                                 column + !continues(line->text[i]);
	return column;
}

// Show the part of a line that lies in the window.
static void show_line(const struct line *line)
{
	size_t column = 0, end = view.left + view.columns, next, i;

	for (i = 0; i < line->length && column < end; i++) {
		char c = line->text[i];

		next = c == '\t' ? (column / TAB + 1) * TAB : column + !continues(c);
		if (c == '\t')
			for (; column < next && column < end; column++)
				fputs(column >= view.left ? " " : "", stdout);
		else if (column >= view.left)
			putchar((unsigned char)c < ' ' ? '?' : c);
		column = next;
	}
}

// Move the window so that the cursor is in it, and draw everything.
static void show(void)
{
	size_t page = view.rows - 1, column = column_of(current(), view.at), i;

	if (view.row < view.top || view.row >= view.top + page)
		view.top = view.row > page / 2 ? view.row - page / 2 : 0;
	if (column < view.left || column >= view.left + view.columns)
		view.left = column > view.columns / 2 ? column - view.columns / 2 : 0;
	fputs("\033[H", stdout);
	for (i = view.top; i < view.top + page; i++) {
		if (i < view.count)
			show_line(&view.lines[i]);
		fputs("\033[K\r\n", stdout);
	}
	printf("\033[7m%s%s %zu:%zu  %s\033[0m\033[K", view.path, view.changed ? " *" : "",
	       view.row + 1, column + 1,
	       view.message ? view.message : "^S save  ^Q leave  ^F find");
	printf("\033[%zu;%zuH", view.row - view.top + 1, column - view.left + 1);
	fflush(stdout);
	view.message = NULL;
}

// ---- Changes ----

static void insert(const char *bytes, size_t n)
{
	struct line *line = current();

	line->text = allocate(line->text, line->length + n + 1);
	memmove(line->text + view.at + n, line->text + view.at, line->length - view.at + 1);
	memcpy(line->text + view.at, bytes, n);
	line->length += n;
	view.at += n;
	view.changed = true;
}

static void split_line(void)
{
	struct line *line = current();
	size_t at = view.at;

	insert_line(view.row + 1, line->text + at, line->length - at);
	line = current();
	line->length = at;
	line->text[at] = '\0';
	view.row++;
	view.at = 0;
	view.changed = true;
}

// Append the next line to this one.
static void join_next(void)
{
	size_t at = view.at;

	if (view.row + 1 == view.count)
		return;
	view.at = current()->length;
	insert(view.lines[view.row + 1].text, view.lines[view.row + 1].length);
	remove_line(view.row + 1);
	view.at = at;
}

static void move_left(void)
{
	if (view.at == 0 && view.row > 0)
		view.at = view.lines[--view.row].length;
	else
		while (view.at > 0 && continues(current()->text[--view.at]))
			;
}

static void move_right(void)
{
	if (view.at == current()->length && view.row + 1 < view.count) {
		view.row++;
		view.at = 0;
		return;
	}
	while (view.at < current()->length && continues(current()->text[++view.at]))
		;
}

// Erase the character after the cursor, or the end of the line.
static void erase(void)
{
	struct line *line = current();
	size_t n = 1;

	if (view.at == line->length) {
		join_next();
		return;
	}
	while (continues(line->text[view.at + n]))
		n++;
	memmove(line->text + view.at, line->text + view.at + n, line->length - view.at - n + 1);
	line->length -= n;
	view.changed = true;
}

static void erase_rest(void)
{
	if (view.at == current()->length) {
		join_next();
		return;
	}
	current()->length = view.at;
	current()->text[view.at] = '\0';
	view.changed = true;
}

// Go up (-) or down some lines, to about the same column.
static void move_rows(long rows)
{
	size_t column = column_of(current(), view.at);

	if (rows < 0)
		view.row = view.row > (size_t)-rows ? view.row - (size_t)-rows : 0;
	else
		view.row = view.row + (size_t)rows < view.count ? view.row + (size_t)rows :
		                                                  view.count - 1;
	view.at = 0;
	while (view.at < current()->length && column_of(current(), view.at) < column)
		move_right();
}

// Ask for a text, and go to its next place after the cursor.
static void find(void)
{
	const char *place;
	size_t i;

	printf("\033[%u;1Hfind: \033[K", view.rows);
	keys_ask(view.wanted, WANTED_MAX);
	for (i = view.row; i < view.count; i++) {
		size_t from = i > view.row                ? 0 :
		              view.at < current()->length ? view.at + 1 :
		                                            view.at;

		place = strstr(view.lines[i].text + from, view.wanted);
		if (place) {
			view.row = i;
			view.at = (size_t)(place - view.lines[i].text);
			return;
		}
	}
	view.message = "not found below";
}

// Do what a key that moves says. Returns false for any other key.
static bool move_by(int key)
{
	long page = (long)view.rows - 1;

	switch (key) {
	case KEY_LEFT:
		move_left();
		return true;
	case KEY_RIGHT:
		move_right();
		return true;
	case KEY_UP:
		move_rows(-1);
		return true;
	case KEY_DOWN:
		move_rows(1);
		return true;
	case KEY_PAGE_UP:
		move_rows(-page);
		return true;
	case KEY_PAGE_DOWN:
		move_rows(page);
		return true;
	case KEY_HOME:
		view.at = 0;
		return true;
	case KEY_END:
		view.at = current()->length;
		return true;
	default:
		return false;
	}
}

// Leave, unless changes would be lost: then say so, and leave the next time.
static bool leave(void)
{
	if (!view.changed || view.leaving)
		return true;
	view.leaving = true;
	view.message = "not saved; ^Q again leaves, ^S saves";
	return false;
}

// Do what any other key says. Returns false at the end.
static bool act(int key)
{
	char c = (char)key;

	if (key == CONTROL('Q') || key == CONTROL('X'))
		return !leave();
	view.leaving = false;
	if (key == CONTROL('S')) {
		save();
	} else if (key == CONTROL('F')) {
		find();
	} else if (key == CONTROL('K')) {
		erase_rest();
	} else if (key == '\r') {
		split_line();
	} else if (key == KEY_DELETE) {
		erase();
	} else if (key == BACKSPACE || key == '\b') {
		if (view.row > 0 || view.at > 0) {
			move_left();
			erase();
		}
	} else if (key == '\t' || (key >= ' ' && key < 256)) {
		insert(&c, 1);
	}
	return key >= 0;
}

int main(int argc, char **argv)
{
	int key;

	if (argc != 2) {
		fputs("usage: edit FILE\n", stderr);
		return 2;
	}
	view.path = argv[1];
	load();
	if (!keys_start(STDIN_FILENO)) {
		perror("edit: standard input");
		return 1;
	}
	do {
		window_size(&view.rows, &view.columns);
		show();
		key = keys_read();
	} while (move_by(key) || act(key));
	keys_stop();
	fputs("\033[H\033[J", stdout);
	return view.changed;
}
