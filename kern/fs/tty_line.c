// tty_line.c: the line discipline.
#include "fs/tty_line.h"

#include <abi/signal.h>
#include <ctype.h>

static bool is_marked(const struct tty *tty, uint32_t at)
{
	at %= TTY_RING;
	return tty->marks[at / 32] >> (at % 32) & 1;
}

static void set_mark(struct tty *tty, uint32_t at, bool mark)
{
	uint32_t bit = 1u << at % 32;

	at %= TTY_RING;
	tty->marks[at / 32] = (tty->marks[at / 32] & ~bit) | (mark ? bit : 0);
}

static bool input_flag(const struct tty *tty, tcflag_t flag)
{
	return tty->termios.c_iflag & flag;
}

static bool local_flag(const struct tty *tty, tcflag_t flag)
{
	return tty->termios.c_lflag & flag;
}

// Is `byte` the control character number `which`? One that is set to 0 is disabled.
static bool is_control(const struct tty *tty, uint8_t byte, int which)
{
	return byte && tty->termios.c_cc[which] == byte;
}

// --- Output ---

// Columns that a byte takes, at `column`. Of a character of several bytes only the first counts.
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
	if (byte < ' ' || byte == 0x7f || (input_flag(tty, IUTF8) && (byte & 0xc0) == 0x80))
		return column;
	return column + 1;
}

// One byte that OPOST may change.
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

