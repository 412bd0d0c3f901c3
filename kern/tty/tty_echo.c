// tty_echo.c: the output of a terminal: what programs write, and the echo of what is typed. It
// keeps count of the cursor's column, without which a tab could not be erased.
#include "tty/tty_line.h"

#define SHOW_TRIES 2000 // how often a device is asked to take the echo

// Returns the cursor's column after `byte` is shown at `column`. Of a character of several bytes
// (UTF-8) only the first counts.
static uint32_t advance(const struct tty *tty, uint32_t column, uint8_t byte)
{
	switch (byte) {
	case '\t':
		return ROUND_DOWN(column, 8u) + 8;
	case '\b':
		return column ? column - 1 : 0;
	case '\r':
		return 0;
	}
	if (byte < ' ' || byte == 0x7f || (tty_input_flag(tty, IUTF8) && (byte & 0xc0) == 0x80))
		return column;
	return column + 1;
}

// Store a byte in out[2], translated as c_oflag says (termios(3)). Returns how many bytes that makes.
static size_t translate(struct tty *tty, char c, char *out)
{
	tcflag_t flags = tty->termios.c_oflag;

	out[0] = c;
	if (!(flags & OPOST))
		return 1;
	if (c == '\r' && (flags & ONOCR) && tty->column == 0)
		return 0;
	if (c == '\r' && (flags & OCRNL))
		out[0] = c = '\n';
	if (c == '\n' && (flags & ONLCR)) {
		tty->column = 0;
		memcpy(out, "\r\n", 2);
		return 2;
	}
	tty->column = c == '\n' && (flags & ONLRET) ? 0 : advance(tty, tty->column, (uint8_t)c);
	return 1;
}

// The device takes all or nothing, so a refusal undoes only the cursor's movement.
size_t tty_show_some(struct tty *tty, const char *bytes, size_t n)
{
	char out[TTY_BURST];
	uint32_t column = tty->column;
	size_t used = 0, done = 0;

	assert_spin_held(&tty->lock);
	while (done < n && used + 2 <= sizeof(out))
		used += translate(tty, bytes[done++], out + used);
	tty->full = used && !tty->output(out, used);
	if (!tty->full)
		return done;
	tty->column = column;
	return 0;
}

// A serial line needs 1.4 ms for a burst. A device that has refused bytes for longer is asked only
// once for each later byte, until it reports room.
void tty_show(struct tty *tty, const char *bytes, size_t n)
{
	uint32_t tries = tty->full ? 1 : SHOW_TRIES;

	assert_spin_held(&tty->lock);
	while (n && tries) {
		size_t done = tty_show_some(tty, bytes, n);

		bytes += done;
		n -= done;
		tries -= !done;
	}
}

// Returns true if ECHOCTL shows the byte as ^X: X is the byte with bit 6 changed.
static bool is_shown_with_caret(const struct tty *tty, uint8_t byte)
{
	return (byte < ' ' || byte == 0x7f) && byte != '\t' && tty_local_flag(tty, ECHOCTL);
}

void tty_echo(struct tty *tty, uint8_t byte)
{
	char text[2] = { '^', (char)(byte ^ 0x40) };

	assert_spin_held(&tty->lock);
	if (is_shown_with_caret(tty, byte)) {
		tty_show(tty, text, 2);
	} else {
		text[0] = (char)byte;
		tty_show(tty, text, 1);
	}
}

// Wipe the last characters off the screen.
static void backspace(struct tty *tty, uint32_t columns)
{
	while (columns--)
		tty_show(tty, "\b \b", 3);
}

// Returns the column after the bytes [tty->ready, end) of the line being edited. It is computed
// from the line's start, because the width of a tab depends on everything before it.
static uint32_t column_at(const struct tty *tty, uint32_t end)
{
	uint32_t column = tty->line_column;

	for (uint32_t at = tty->ready; at != end; at++) {
		uint8_t byte = (uint8_t)tty->ring[at % TTY_RING];

		column = is_shown_with_caret(tty, byte) ? column + 2 : advance(tty, column, byte);
	}
	return column;
}

// A tab only moved the cursor, so it is undone by moving back. A byte within a character of
// several bytes took no column: nothing to wipe.
void tty_echo_erased(struct tty *tty, uint8_t byte)
{
	uint32_t before = column_at(tty, tty->head), behind = advance(tty, before, byte);

	assert_spin_held(&tty->lock);
	if (byte == '\t') {
		for (; behind > before; behind--)
			tty_show(tty, "\b", 1);
	} else if (is_shown_with_caret(tty, byte)) {
		backspace(tty, 2);
	} else if (behind > before) {
		backspace(tty, 1);
	}
}
