// test_screen.c: text and escape sequences on a screen in ordinary memory.
#include "debug/ktest.h"
#include "dev/screen.h"

#define ROOM (SCREEN_CELLS + 2 * SCREEN_COLUMNS)
#define PLAIN 0x0700 // grey on black

static uint16_t cells[ROOM];
static struct screen screen;

static void start(void)
{
	screen_init(&screen, cells, ROOM);
}

static void write(const char *text)
{
	screen_write(&screen, text, strlen(text));
}

static uint16_t cell(uint32_t row, uint32_t column)
{
	return cells[screen.origin + row * SCREEN_COLUMNS + column];
}

// Returns true if the screen shows `text` from a place on, in plain colours.
static bool shows(uint32_t row, uint32_t column, const char *text)
{
	for (; *text; text++, column++)
		if (cell(row, column) != (PLAIN | (uint8_t)*text))
			return false;
	return true;
}

static bool cursor_at(uint32_t row, uint32_t column)
{
	return screen_cursor(&screen) == screen.origin + row * SCREEN_COLUMNS + column;
}

KTEST(screen_starts_blank)
{
	start();
	for (uint32_t i = 0; i < SCREEN_CELLS; i++)
		if (cells[i] != (PLAIN | ' '))
			ktest_fail(__FILE__, __LINE__, "cell %u is %#x", i, cells[i]);
	EXPECT(cursor_at(0, 0));
}

KTEST(screen_moves_by_control_characters)
{
	start();
	write("ab\r\nc\td\be");
	EXPECT(shows(0, 0, "ab "));
	EXPECT(shows(1, 0, "c       e "));
	EXPECT(cursor_at(1, 9));
	write("\r\b\bf\nX");
	EXPECT(shows(1, 0, "f "));
	EXPECT(shows(2, 0, " X"));
}

KTEST(screen_wraps_with_the_character_after_the_last)
{
	start();
	for (int i = 0; i < SCREEN_COLUMNS; i++)
		write("x");
	EXPECT(cursor_at(0, SCREEN_COLUMNS - 1));
	write("y");
	EXPECT(shows(0, SCREEN_COLUMNS - 1, "x"));
	EXPECT(shows(1, 0, "y "));

	// A full line and a newline make one line, not two.
	start();
	for (int i = 0; i < SCREEN_COLUMNS; i++)
		write("x");
	write("\r\ny");
	EXPECT(shows(1, 0, "y"));
}

KTEST(screen_scrolls_through_its_room_and_back)
{
	start();
	write("first\r\nsecond");
	for (uint32_t scrolled = 1; scrolled <= 7; scrolled++) {
		char line[16] = "line 0";

		line[5] += scrolled;
		write("\033[25;1H\r\n");
		write(line);
		EXPECT(screen.origin + SCREEN_CELLS <= ROOM);
		EXPECT(shows(SCREEN_ROWS - 1, 0, line));
		EXPECT(shows(SCREEN_ROWS - 1, 6, "      "));
		if (scrolled == 1)
			EXPECT(shows(0, 0, "second"));
		else
			EXPECT(shows(SCREEN_ROWS - 2, 0, "line "));
	}
}

KTEST(screen_moves_the_cursor)
{
	start();
	write("\033[5;10H");
	EXPECT(cursor_at(4, 9));
	write("\033[A\033[2C");
	EXPECT(cursor_at(3, 11));
	write("\033[3B\033[D");
	EXPECT(cursor_at(6, 10));
	write("\033[s\033[H");
	EXPECT(cursor_at(0, 0));
	write("\033[u");
	EXPECT(cursor_at(6, 10));
	write("\033[999;999H");
	EXPECT(cursor_at(SCREEN_ROWS - 1, SCREEN_COLUMNS - 1));
	write("\033[999A\033[999D");
	EXPECT(cursor_at(0, 0));
	write("\033[4d\033[7G");
	EXPECT(cursor_at(3, 6));
}

KTEST(screen_erases)
{
	start();
	write("abcdef\r\nghijkl\r\nmnopqr\033[2;3H");
	write("\033[K");
	EXPECT(shows(1, 0, "gh    "));
	write("\033[1K");
	EXPECT(shows(1, 0, "      "));
	write("\033[1;4H\033[1J");
	EXPECT(shows(0, 0, "    ef"));
	write("\033[3;2H\033[J");
	EXPECT(shows(2, 0, "m     "));
	write("\033[2J");
	EXPECT(shows(0, 0, "      "));
	EXPECT(shows(2, 0, "      "));
	EXPECT(cursor_at(2, 1));
}

KTEST(screen_has_colours)
{
	start();
	write("\033[31ma\033[1mb\033[44mc\033[0md\033[7me\033[27;92mf\033[mg");
	EXPECT_EQ(cell(0, 0), 0x0400 | 'a');
	EXPECT_EQ(cell(0, 1), 0x0C00 | 'b');
	EXPECT_EQ(cell(0, 2), 0x1C00 | 'c');
	EXPECT_EQ(cell(0, 3), 0x0700 | 'd');
	EXPECT_EQ(cell(0, 4), 0x7000 | 'e');
	EXPECT_EQ(cell(0, 5), 0x0A00 | 'f');
	EXPECT_EQ(cell(0, 6), 0x0700 | 'g');
}

KTEST(screen_skips_what_it_does_not_know)
{
	start();
	write("a\033[?25lb\033[12zc\033(Bd\033=e\a\177f");
	EXPECT(shows(0, 0, "abcdef "));

	// Too many parameters, and a number that is too large.
	start();
	write("\033[1;2;3;4;5;6;7;8;9;10;11;31mx\033[4294967297;4294967298Hy");
	EXPECT(shows(SCREEN_ROWS - 1, SCREEN_COLUMNS - 1, "") && cell(0, 0) != (PLAIN | ' '));
	EXPECT_EQ((uint8_t)cell(SCREEN_ROWS - 1, SCREEN_COLUMNS - 1), 'y');

	// One cell for a character of several bytes.
	start();
	write("\xC3\xA9!");
	EXPECT_EQ((uint8_t)cell(0, 1), '!');
}

KTEST(screen_takes_sequences_in_pieces)
{
	start();
	write("\033");
	write("[");
	write("2;");
	write("3");
	write("Hx");
	EXPECT(shows(1, 2, "x"));
}
