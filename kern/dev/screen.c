// screen.c: a terminal's screen in a buffer of cells.
#include "dev/screen.h"

#define ESCAPE 0x1B
#define DELETE 0x7F
#define TAB_WIDTH 8
#define PARAMETER_MAX 999

#define GREY 7
#define BLACK 0
#define BRIGHT 8

// Shown for a character beyond ASCII, since the VGA's font has few of them.
#define UNKNOWN_CHARACTER "\xFE" // a small square

// The VGA's numbers of ANSI's colours: red and blue are exchanged.
static const uint8_t vga_colour[8] = { 0, 4, 2, 6, 1, 5, 3, 7 };

// Returns a cell with `character` in the current colours.
static uint16_t make_cell(const struct screen *screen, uint8_t character)
{
	uint8_t front = screen->foreground | (screen->bold ? BRIGHT : 0);
	uint8_t back = screen->background;

	if (screen->reverse) {
		front = screen->background;
		back = screen->foreground & 7;
	}
	return (uint16_t)(character | front << 8 | back << 12);
}

// Blank [from, to), counted in cells from the screen's first cell. Writes two cells at a time,
// since each access to a display's memory is slow.
static void blank(struct screen *screen, size_t from, size_t to)
{
	uint32_t cell = make_cell(screen, ' ');
	uint16_t *at = screen->cells + screen->origin + from;
	uint16_t *end = screen->cells + screen->origin + to;

	if (at < end && (uintptr_t)at % sizeof(uint32_t))
		*at++ = (uint16_t)cell;
	for (; at + 1 < end; at += 2)
		*(uint32_t *)at = cell | cell << 16;
	if (at < end)
		*at = (uint16_t)cell;
}

void screen_init(struct screen *screen, uint16_t *cells, size_t room)
{
	*screen = (struct screen){
		.cells = cells,
		.room = room,
		.foreground = GREY,
		.background = BLACK,
	};
	blank(screen, 0, SCREEN_CELLS);
}

size_t screen_cursor(const struct screen *screen)
{
	uint32_t column = MIN(screen->column, SCREEN_COLUMNS - 1u);

	return screen->origin + screen->row * SCREEN_COLUMNS + column;
}

// Go to the next line. On the last line the screen scrolls: its origin moves one line on, and the
// new line is blanked.
static void line_feed(struct screen *screen)
{
	if (screen->row < SCREEN_ROWS - 1) {
		screen->row++;
		return;
	}
	screen->origin += SCREEN_COLUMNS;
	if (screen->origin + SCREEN_CELLS > screen->room) {
		memmove(screen->cells, screen->cells + screen->origin,
		        (SCREEN_CELLS - SCREEN_COLUMNS) * sizeof(uint16_t));
		screen->origin = 0;
	}
	blank(screen, SCREEN_CELLS - SCREEN_COLUMNS, SCREEN_CELLS);
}

// Write characters, each into a cell. None of them is a control character.
static void put_text(struct screen *screen, const char *text, size_t n)
{
	uint16_t colours = make_cell(screen, 0);

	while (n > 0) {
		uint16_t *at;
		size_t part;

		if (screen->column == SCREEN_COLUMNS) {
			screen->column = 0;
			line_feed(screen);
		}
		at = screen->cells + screen_cursor(screen);
		part = MIN(n, SCREEN_COLUMNS - screen->column);
		for (size_t i = 0; i < part; i++)
			at[i] = colours | (uint8_t)text[i];
		screen->column += part;
		text += part;
		n -= part;
	}
}

// Returns the sequence's parameter `i`, or `otherwise` if it is missing or 0.
static uint32_t parameter(const struct screen *screen, uint32_t i, uint32_t otherwise)
{
	return screen->parameters[i] ? screen->parameters[i] : otherwise;
}

// Move the cursor to a place counted from 0. A place outside is replaced by the nearest one
// inside.
static void move_to(struct screen *screen, int row, int column)
{
	screen->row = (uint32_t)MAX(0, MIN(row, SCREEN_ROWS - 1));
	screen->column = (uint32_t)MAX(0, MIN(column, SCREEN_COLUMNS - 1));
}

// ESC [ J and ESC [ K: clear a part of [first, end), which is the whole screen or line. Parameter
// 0: from the cursor on; 1: up to the cursor; 2: all.
static void erase(struct screen *screen, size_t first, size_t end)
{
	size_t cursor = screen_cursor(screen) - screen->origin;

	switch (screen->parameters[0]) {
	case 0:
		blank(screen, cursor, end);
		break;
	case 1:
		blank(screen, first, cursor + 1);
		break;
	case 2:
		blank(screen, first, end);
		break;
	}
}

