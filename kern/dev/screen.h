// screen.h: a terminal's screen: bytes go in, character cells come out. Uses no hardware: its
// cells may be the display's memory or an array of a test.
//
// Besides text it understands \n (down), \r, \b, \t, and of the ANSI sequences (ECMA-48):
//	ESC [ n A, B, C, D     cursor up, down, right, left
//	ESC [ row ; column H   cursor to a place, counted from 1 (also f); ESC [ n G, d: column, row
//	ESC [ n J, K           clear screen, line: 0 from the cursor on, 1 up to it, 2 all
//	ESC [ n ; ... m        colours: 0, 1, 7, 22, 27, 30-37, 39, 40-47, 49, 90-97
//	ESC [ s, u             save the cursor's place, restore it
// Other sequences are skipped.
#pragma once

#include "kern.h"

#define SCREEN_ROWS 25
#define SCREEN_COLUMNS 80
#define SCREEN_CELLS (SCREEN_ROWS * SCREEN_COLUMNS)
#define SCREEN_PARAMETERS 8

struct screen {
	// Cells in the VGA's format: the character in the low byte, the foreground colour in the
	// next four bits, the background colour above. The picture starts at cells[origin].
	// Scrolling moves the origin; only at the end of cells[] the picture is copied.
	uint16_t *cells;
	size_t room; // length of cells[], at least SCREEN_CELLS
	size_t origin;

	uint32_t row;
	uint32_t column; // SCREEN_COLUMNS: the line is full; the next character starts a new one
	uint32_t saved_row, saved_column;

	uint8_t foreground, background; // the VGA's colours
	bool bold, reverse;

	enum { SCREEN_TEXT, SCREEN_ESCAPE, SCREEN_SEQUENCE } state;
	bool private_sequence;    // begins with ESC [ ?
	uint32_t parameter_count; // of the sequence being read
	uint32_t parameters[SCREEN_PARAMETERS];
};

// Use cells[room], with `room`, in cells, at least SCREEN_CELLS, as a screen: clear its first
// SCREEN_CELLS cells, grey on black, with the cursor at the top left. The array is borrowed as long
// as the screen is used. Who uses a screen guards it: these functions take no lock.
void screen_init(struct screen *screen, uint16_t *cells, size_t room);

// Write bytes[n], text and sequences (see above), n = 0 too. A sequence may be spread over several
// calls. \n goes down without going to column 0; below the last row the screen scrolls, and
// `origin` changes. A character of UTF-8 beyond ASCII shows as one small square; other control
// characters show nothing. Takes no lock.
void screen_write(struct screen *screen, const char *bytes, size_t n);

// Returns the index of the cursor's cell in cells[], counted from cells[0], not from the origin. At
// the end of a full line this is the line's last cell.
size_t screen_cursor(const struct screen *screen);
