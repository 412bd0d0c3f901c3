// tty_line.c: the line discipline: the fate of each byte that is typed. In canonical mode a line
// can be edited until its end is typed, and only then be read. The order of tests in tty_type is
// Linux's (n_tty.c).
#include "tty/tty_line.h"

#include <abi/signal.h>
#include <ctype.h>

// Returns true if the byte number `at` ends a line.
static bool is_marked(const struct tty *tty, uint32_t at)
{
	at %= TTY_RING;
	return tty->marks[at / 32] >> (at % 32) & 1;
}

// Record whether byte number `at` ends a line.
static void set_mark(struct tty *tty, uint32_t at, bool mark)
{
	uint32_t bit = 1u << at % 32;

	at %= TTY_RING;
	tty->marks[at / 32] = (tty->marks[at / 32] & ~bit) | (mark ? bit : 0);
}

// Returns true if `byte` is the control character number `which` of c_cc. A character set to 0
// is disabled.
static bool is_control(const struct tty *tty, uint8_t byte, int which)
{
	return byte && tty->termios.c_cc[which] == byte;
}

// Returns true if the byte before tty->head continues a character of several bytes (UTF-8:
// 10xxxxxx).
static bool at_continuation(const struct tty *tty)
{
	return tty_input_flag(tty, IUTF8) && (tty->ring[(tty->head - 1) % TTY_RING] & 0xc0) == 0x80;
}

// Erase the last character of the line, all its bytes. Returns its first byte. Caller: the line
// is not empty.
static uint8_t erase_character(struct tty *tty)
{
	while (tty->head - tty->ready > 1 && at_continuation(tty))
		tty->head--;
	tty->head--;
	return (uint8_t)tty->ring[tty->head % TTY_RING];
}

// VERASE. With ECHOE the character is wiped off the screen; else the control character itself is
// echoed, as on a terminal that prints on paper.
static void erase_one(struct tty *tty, uint8_t typed)
{
	uint8_t byte;

	if (tty->head == tty->ready)
		return;
	byte = erase_character(tty);
	if (!tty_local_flag(tty, ECHO))
		return;
	if (tty_local_flag(tty, ECHOE))
		tty_echo_erased(tty, byte);
	else
		tty_echo(tty, typed);
}

// Returns true if VWERASE counts the byte to a word. Bytes of other characters than ASCII do.
static bool is_word_byte(uint8_t byte)
{
	return isalnum(byte) || byte == '_' || byte >= 0x80;
}

// The greatest number of characters that one typed character shows or wipes off the screen: an
// interrupt handler does it, and must not take long. No line of a screen is longer. The rest of the
// echo is lost, as Linux loses what does not fit into its buffer for echoes.
#define ECHO_MAX 1000u

// VWERASE: erase the last word, and everything after it that is no word.
static void erase_word(struct tty *tty)
{
	uint32_t left = tty_local_flag(tty, ECHO) ? ECHO_MAX : 0;
	bool in_word = false;

	while (tty->head != tty->ready) {
		uint8_t byte = (uint8_t)tty->ring[(tty->head - 1) % TTY_RING];

		if (in_word && !is_word_byte(byte))
			break;
		in_word |= is_word_byte(byte);
		byte = erase_character(tty);
		if (left) {
			tty_echo_erased(tty, byte);
			left--;
		}
	}
}

// VKILL. If ECHOK, ECHOKE and ECHOE are set, the line is wiped off the screen; else the control
// character is echoed, with ECHOK followed by a newline.
static void erase_line(struct tty *tty, uint8_t typed)
{
	bool wipe = tty_local_flag(tty, ECHOK) && tty_local_flag(tty, ECHOKE) &&
	            tty_local_flag(tty, ECHOE);
	uint32_t left = tty_local_flag(tty, ECHO) && wipe ? ECHO_MAX : 0;

	for (; tty->head != tty->ready && left; left--)
		tty_echo_erased(tty, erase_character(tty));
	tty->head = tty->ready;
	if (tty_local_flag(tty, ECHO) && !wipe) {
		tty_echo(tty, typed);
		if (tty_local_flag(tty, ECHOK))
			tty_show(tty, "\n", 1);
	}
}