// ESC [ ... m with one parameter (ECMA-48, 8.3.117, "Select Graphic Rendition"). Others are
// ignored.
static void set_colour(struct screen *screen, uint32_t code)
{
	if (code == 0) {
		screen->foreground = GREY;
		screen->background = BLACK;
		screen->bold = screen->reverse = false;
	} else if (code == 1 || code == 22) {
		screen->bold = code == 1;
	} else if (code == 7 || code == 27) {
		screen->reverse = code == 7;
	} else if (code >= 30 && code <= 37) {
		screen->foreground = vga_colour[code - 30];
	} else if (code == 39) {
		screen->foreground = GREY;
	} else if (code >= 40 && code <= 47) {
		screen->background = vga_colour[code - 40];
	} else if (code == 49) {
		screen->background = BLACK;
	} else if (code >= 90 && code <= 97) {
		screen->foreground = vga_colour[code - 90] | BRIGHT;
	}
}

// Run a complete sequence ESC [ ...; `command` is its last byte.
static void run_sequence(struct screen *screen, char command)
{
	int row = (int)screen->row, column = (int)screen->column;
	int n = (int)parameter(screen, 0, 1);
	size_t line = screen->row * SCREEN_COLUMNS;

	switch (command) {
	case 'A':
		move_to(screen, row - n, column);
		break;
	case 'B':
		move_to(screen, row + n, column);
		break;
	case 'C':
		move_to(screen, row, column + n);
		break;
	case 'D':
		move_to(screen, row, column - n);
		break;
	case 'G':
		move_to(screen, row, n - 1);
		break;
	case 'd':
		move_to(screen, n - 1, column);
		break;
	case 'H':
	case 'f':
		move_to(screen, n - 1, (int)parameter(screen, 1, 1) - 1);
		break;
	case 'J':
		erase(screen, 0, SCREEN_CELLS);
		break;
	case 'K':
		erase(screen, line, line + SCREEN_COLUMNS);
		break;
	case 'm':
		for (uint32_t i = 0; i < screen->parameter_count; i++)
			set_colour(screen, screen->parameters[i]);
		break;
	case 's':
		screen->saved_row = screen->row;
		screen->saved_column = screen->column;
		break;
	case 'u':
		screen->row = screen->saved_row;
		screen->column = screen->saved_column;
		break;
	}
}

// Read the byte after ESC. `[` begins a sequence; an intermediate byte is skipped; any other byte
// ends an escape of two bytes, which is ignored.
static void read_escape(struct screen *screen, char byte)
{
	if (byte == '[') {
		screen->state = SCREEN_SEQUENCE;
		screen->private_sequence = false;
		screen->parameter_count = 1;
		memset(screen->parameters, 0, sizeof(screen->parameters));
	} else if (byte < 0x20 || byte > 0x2F) {
		screen->state = SCREEN_TEXT;
	}
}

// Read a byte after ESC [: a digit, a separator, the mark of a private sequence, or the last byte.
static void read_sequence(struct screen *screen, char byte)
{
	uint32_t *last = &screen->parameters[screen->parameter_count - 1];

	if (byte >= '0' && byte <= '9') {
		*last = MIN(*last * 10 + (uint32_t)(byte - '0'), (uint32_t)PARAMETER_MAX);
	} else if (byte == ';') {
		// Parameters beyond SCREEN_PARAMETERS overwrite the last one.
		if (screen->parameter_count < SCREEN_PARAMETERS)
			screen->parameter_count++;
		else
			*last = 0;
	} else if (byte >= '<' && byte <= '?') {
		screen->private_sequence = true;
	} else if (byte >= 0x40) {
		screen->state = SCREEN_TEXT;
		if (!screen->private_sequence)
			run_sequence(screen, byte);
	}
}

// Returns true for the bytes of ASCII that a cell shows.
static bool is_character(char byte)
{
	return byte >= ' ' && byte < DELETE;
}

// Read a byte of text that is not an ordinary character.
static void read_control(struct screen *screen, uint8_t byte)
{
	if (byte >= 0xC0) {
		// The first byte of a UTF-8 character. The others, 0x80 to 0xBF, show nothing.
		put_text(screen, UNKNOWN_CHARACTER, 1);
	} else if (byte == '\n') {
		line_feed(screen);
	} else if (byte == '\r') {
		screen->column = 0;
	} else if (byte == '\b') {
		if (screen->column > 0)
			screen->column--;
	} else if (byte == '\t') {
		screen->column = MIN(ROUND_DOWN(screen->column, TAB_WIDTH) + TAB_WIDTH,
		                     SCREEN_COLUMNS - 1u);
	} else if (byte == ESCAPE) {
		screen->state = SCREEN_ESCAPE;
	}
}

// A state machine over the bytes. Runs of ordinary characters, nearly all of the output, are
// written together.
void screen_write(struct screen *screen, const char *bytes, size_t n)
{
	const char *end = bytes + n, *text;

	while (bytes < end) {
		switch (screen->state) {
		case SCREEN_TEXT:
			for (text = bytes; bytes < end && is_character(*bytes); bytes++)
				;
			put_text(screen, text, (size_t)(bytes - text));
			if (bytes < end)
				read_control(screen, (uint8_t)*bytes++);
			break;
		case SCREEN_ESCAPE:
			read_escape(screen, *bytes++);
			break;
		case SCREEN_SEQUENCE:
			read_sequence(screen, *bytes++);
			break;
		}
	}
}
