// test_tty.c: typing into a terminal that exists only here.
#include "debug/ktest.h"
#include "tty/tty_line.h"
#include <abi/signal.h>

static struct tty tty;
static char shown[512]; // the output of the terminal, as a string
static size_t shown_used;
static int shows; // how often the device took bytes

static bool device_full; // the terminal's device takes nothing

static bool show(struct tty *to, const char *bytes, size_t n)
{
	(void)to;
	if (device_full)
		return false;
	shows++;
	n = MIN(n, sizeof(shown) - 1 - shown_used);
	memcpy(shown + shown_used, bytes, n);
	shown_used += n;
	shown[shown_used] = '\0';
	return true;
}

static void begin(void)
{
	memset(&tty, 0, sizeof(tty));
	tty.name = "test";
	tty.output = show;
	tty_init(&tty);
	tty_remove(&tty); // so that no process finds it
	shown_used = 0;
	shown[0] = '\0';
}

// Type a string. Returns the last signal that it caused, or 0.
static int type(const char *text)
{
	int signo = 0;

	spin_lock(&tty.lock);
	for (; *text; text++) {
		int s = tty_type(&tty, (uint8_t)*text);

		signo = s ? s : signo;
	}
	spin_unlock(&tty.lock);
	return signo;
}

// Returns what a read of at most `n` bytes gets, as a string. *end: as of tty_take.
static const char *take(size_t n, bool *end)
{
	static char got[TTY_RING + 1];

	spin_lock(&tty.lock);
	n = tty_take(&tty, got, n, end);
	spin_unlock(&tty.lock);
	got[n] = '\0';
	return got;
}

static bool readable(void)
{
	bool result;

	spin_lock(&tty.lock);
	result = tty_readable(&tty);
	spin_unlock(&tty.lock);
	return result;
}

static uint32_t available(void)
{
	uint32_t result;

	spin_lock(&tty.lock);
	result = tty_available(&tty);
	spin_unlock(&tty.lock);
	return result;
}

static bool same(const char *got, const char *want, int line)
{
	if (strcmp(got, want) == 0)
		return true;
	ktest_fail(__FILE__, line, "got \"%s\", expected \"%s\"", got, want);
	return false;
}

#define EXPECT_TEXT(got, want) same(got, want, __LINE__)

KTEST(tty_gives_whole_lines)
{
	bool end;

	begin();
	type("one\rtw");
	EXPECT(readable());
	EXPECT_EQ(available(), 4);
	EXPECT_TEXT(take(2, &end), "on");
	EXPECT(!end);
	EXPECT_TEXT(take(100, &end), "e\n");
	EXPECT(end);
	EXPECT(!readable());
	EXPECT_TEXT(take(100, &end), "");
	type("o\n");
	EXPECT_TEXT(take(100, &end), "two\n");
	EXPECT_TEXT(shown, "one\r\ntwo\r\n");
}

KTEST(tty_edits_lines)
{
	bool end;

	begin();
	type("ab\177c\n");
	EXPECT_TEXT(take(100, &end), "ac\n");
	EXPECT_TEXT(shown, "ab\b \bc\r\n");

	begin();
	type("\177x\025yz\n"); // nothing to erase; ^U
	EXPECT_TEXT(take(100, &end), "yz\n");
	EXPECT_TEXT(shown, "x\b \byz\r\n");

	begin();
	type("ls  foo-bar \027\027q\n"); // ^W erases a word and what follows it
	EXPECT_TEXT(take(100, &end), "ls  q\n");

	begin();
	type("a\001b\177\177\177c\n"); // ^A is shown as two characters and erased as two
	EXPECT_TEXT(take(100, &end), "c\n");
	EXPECT_TEXT(shown, "a^Ab\b \b\b \b\b \b\b \bc\r\n");

	begin();
	type("ab\tc\177\177d\n"); // erasing a tab goes back to its start
	EXPECT_TEXT(take(100, &end), "abd\n");
	EXPECT_TEXT(shown, "ab\tc\b \b\b\b\b\b\b\bd\r\n");

	begin();
	type("a\tb\tc\177\177d\n"); // the second tab begins after the first one
	EXPECT_TEXT(take(100, &end), "a\tbd\n");
	EXPECT_TEXT(shown, "a\tb\tc\b \b\b\b\b\b\b\b\bd\r\n");

	begin();
	type("a\n");
	type("\177b\n"); // a complete line cannot be erased
	EXPECT_TEXT(take(100, &end), "a\n");
	EXPECT_TEXT(take(100, &end), "b\n");
}

// One typed character must not keep the interrupt handler busy for long, however long the line is.
KTEST(tty_bounds_its_echo)
{
	static const char *const keys[] = { "\022", "\027", "\025" }; // ^R, ^W, ^U

	for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
		begin();
		for (uint32_t n = 0; n < TTY_RING - 1; n++)
			type("a");
		shows = 0;
		type(keys[i]);
		EXPECT(shows > 900 && shows < 1100);
		EXPECT_EQ(tty.head - tty.ready, i ? 0 : TTY_RING - 1);
	}
}

KTEST(tty_ends_input)
{
	bool end;

	begin();
	type("\004");
	EXPECT(readable());
	EXPECT_TEXT(take(100, &end), "");
	EXPECT(end);
	EXPECT(!readable());
	type("ab\004cd\n"); // after text ^D ends a line without a newline
	EXPECT_TEXT(take(100, &end), "ab");
	EXPECT_TEXT(take(100, &end), "cd\n");
	type("ab\004"); // with the buffer full, ^D goes with its line
	EXPECT_TEXT(take(2, &end), "ab");
	EXPECT(end);
	EXPECT(!readable());
	type("\026\004\n"); // after ^V, ^D is an ordinary character
	EXPECT_TEXT(take(100, &end), "\004\n");
}

