// printk.h: where the kernel's messages go: to every registered sink, and into a ring that keeps the
// last few, so that a sink registered late still gets the first lines of the boot.
#pragma once

#include "kern.h"

// A terminal that shows messages: a serial line, the screen. Its fields are constant once registered.
struct console_sink {
	const char *name;
	enum log_level max_level;                   // it shows messages up to this level
	void (*write)(const char *bytes, size_t n); // lines end in "\r\n"; must not sleep or print
	struct console_sink *next;                  // the registry's
};

// Send all later messages to `sink` too, after those that the ring still has. The struct stays the
// registry's for good, unless console_sink_remove takes it back.
void console_sink_register(struct console_sink *sink);
void console_sink_remove(struct console_sink *sink);

// Print text that somebody asked for (results of tests, the monitor's answers) on every sink, whatever
// its level, and keep it out of the ring. "\n" becomes "\r\n"; a line may come in pieces. At most
// PRINTK_MAX bytes a call; the rest is cut off.
void console_printf(const char *format, ...) __printf(1, 2);

// Write the messages of the ring up to `max_level`, the oldest first, through `write`.
void printk_replay(enum log_level max_level, void (*write)(const char *bytes, size_t n));

// The longest message; of a longer one the end is replaced by "...".
#define PRINTK_MAX 256