void tty_show(struct tty *tty, const char *bytes, size_t n)
{
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

// --- Echo ---

static bool is_shown_with_caret(const struct tty *tty, uint8_t byte)
{
	return (byte < ' ' || byte == 0x7f) && byte != '\t' && local_flag(tty, ECHOCTL);
}

static void echo(struct tty *tty, uint8_t byte)
{
	char text[2] = { '^', (char)(byte ^ 0x40) };

	if (is_shown_with_caret(tty, byte)) {
		tty_show(tty, text, 2);
	} else {
		text[0] = (char)byte;
		tty_show(tty, text, 1);
	}
}

static void backspace(struct tty *tty, uint32_t columns)
{
	while (columns--)
		tty_show(tty, "\b \b", 3);
}

// The column behind the bytes [tty->ready, end) of the line being edited.
static uint32_t column_at(const struct tty *tty, uint32_t end)
{
	uint32_t column = tty->line_column;

	for (uint32_t at = tty->ready; at != end; at++) {
		uint8_t byte = (uint8_t)tty->ring[at % TTY_RING];

		column = is_shown_with_caret(tty, byte) ? column + 2 : advance(tty, column, byte);
	}
	return column;
}

// Take the byte that was erased at tty->head off the screen.
static void echo_erased(struct tty *tty, uint8_t byte)
{
	uint32_t before = column_at(tty, tty->head), behind = advance(tty, before, byte);

	if (byte == '\t') {
		for (; behind > before; behind--)
			tty_show(tty, "\b", 1);
	} else if (is_shown_with_caret(tty, byte)) {
		backspace(tty, 2);
	} else if (behind > before) {
		backspace(tty, 1);
	}
}

// --- Editing ---

// Is the byte before tty->head one of those within a character of several bytes?
static bool at_continuation(const struct tty *tty)
{
	return input_flag(tty, IUTF8) && (tty->ring[(tty->head - 1) % TTY_RING] & 0xc0) == 0x80;
}

// Erase the last character of the line. Returns its first byte.
static uint8_t erase_character(struct tty *tty)
{
	while (tty->head - tty->ready > 1 && at_continuation(tty))
		tty->head--;
	tty->head--;
	return (uint8_t)tty->ring[tty->head % TTY_RING];
}

static void erase_one(struct tty *tty, uint8_t typed)
{
	uint8_t byte;

	if (tty->head == tty->ready)
		return;
	byte = erase_character(tty);
	if (!local_flag(tty, ECHO))
		return;
	if (local_flag(tty, ECHOE))
		echo_erased(tty, byte);
	else
		echo(tty, typed);
}

static bool is_word_byte(uint8_t byte)
{
	return isalnum(byte) || byte == '_' || byte >= 0x80;
}

// Erase the last word, and what is no word behind it.
static void erase_word(struct tty *tty)
{
	bool in_word = false;

	while (tty->head != tty->ready) {
		uint8_t byte = (uint8_t)tty->ring[(tty->head - 1) % TTY_RING];

		if (in_word && !is_word_byte(byte))
			break;
		in_word |= is_word_byte(byte);
		byte = erase_character(tty);
		if (local_flag(tty, ECHO))
			echo_erased(tty, byte);
	}
}

static void erase_line(struct tty *tty, uint8_t typed)
{
	bool wipe = local_flag(tty, ECHOK) && local_flag(tty, ECHOKE) && local_flag(tty, ECHOE);

	while (tty->head != tty->ready) {
		uint8_t byte = erase_character(tty);

		if (local_flag(tty, ECHO) && wipe)
			echo_erased(tty, byte);
	}
	if (local_flag(tty, ECHO) && !wipe) {
		echo(tty, typed);
		if (local_flag(tty, ECHOK))
			tty_show(tty, "\n", 1);
	}
}

// Show the line again, on a line of its own.
static void reprint(struct tty *tty, uint8_t typed)
{
	echo(tty, typed);
	tty_show(tty, "\n", 1);
	tty->line_column = tty->column;
	for (uint32_t at = tty->ready; at != tty->head; at++)
		echo(tty, (uint8_t)tty->ring[at % TTY_RING]);
}

// --- Input ---

static void store(struct tty *tty, uint8_t byte, bool mark)
{
	tty->ring[tty->head % TTY_RING] = (char)byte;
	set_mark(tty, tty->head, mark);
	tty->head++;
}

static void wake_readers(struct tty *tty)
{
	waitq_wake_one(&tty->read_wait);
	waitq_wake_all(&tty->poll_wait);
}

// The line is complete: `byte` is its last.
static void end_line(struct tty *tty, uint8_t byte)
{
	store(tty, byte, true);
	tty->ready = tty->head;
	wake_readers(tty);
}

// A byte without a meaning of its own. The last place in the ring is kept for the end of a line.
static void add(struct tty *tty, uint8_t byte)
{
	bool canonical = local_flag(tty, ICANON);

	if (tty->head - tty->tail >= TTY_RING - 1) {
		if (input_flag(tty, IMAXBEL))
			tty->output("\a", 1);
		return;
	}
	if (local_flag(tty, ECHO)) {
		if (tty->head == tty->ready)
			tty->line_column = tty->column;
		echo(tty, byte);
	}
	store(tty, byte, false);
	if (!canonical)
		wake_readers(tty);
}

static int signal_of(const struct tty *tty, uint8_t byte)
{
	if (!local_flag(tty, ISIG))
		return 0;
	if (is_control(tty, byte, VINTR))
		return SIGINT;
	if (is_control(tty, byte, VQUIT))
		return SIGQUIT;
	return is_control(tty, byte, VSUSP) ? SIGTSTP : 0;
}

void tty_set_stopped(struct tty *tty, bool stopped)
{
	tty->stopped = stopped;
	if (!stopped)
		waitq_wake_all(&tty->write_wait);
}

// ^S and ^Q. true when it was one of them.
static bool flow_control(struct tty *tty, uint8_t byte)
{
	if (!input_flag(tty, IXON) ||
	    !(is_control(tty, byte, VSTOP) || is_control(tty, byte, VSTART)))
		return false;
	tty_set_stopped(tty, is_control(tty, byte, VSTOP));
	return true;
}

// Characters that edit or end a line. true when it was one.
static bool edit(struct tty *tty, uint8_t byte)
{
	bool extended = local_flag(tty, IEXTEN);

	if (is_control(tty, byte, VERASE)) {
		erase_one(tty, byte);
	} else if (extended && is_control(tty, byte, VWERASE)) {
		erase_word(tty);
	} else if (is_control(tty, byte, VKILL)) {
		erase_line(tty, byte);
	} else if (extended && is_control(tty, byte, VLNEXT)) {
		tty->literal = true;
		if (local_flag(tty, ECHO) && local_flag(tty, ECHOCTL))
			tty_show(tty, "^\b", 2);
	} else if (extended && local_flag(tty, ECHO) && is_control(tty, byte, VREPRINT)) {
		reprint(tty, byte);
	} else if (byte == '\n') {
		if (local_flag(tty, ECHO | ECHONL))
			tty_show(tty, "\n", 1);
		end_line(tty, byte);
	} else if (is_control(tty, byte, VEOF)) {
		end_line(tty, '\0');
	} else if (is_control(tty, byte, VEOL) || (extended && is_control(tty, byte, VEOL2))) {
		if (local_flag(tty, ECHO))
			echo(tty, byte);
		end_line(tty, byte);
	} else {
		return false;
	}
	return true;
}

int tty_type(struct tty *tty, uint8_t byte)
{
	int signo;

	if (input_flag(tty, ISTRIP))
		byte &= 0x7f;
	if (tty->literal) {
		tty->literal = false;
		add(tty, byte);
		return 0;
	}
	if (flow_control(tty, byte))
		return 0;
	signo = signal_of(tty, byte);
	if (signo) {
		if (!local_flag(tty, NOFLSH))
			tty_flush_input(tty);
		tty_set_stopped(tty, false);
		if (local_flag(tty, ECHO))
			echo(tty, byte);
		return signo;
	}
	if (byte == '\r' && input_flag(tty, IGNCR))
		return 0;
	if (byte == '\r' && input_flag(tty, ICRNL))
		byte = '\n';
	else if (byte == '\n' && input_flag(tty, INLCR))
		byte = '\r';
	if (!local_flag(tty, ICANON) || !edit(tty, byte))
		add(tty, byte);
	return 0;
}

// --- What readers see ---

bool tty_has_room(const struct tty *tty)
{
	if (tty->head - tty->tail < TTY_RING - 1)
		return true;
	return local_flag(tty, ICANON) && tty->ready == tty->tail;
}

uint32_t tty_available(const struct tty *tty)
{
	return (local_flag(tty, ICANON) ? tty->ready : tty->head) - tty->tail;
}

bool tty_readable(const struct tty *tty)
{
	uint32_t least = local_flag(tty, ICANON) || tty->termios.c_cc[VTIME] ?
	                         1 :
	                         MAX(tty->termios.c_cc[VMIN], 1);

	return tty_available(tty) >= least;
}

size_t tty_take(struct tty *tty, char *bytes, size_t n, bool *end)
{
	bool canonical = local_flag(tty, ICANON);
	uint32_t available = tty_available(tty);
	size_t done = 0;

	*end = false;
	while (available-- && !*end) {
		uint32_t at = tty->tail;
		bool marked = canonical && is_marked(tty, at),
		     eof = marked && tty->ring[at % TTY_RING] == 0;

		// With the buffer full, an end of file right behind it still belongs to it.
		if (done == n && !eof)
			break;
		if (!eof)
			bytes[done++] = tty->ring[at % TTY_RING];
		tty->tail++;
		*end = marked;
	}
	return done;
}

void tty_flush_input(struct tty *tty)
{
	tty->tail = tty->ready = tty->head;
	tty->literal = false;
}

void tty_switch_canonical(struct tty *tty, bool canonical)
{
	memset(tty->marks, 0, sizeof(tty->marks));
	tty->ready = tty->tail;
	// What was typed before becomes a line.
	if (canonical && tty->head != tty->tail) {
		set_mark(tty, tty->head - 1, true);
		tty->ready = tty->head;
	}
}
