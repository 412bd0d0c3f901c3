// tty_output.c: the output of a terminal: what programs write, and the echo of what is typed. It
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
	tty->full = used && !tty->output(tty, out, used);
	if (!tty->full)
		return done;
	tty->column = column;
	return 0;
}

// A serial line needs 1.4 ms for a burst. A device that has refused bytes for longer is asked only
// once for each later byte, until it reports room. A program cannot make room while this one runs.
void tty_show(struct tty *tty, const char *bytes, size_t n)
{
	uint32_t tries = tty->full || tty->waits_for_program ? 1 : SHOW_TRIES;

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

#define AFTER_TAB (1u << 16) // stands for the column after a tab: a multiple of 8, far from 0

// Returns how far byte number `at` of the line being edited, a tab, has moved the cursor. That depends
// on the bytes before it, back to the previous tab or to the start of the line. So to erase a whole
// line looks at each byte twice at most.
static uint32_t width_of_tab(const struct tty *tty, uint32_t at)
{
	uint32_t from = at, column;

	while (from != tty->ready && tty->ring[(from - 1) % TTY_RING] != '\t')
		from--;
	column = from == tty->ready ? tty->line_column : AFTER_TAB;
	for (; from != at; from++) {
		uint8_t byte = (uint8_t)tty->ring[from % TTY_RING];

		column = is_shown_with_caret(tty, byte) ? column + 2 : advance(tty, column, byte);
	}
	return advance(tty, column, '\t') - column;
}

// A tab only moved the cursor, so it is undone by moving back. A byte within a character of
// several bytes took no column: nothing to wipe.
void tty_echo_erased(struct tty *tty, uint8_t byte)
{
	assert_spin_held(&tty->lock);
	if (byte == '\t')
		tty_show(tty, "\b\b\b\b\b\b\b\b", width_of_tab(tty, tty->head));
	else if (is_shown_with_caret(tty, byte))
		tty_show(tty, "\b \b\b \b", 6);
	else if (advance(tty, 1, byte) > 1)
		tty_show(tty, "\b \b", 3);
}