// VREPRINT: show the line being edited, or the end of a long one, again, on a line of its own.
static void reprint(struct tty *tty, uint8_t typed)
{
	uint32_t length = MIN(tty->head - tty->ready, ECHO_MAX);

	tty_echo(tty, typed);
	tty_show(tty, "\n", 1);
	tty->line_column = tty->column;
	for (uint32_t at = tty->head - length; at != tty->head; at++)
		tty_echo(tty, (uint8_t)tty->ring[at % TTY_RING]);
}

// --- Input ---

// Append a byte to the input. Caller: knows that there is room.
static void store(struct tty *tty, uint8_t byte, bool mark)
{
	tty->ring[tty->head % TTY_RING] = (char)byte;
	set_mark(tty, tty->head, mark);
	tty->head++;
}

// One reader is woken: it takes the input. Polls take none, so all of them are woken.
static void wake_readers(struct tty *tty)
{
	waitq_wake_one(&tty->read_wait);
	waitq_wake_polls(&tty->poll_wait, POLLIN | POLLRDNORM);
}

// End the line with `byte` as its last: from now on it can be read.
static void end_line(struct tty *tty, uint8_t byte)
{
	store(tty, byte, true);
	tty->ready = tty->head;
	async_wake(&tty->async, POLL_IN);
	wake_readers(tty);
}

// Process a byte without a special meaning. The last place in the ring is kept for the end of a
// line, or a line that is too long could never be completed.
static void add(struct tty *tty, uint8_t byte)
{
	bool canonical = tty_canonical(tty);

	if (tty->head - tty->tail >= TTY_RING - 1) {
		if (tty_input_flag(tty, IMAXBEL))
			(void)tty->output(tty, "\a", 1);
		return;
	}
	if (tty_local_flag(tty, ECHO)) {
		if (tty->head == tty->ready)
			tty->line_column = tty->column;
		tty_echo(tty, byte);
	}
	store(tty, byte, false);
	if (canonical)
		return;
	async_wake_once(&tty->async, POLL_IN);
	wake_readers(tty);
}

// Returns the signal for which `byte` stands, or 0.
static int signal_of(const struct tty *tty, uint8_t byte)
{
	if (!tty_local_flag(tty, ISIG))
		return 0;
	if (is_control(tty, byte, VINTR))
		return SIGINT;
	if (is_control(tty, byte, VQUIT))
		return SIGQUIT;
	return is_control(tty, byte, VSUSP) ? SIGTSTP : 0;
}

void tty_set_stopped(struct tty *tty, bool stopped)
{
	assert_spin_held(&tty->lock);
	if (tty->stopped != stopped)
		tty_report(tty, stopped ? TIOCPKT_STOP : TIOCPKT_START);
	tty->stopped = stopped;
	if (stopped)
		return;
	waitq_wake_all(&tty->write_wait);
	async_wake_room(&tty->async);
}

// Process ^S and ^Q. Returns true if the byte was one of them.
static bool flow_control(struct tty *tty, uint8_t byte)
{
	if (!tty_input_flag(tty, IXON) ||
	    !(is_control(tty, byte, VSTOP) || is_control(tty, byte, VSTART)))
		return false;
	tty_set_stopped(tty, is_control(tty, byte, VSTOP));
	return true;
}

// Process a character that edits or ends a line. Returns true if the byte was one. VEOF ends the
// line without being part of it: a read returns what was typed so far, or 0, the end of the
// file.
static bool edit(struct tty *tty, uint8_t byte)
{
	bool extended = tty_local_flag(tty, IEXTEN);

	if (is_control(tty, byte, VERASE)) {
		erase_one(tty, byte);
	} else if (extended && is_control(tty, byte, VWERASE)) {
		erase_word(tty);
	} else if (is_control(tty, byte, VKILL)) {
		erase_line(tty, byte);
	} else if (extended && is_control(tty, byte, VLNEXT)) {
		tty->literal = true;
		if (tty_local_flag(tty, ECHO) && tty_local_flag(tty, ECHOCTL))
			tty_show(tty, "^\b", 2);
	} else if (extended && tty_local_flag(tty, ECHO) && is_control(tty, byte, VREPRINT)) {
		reprint(tty, byte);
	} else if (byte == '\n') {
		if (tty_local_flag(tty, ECHO | ECHONL))
			tty_show(tty, "\n", 1);
		end_line(tty, byte);
	} else if (is_control(tty, byte, VEOF)) {
		end_line(tty, '\0');
	} else if (is_control(tty, byte, VEOL) || (extended && is_control(tty, byte, VEOL2))) {
		if (tty_local_flag(tty, ECHO))
			tty_echo(tty, byte);
		end_line(tty, byte);
	} else {
		return false;
	}
	return true;
}

