// tty_echo.c: the output of a terminal: what programs write, and the echo of what is typed. It
// keeps count of the cursor's column, without which a tab could not be erased.
#include "tty/tty_line.h"

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

// Show a newline or a carriage return, translated as c_oflag says (termios(3)).
static void show_special(struct tty *tty, char c)
{
	tcflag_t flags = tty->termios.c_oflag;

	if (c == '\r' && (flags & ONOCR) && tty->column == 0)
		return;
	if (c == '\r' && (flags & OCRNL))
		c = '\n';
	if (c == '\n' && (flags & ONLCR)) {
		tty->column = 0;
		tty->output("\r\n", 2);
		return;
	}
	tty->column = c == '\n' && (flags & ONLRET) ? 0 : advance(tty, tty->column, (uint8_t)c);
	tty->output(&c, 1);
}

// Bytes that OPOST does not change are output in runs: a call for each byte would make a long
// listing slow.
void tty_show(struct tty *tty, const char *bytes, size_t n)
{
	assert_spin_held(&tty->lock);
	if (!(tty->termios.c_oflag & OPOST)) {
		tty->output(bytes, n);
		return;
	}
	for (size_t i = 0, from = 0; i <= n; i++) {
		if (i < n && bytes[i] != '\n' && bytes[i] != '\r') {
			tty->column = advance(tty, tty->column, (uint8_t)bytes[i]);
			continue;
		}
		if (i > from)
			tty->output(bytes + from, i - from);
		if (i < n)
			show_special(tty, bytes[i]);
		from = i + 1;
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
