// Editing the line at the prompt. The terminal is in raw mode only while a line is typed: programs
// find canonical mode. What the keys do:
//
//   left, right, ^B, ^F; Home, End, ^A, ^E     move
//   Backspace; Delete, ^D; ^W; ^U, ^K          erase a character; a word; all before, all after
//   up, down, ^P, ^N                           the lines before and after this one (history.c)
//   Tab                                        complete a name (complete.c)
//   ^L                                         clear the screen
//   ^C; ^D in an empty line                    drop the line; end the input

#include "edit.h"
#include "sh.h"
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#define CONTROL(letter) ((letter)&31)
#define DELETE 127
#define USUAL_WIDTH 80 // of a terminal that does not tell its width

// Keys that arrive as several bytes.
enum { KEY_UP = 256, KEY_DOWN, KEY_RIGHT, KEY_LEFT, KEY_HOME, KEY_END, KEY_ERASE, KEY_NONE };

static struct edit edit;
static unsigned int width;       // of the terminal
static struct termios normal;    // what programs get
static const char *shown_prompt; // of the line being edited

static void show(const char *text, size_t n)
{
	fwrite(text, 1, n, stderr);
}

// Returns true if the byte goes on with a character of several bytes (UTF-8).
static bool continues(char c)
{
	return (c & 0xc0) == 0x80;
}

// Returns the number of columns that n bytes of the line take.
static unsigned int columns(size_t n)
{
	unsigned int count = 0;
	size_t i;

	for (i = 0; i < n; i++)
		count += !continues(edit.text[i]);
	return count;
}

// Returns the cell, counted from the prompt's start, of a place in the line.
static unsigned int cell(size_t at)
{
	return (unsigned int)strlen(shown_prompt) + columns(at);
}

// Move the terminal's cursor from one cell to another, perhaps on another row.
static void move_cursor(unsigned int from, unsigned int to)
{
	unsigned int rows_up = from / width, rows_down = to / width;

	if (rows_up > rows_down)
		fprintf(stderr, "\033[%uA", rows_up - rows_down);
	if (rows_down > rows_up)
		fprintf(stderr, "\033[%uB", rows_down - rows_up);
	if (from == to)
		return;
	fputc('\r', stderr);
	if (to % width)
		fprintf(stderr, "\033[%uC", to % width);
}

// Show the line from `from` on, where the cursor is, erase what stood there before, and go to
// edit.at. A line that ends at the margin leaves the cursor in between two rows: the blank takes it
// to the next one.
static void show_rest(size_t from)
{
	show(edit.text + from, edit.length - from);
	if (cell(edit.length) % width == 0)
		show(" \r", 2);
	show("\033[J", 3);
	move_cursor(cell(edit.length), cell(edit.at));
}

// Go to a place in the line.
static void go(size_t at)
{
	move_cursor(cell(edit.at), cell(at));
	edit.at = at;
}

// Returns the place one character before or after a place; the place itself at either end.
static size_t before(size_t at)
{
	while (at > 0 && continues(edit.text[--at]))
		;
	return at;
}

static size_t after(size_t at)
{
	while (at < edit.length && continues(edit.text[++at]))
		;
	return at;
}

// Remove the bytes [start, end) of the line.
static void erase(size_t start, size_t end)
{
	go(start);
	memmove(edit.text + start, edit.text + end, edit.length - end);
	edit.length -= end - start;
	show_rest(start);
}

// A character at the end of the line is only shown: terminals go to the next row by themselves.
bool edit_insert(const char *bytes, size_t n)
{
	size_t from = edit.at;

	if (edit.length + n > EDIT_MAX) {
		fputc('\a', stderr);
		return false;
	}
	memmove(edit.text + from + n, edit.text + from, edit.length - from);
	memcpy(edit.text + from, bytes, n);
	edit.length += n;
	edit.at += n;
	if (edit.at == edit.length && cell(edit.length) % width)
		show(bytes, n);
	else
		show_rest(from);
	return true;
}

void edit_replace(const char *text)
{
	size_t length = strlen(text);

	go(0);
	edit.length = edit.at = length < EDIT_MAX ? length : EDIT_MAX;
	memcpy(edit.text, text, edit.length);
	show_rest(0);
}

void edit_show_again(void)
{
	fputs(shown_prompt, stderr);
	show_rest(0);
}

// Returns where the word before the cursor begins.
static size_t word_start(void)
{
	size_t at = edit.at;

	while (at > 0 && edit.text[at - 1] == ' ')
		at--;
	while (at > 0 && edit.text[at - 1] != ' ')
		at--;
	return at;
}

// Read a byte. Returns -1 at the end of the input, and when ^C has come.
static int read_byte(void)
{
	unsigned char c;

	fflush(stderr);
	return read(STDIN_FILENO, &c, 1) == 1 ? c : -1;
}