// EXTPROC: another program has edited the line, and has shown it.
static void take_as_is(struct tty *tty, uint8_t byte)
{
	store(tty, byte, false);
	async_wake_once(&tty->async, POLL_IN);
	wake_readers(tty);
}

int tty_type(struct tty *tty, uint8_t byte)
{
	int signo;

	assert_spin_held(&tty->lock);
	if (tty_input_flag(tty, ISTRIP))
		byte &= 0x7f;
	if (tty_local_flag(tty, EXTPROC)) {
		take_as_is(tty, byte);
		return 0;
	}
	if (tty->literal) {
		tty->literal = false;
		add(tty, byte);
		return 0;
	}
	if (flow_control(tty, byte))
		return 0;
	signo = signal_of(tty, byte);
	if (signo) {
		if (!tty_local_flag(tty, NOFLSH)) {
			tty_flush_input(tty);
			tty_report(tty, TIOCPKT_FLUSHREAD | TIOCPKT_FLUSHWRITE);
		}
		tty_set_stopped(tty, false);
		if (tty_local_flag(tty, ECHO))
			tty_echo(tty, byte);
		return signo;
	}
	if (byte == '\r' && tty_input_flag(tty, IGNCR))
		return 0;
	if (byte == '\r' && tty_input_flag(tty, ICRNL))
		byte = '\n';
	else if (byte == '\n' && tty_input_flag(tty, INLCR))
		byte = '\r';
	if (!tty_canonical(tty) || !edit(tty, byte))
		add(tty, byte);
	return 0;
}

// --- What readers see ---

bool tty_has_room(const struct tty *tty)
{
	assert_spin_held(&tty->lock);
	if (tty->head - tty->tail < TTY_RING - 1)
		return true;
	return tty_canonical(tty) && tty->ready == tty->tail;
}

uint32_t tty_available(const struct tty *tty)
{
	assert_spin_held(&tty->lock);
	return (tty_canonical(tty) ? tty->ready : tty->head) - tty->tail;
}

bool tty_readable(const struct tty *tty)
{
	uint32_t least = tty_canonical(tty) || tty->termios.c_cc[VTIME] ?
	                         1 :
	                         MAX(tty->termios.c_cc[VMIN], 1);

	assert_spin_held(&tty->lock);
	return tty_available(tty) >= least;
}

size_t tty_take(struct tty *tty, char *bytes, size_t n, bool *end)
{
	bool canonical = tty_canonical(tty);
	uint32_t available = tty_available(tty);
	size_t done = 0;

	assert_spin_held(&tty->lock);
	*end = false;
	while (available-- && !*end) {
		uint32_t at = tty->tail;
		bool marked = canonical && is_marked(tty, at),
		     eof = marked && tty->ring[at % TTY_RING] == 0;

		// If the buffer is full, a ^D right after it still belongs to this read: else the
		// next read would return 0, and the program take it for the end of the file.
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
	assert_spin_held(&tty->lock);
	tty->tail = tty->ready = tty->head;
	tty->literal = false;
}

// Marks belong to canonical mode only: an old one would cut a later line.
void tty_switch_canonical(struct tty *tty, bool canonical)
{
	assert_spin_held(&tty->lock);
	memset(tty->marks, 0, sizeof(tty->marks));
	tty->ready = tty->tail;
	// Bytes that were typed in the other mode become a line.
	if (canonical && tty->head != tty->tail) {
		set_mark(tty, tty->head - 1, true);
		tty->ready = tty->head;
	}
}
