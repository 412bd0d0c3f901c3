// log_ring.h: the ring of the kernel's log: it keeps the last lines that printk has printed, each
// with its level. A position is a count of bytes since boot; it only grows, and wraps around at
// 2^32.
//
// The ring has no lock of its own: callers hold console_lock (printk.c), except in a panic, when
// only one processor prints.
#pragma once

#include "kern.h"

// The bytes that the ring holds, with one byte for each line's level and one for its end.
#define PRINTK_RING 8192u // a power of two

// Add one line of `n` bytes, at most PRINTK_MAX, without newline. The oldest lines are dropped to
// make room.
void log_ring_add(enum log_level level, const char *line, size_t n);

// Copy the first line at or after *position to `line`, which has room for PRINTK_LINE bytes, as
// "<6>text\n", and move *position to the next. No NUL byte is added. A position before the oldest
// line means that line. Returns the line's length; 0, with *position at the end, if no line is
// left.
size_t log_ring_line(uint32_t *position, char *line);

// Returns the position of the oldest line at or after `position` from which on all lines together
// have at most `max` bytes, as log_ring_line returns them; that of the end if even the newest line
// is longer.
uint32_t log_ring_tail(uint32_t position, size_t max);

// Returns the position of the oldest line: that of the end if there is none.
uint32_t log_ring_start(void);

// Returns the position after the newest line: that of the next line to come.
uint32_t log_ring_end(void);
