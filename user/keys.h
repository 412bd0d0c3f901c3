// Keys as they are typed, and the size of the window: for programs that use the whole screen.
#pragma once

#include <stdbool.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#define CONTROL(letter) ((letter)&31)

enum key {
	KEY_UP = 256,
	KEY_DOWN,
	KEY_RIGHT,
	KEY_LEFT,
	KEY_HOME,
	KEY_END,
	KEY_PAGE_UP,
	KEY_PAGE_DOWN,
	KEY_DELETE,
	KEY_NONE
};

// The terminal whose keys are read, and its settings as they were.
static int keys_fd;
static struct termios keys_before;

// Let all keys arrive as they are typed, none as a signal. Returns false if `fd` is no terminal.
static inline bool keys_start(int fd)
{
	struct termios raw;

	if (tcgetattr(fd, &keys_before) < 0)
		return false;
	keys_fd = fd;
	raw = keys_before;
	raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO | IEXTEN | ISIG);
	raw.c_iflag &= ~(tcflag_t)(IXON | ICRNL);
	raw.c_cc[VMIN] = 1;
	raw.c_cc[VTIME] = 0;
	return tcsetattr(fd, TCSADRAIN, &raw) == 0;
}

static inline void keys_stop(void)
{
	tcsetattr(keys_fd, TCSADRAIN, &keys_before);
}

// Returns the next byte, -1 at the end of the input.
static inline int keys_byte(void)
{
	unsigned char c;

	return read(keys_fd, &c, 1) == 1 ? c : -1;
}

// Returns the key of a sequence that began with ESC: [ or O, perhaps a number, and a letter or ~.
static inline int keys_sequence(void)
{
	static const char letters[] = "ABCDHF";
	static const int by_letter[] = { KEY_UP, KEY_DOWN, KEY_RIGHT, KEY_LEFT, KEY_HOME, KEY_END };
	static const int by_number[] = { KEY_NONE,    KEY_HOME,      KEY_NONE, KEY_DELETE, KEY_END,
		                         KEY_PAGE_UP, KEY_PAGE_DOWN, KEY_HOME, KEY_END };
	int number = 0, c = keys_byte(), i;

	if (c != '[' && c != 'O')
		return KEY_NONE;
	while (((c = keys_byte()) >= '0' && c <= '9') || c == ';')
		number = c == ';' || number > 99 ? 0 : 10 * number + c - '0';
	if (c == '~')
		return number <= 8 ? by_number[number] : KEY_NONE;
	for (i = 0; letters[i]; i++)
		if (letters[i] == c)
			return by_letter[i];
	return KEY_NONE;
}

// Returns the next key: a byte, a KEY_, or -1 at the end of the input.
static inline int keys_read(void)
{
	int c = keys_byte();

	return c == '\033' ? keys_sequence() : c;
}

// Let a person type a text of at most `max` bytes, which is shown; Enter ends it. Returns its length.
static inline size_t keys_ask(char *text, size_t max)
{
	size_t length = 0;
	int key;

	fflush(stdout);
	while ((key = keys_read()) != '\r' && key >= 0) {
		if ((key == 127 || key == '\b') && length > 0) {
			length--;
			fputs("\b \b", stdout);
		} else if (key >= ' ' && key < 256 && key != 127 && length < max) {
			text[length++] = (char)key;
			putchar(key);
		}
		fflush(stdout);
	}
	text[length] = '\0';
	return length;
}

// Store the size of the window, 24 rows of 80 columns where the terminal does not tell it.
static inline void window_size(unsigned int *rows, unsigned int *columns)
{
	struct winsize size = { 0 };

	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) < 0 || size.ws_row < 3 || size.ws_col < 3) {
		size.ws_row = 24;
		size.ws_col = 80;
	}
	*rows = size.ws_row;
	*columns = size.ws_col;
}
