// printk.h: the way of the kernel's messages: to every registered sink, and into a ring that keeps
// the last ones (log_ring.h). So a sink that is registered late still gets the first lines of the
// boot.
#pragma once

#include "kern.h"

// A device that shows messages: a serial port, the screen. The fields are constant once the sink
// is registered.
struct console_sink {
	const char *name;
	enum log_level max_level;                   // shows messages up to this level
	void (*write)(const char *bytes, size_t n); // lines end in "\r\n"; must not sleep or print
	struct console_sink *next;                  // set by console_sink_register
};

// Add `sink`, which is not registered, as the last one: write to it the messages of the ring, and
// then all later ones, up to its max_level. The struct must stay valid until console_sink_remove.
// Caller: does not hold console_lock.
void console_sink_register(struct console_sink *sink);

// Send no more messages to `sink`; its struct may go afterwards. Does nothing if it is not
// registered. Caller: does not hold console_lock.
// Only tests need it so far: their sinks end with them, the console stays.
void console_sink_remove(struct console_sink *sink);

// Print text that a user has asked for (results of tests, answers of the monitor) on every sink,
// whatever its level. The ring does not keep it. "\n" becomes "\r\n"; a line may be printed in
// pieces. A text of PRINTK_MAX bytes or more is cut, and ends in "...". Caller: does not hold
// console_lock, so no lock of RANK_CONSOLE or above.
void console_printf(const char *format, ...) __printf(1, 2);

// Call `write` for each line of the ring whose level is at most `max_level`, the oldest first, with
// "\r\n" at its end, which `n` counts; `bytes` is valid for the call only. Takes no lock: the
// caller makes sure that nobody prints meanwhile (console_lock, or the machine stands still);
// `write` must not use printk.
void printk_replay(enum log_level max_level, void (*write)(const char *bytes, size_t n));

// The longest line that printk_line returns.
#define PRINTK_LINE (PRINTK_MAX + 4)

// Copy the first line at or after *position to line[PRINTK_LINE], as "<6>text\n", and move
// *position to the next. No NUL byte is added. A position is a count of bytes since boot; positions
// before the oldest line mean that line. Returns the line's length; 0, with *position at the end,
// if no line is left. Caller: does not hold console_lock.
size_t printk_line(uint32_t *position, char *line);

// Returns the position of the oldest line at or after `position` from which on all lines together
// have at most `max` bytes, as printk_line returns them; that of the end (printk_end) if even the
// newest line is longer. Caller: does not hold console_lock.
uint32_t printk_tail(uint32_t position, size_t max);

// Returns the position after the newest line: that of the next line to come. Caller: does not hold
// console_lock.
uint32_t printk_end(void);

// The length of the longest message. The end of a longer one is replaced by "...".
#define PRINTK_MAX 256