KTEST(tty_sends_signals)
{
	bool end;

	begin();
	EXPECT_EQ(type("abc\003"), SIGINT);
	EXPECT_EQ(available(), 0);
	EXPECT_TEXT(shown, "abc^C");
	EXPECT_EQ(type("\034"), SIGQUIT);
	EXPECT_EQ(type("\032"), SIGTSTP);
	EXPECT_EQ(type("\026\003x\n"), 0);
	EXPECT_TEXT(take(100, &end), "\003x\n");
	tty.termios.c_lflag |= NOFLSH;
	EXPECT_EQ(type("ab\003"), SIGINT);
	type("c\n");
	EXPECT_TEXT(take(100, &end), "abc\n");
	tty.termios.c_lflag &= ~(tcflag_t)ISIG;
	EXPECT_EQ(type("\003\n"), 0);
	EXPECT_TEXT(take(100, &end), "\003\n");
}

KTEST(tty_stops_output)
{
	begin();
	type("\023");
	EXPECT(tty.stopped);
	type("\021");
	EXPECT(!tty.stopped);
	type("\023");
	type("\003");
	EXPECT(!tty.stopped);
	tty.termios.c_iflag &= ~(tcflag_t)IXON;
	type("\023");
	EXPECT(!tty.stopped);
}

KTEST(tty_passes_everything_when_raw)
{
	bool end;

	begin();
	tty.termios.c_lflag = 0;
	tty.termios.c_iflag = 0;
	EXPECT_EQ(type("a\r\003\004\177"), 0);
	EXPECT_TEXT(take(100, &end), "a\r\003\004\177");
	EXPECT(!end);
	EXPECT_TEXT(shown, "");
	tty.termios.c_cc[VMIN] = 3;
	type("ab");
	EXPECT(!readable());
	type("c");
	EXPECT(readable());
}

// Bytes that were typed without ICANON become a line when it is switched on.
KTEST(tty_switches_canonical)
{
	bool end;

	begin();
	tty.termios.c_lflag &= ~(tcflag_t)ICANON;
	type("abc");
	spin_lock(&tty.lock);
	tty_switch_canonical(&tty, true);
	tty.termios.c_lflag |= ICANON;
	spin_unlock(&tty.lock);
	type("d\n");
	EXPECT_TEXT(take(100, &end), "abc");
	EXPECT_TEXT(take(100, &end), "d\n");
}

KTEST(tty_bounds_a_line)
{
	static uint8_t chunk[100];
	bool end;

	begin();
	memset(chunk, 'x', sizeof(chunk));
	for (int i = 0; i < 60; i++)
		// the rest is dropped
		EXPECT_EQ(tty_input(&tty, chunk, sizeof(chunk)), sizeof(chunk));
	EXPECT(!readable());
	type("\n");
	EXPECT_EQ(tty_input(&tty, chunk, sizeof(chunk)), 0); // a complete line waits
	EXPECT(tty.refused);
	EXPECT_EQ(strlen(take(TTY_RING, &end)), TTY_RING);
	EXPECT(end);
	EXPECT_EQ(tty_input(&tty, chunk, sizeof(chunk)), sizeof(chunk));
}

static uint32_t resumed;

static void count_resumes(struct tty *from)
{
	(void)from;
	resumed++;
}

// Bytes that were refused are requested once there is room, also if other bytes were taken since.
KTEST(tty_requests_refused_bytes)
{
	static uint8_t chunk[TTY_RING];

	begin();
	tty.resume = count_resumes;
	resumed = 0;
	memset(chunk, 'x', sizeof(chunk));
	tty_input(&tty, chunk, sizeof(chunk));
	type("\n");
	EXPECT_EQ(tty_input(&tty, chunk, 1), 0);
	tty_resume_input(&tty);
	EXPECT_EQ(resumed, 0); // there is no room
	spin_lock(&tty.lock);
	tty_flush_input(&tty);
	spin_unlock(&tty.lock);
	EXPECT_EQ(tty_input(&tty, chunk, 1), 1); // from another device
	tty_resume_input(&tty);
	tty_resume_input(&tty);
	EXPECT_EQ(resumed, 1);
}

KTEST(tty_translates_output)
{
	begin();
	spin_lock(&tty.lock);
	tty_show(&tty, "a\nb\rc\n\n", 7);
	EXPECT_TEXT(shown, "a\r\nb\rc\r\n\r\n");
	tty.termios.c_oflag = OPOST | OCRNL;
	tty_show(&tty, "\rx\n", 3);
	EXPECT_TEXT(shown, "a\r\nb\rc\r\n\r\n\nx\n");
	tty.termios.c_oflag = 0;
	tty_show(&tty, "\n", 1);
	EXPECT_TEXT(shown, "a\r\nb\rc\r\n\r\n\nx\n\n");
	spin_unlock(&tty.lock);
}

KTEST(tty_output_waits_for_a_full_device)
{
	begin();
	spin_lock(&tty.lock);
	EXPECT_EQ(tty_show_some(&tty, "0123456789abcdefghij", 20), TTY_BURST - 1);
	device_full = true;
	EXPECT_EQ(tty_show_some(&tty, "fghij", 5), 0);
	EXPECT(tty.full);
	EXPECT_EQ(tty.column, TTY_BURST - 1);
	tty_show(&tty, "echo", 4); // returns, and the bytes are lost
	EXPECT(tty.full);
	device_full = false;
	spin_unlock(&tty.lock);
	tty_output_room(&tty);
	EXPECT(!tty.full);
	spin_lock(&tty.lock);
	EXPECT_EQ(tty_show_some(&tty, "fghij", 5), 5);
	EXPECT_TEXT(shown, "0123456789abcdefghij");
	spin_unlock(&tty.lock);
}