// Returns the key of a sequence that began with ESC. What follows is [ or O, perhaps a number, and a
// letter or ~.
static int read_sequence(void)
{
	int number = 0, c = read_byte();

	if (c != '[' && c != 'O')
		return KEY_NONE;
	while ((c = read_byte()) == ';' || (c >= '0' && c <= '9'))
		number = c == ';' ? 0 : 10 * number + c - '0';
	switch (c == '~' ? number : c) {
	case 'A':
		return KEY_UP;
	case 'B':
		return KEY_DOWN;
	case 'C':
		return KEY_RIGHT;
	case 'D':
		return KEY_LEFT;
	case 'H':
	case 1:
	case 7:
		return KEY_HOME;
	case 'F':
	case 4:
	case 8:
		return KEY_END;
	case 3:
		return KEY_ERASE;
	default:
		return KEY_NONE;
	}
}

// Insert a character whose first byte is `first`; the others of UTF-8 follow at once.
static void type_character(int first)
{
	char bytes[4] = { (char)first };
	int n = 1, rest = first < 0xc0 ? 0 : first < 0xe0 ? 1 : first < 0xf0 ? 2 : 3, c;

	while (rest-- > 0 && (c = read_byte()) >= 0x80)
		bytes[n++] = (char)c;
	edit_insert(bytes, (size_t)n);
}

static void clear_screen(void)
{
	fputs("\033[H\033[J", stderr);
	edit_show_again();
}

// Do what a key that moves or erases says. Returns false for any other key.
static bool edit_by(int key)
{
	switch (key) {
	case KEY_LEFT:
	case CONTROL('B'):
		go(before(edit.at));
		return true;
	case KEY_RIGHT:
	case CONTROL('F'):
		go(after(edit.at));
		return true;
	case KEY_HOME:
	case CONTROL('A'):
		go(0);
		return true;
	case KEY_END:
	case CONTROL('E'):
		go(edit.length);
		return true;
	case DELETE:
	case '\b':
		erase(before(edit.at), edit.at);
		return true;
	case KEY_ERASE:
	case CONTROL('D'):
		erase(edit.at, after(edit.at));
		return true;
	case CONTROL('W'):
		erase(word_start(), edit.at);
		return true;
	case CONTROL('U'):
		erase(0, edit.at);
		return true;
	case CONTROL('K'):
		erase(edit.at, edit.length);
		return true;
	default:
		return false;
	}
}

// Do what any other key says.
static void command_by(int key)
{
	switch (key) {
	case KEY_UP:
	case CONTROL('P'):
		history_step(&edit, -1);
		break;
	case KEY_DOWN:
	case CONTROL('N'):
		history_step(&edit, 1);
		break;
	case '\t':
		complete(&edit);
		break;
	case CONTROL('L'):
		clear_screen();
		break;
	default:
		if (key >= ' ' && key < 256)
			type_character(key);
	}
}

// Edit until the line is complete.
static enum edit_result edit_keys(void)
{
	bool again = false; // the key before this one was Tab
	int key;

	for (;;) {
		key = read_byte();
		if (key < 0)
			return interrupted ? EDIT_INTERRUPTED : EDIT_END;
		if (key == '\n' || key == '\r')
			return EDIT_LINE;
		if (key == CONTROL('D') && edit.length == 0)
			return EDIT_END;
		edit.again = again;
		again = key == '\t';
		if (key == '\033')
			key = read_sequence();
		if (!edit_by(key))
			command_by(key);
	}
}

// Let keys arrive as they are typed; ^C still is a signal.
static void set_raw(void)
{
	struct winsize size = { 0 };
	struct termios raw = normal;

	raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO | IEXTEN);
	raw.c_cc[VQUIT] = raw.c_cc[VSUSP] = 0;
	raw.c_cc[VMIN] = 1;
	raw.c_cc[VTIME] = 0;
	tcsetattr(STDIN_FILENO, TCSADRAIN, &raw);
	width = ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col ? size.ws_col :
	                                                                      USUAL_WIDTH;
}

enum edit_result edit_line(const char *prompt, const char **line_store)
{
	enum edit_result result;

	if (tcgetattr(STDIN_FILENO, &normal) < 0)
		return EDIT_IMPOSSIBLE;
	set_raw();
	edit = (struct edit){ .length = 0 };
	shown_prompt = prompt;
	fputs(prompt, stderr);
	result = edit_keys();
	move_cursor(cell(edit.at), cell(edit.length));
	fputs(result == EDIT_INTERRUPTED ? "^C\n" : "\n", stderr);
	fflush(stderr);
	tcsetattr(STDIN_FILENO, TCSADRAIN, &normal);
	edit.text[edit.length] = '\0';
	if (result == EDIT_LINE)
		history_add(edit.text);
	*line_store = edit.text;
	return result;
}
