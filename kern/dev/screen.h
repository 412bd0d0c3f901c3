// screen.h: a terminal's screen: bytes go in, character cells come out. It knows nothing of hardware:
// its cells may be the display's memory or any other.
//
// Understood besides text: \n (down), \r, \b, \t, and of the ANSI sequences (ECMA-48):
//	ESC [ n A, B, C, D     cursor up, down, right, left
//	ESC [ row ; column H   cursor to a place, counted from 1 (also f); ESC [ n G, d: column, row
//	ESC [ n J, K           clear screen, line: 0 from the cursor on, 1 up to it, 2 all
//	ESC [ n ; ... m        colours: 0, 1, 7, 22, 27, 30-37, 39, 40-47, 49, 90-97
//	ESC [ s, u             remember the cursor, go back to it
// Other sequences are skipped.
#pragma once

#include "kern.h"

#define SCREEN_ROWS 25
#define SCREEN_COLUMNS 80
#define SCREEN_CELLS (SCREEN_ROWS * SCREEN_COLUMNS)
#define SCREEN_PARAMETERS 8

struct screen {
	// Cells as the VGA has them: the character in the low byte, foreground in the next four
	// bits, background above. The picture starts at cells[origin]; scrolling moves it through
	// the room, and copies only when it comes to the end.
	uint16_t *cells;
	size_t room; // cells there are, at least SCREEN_CELLS
	size_t origin;

	uint32_t row;
	uint32_t column; // SCREEN_COLUMNS: the line is full, and the next character starts a new one
	uint32_t saved_row, saved_column;

	uint8_t foreground, background; // the VGA's colours
	bool bold, reverse;

	enum { SCREEN_TEXT, SCREEN_ESCAPE, SCREEN_SEQUENCE } state;
	bool private_sequence;    // begins with ESC [ ?
	uint32_t parameter_count; // of the sequence being read
	uint32_t parameters[SCREEN_PARAMETERS];
};

// Use cells[room] as a screen, and clear it.
void screen_init(struct screen *screen, uint16_t *cells, size_t room);

// Write `n` bytes of text and sequences. A sequence may come in several pieces.
void screen_write(struct screen *screen, const char *bytes, size_t n);

// The index in cells[] of the cursor.
size_t screen_cursor(const struct screen *screen);
