// printk.c: messages with levels. A message is formatted once, on the stack, and cut into lines.
// Each line is kept in the ring and written to every sink that shows its level.
#include "debug/printk.h"

#include <stdio.h>

#include "cpu/spinlock.h"
#include "debug/panic.h"

// Guards the list of sinks, the ring, and the order of lines on all sinks.
static struct spinlock console_lock = SPINLOCK_INIT("console", RANK_CONSOLE);

static struct console_sink *sinks;

// The lines of the ring, each as level digit, text, '\n'. The positions only grow; position %
// PRINTK_RING is the index. [ring_start, ring_end) holds whole lines.
static char ring[PRINTK_RING];
static uint32_t ring_start, ring_end;

// Take the lock, except in a panic: then only one CPU prints, and the code that failed may hold
// it.
static void console_acquire(void)
{
	if (!panic_started())
		spin_lock(&console_lock);
}

static void console_release(void)
{
	if (!panic_started())
		spin_unlock(&console_lock);
}

// Append bytes to the ring, in two pieces if they reach its end. Caller: has made room.
static void ring_put(const char *bytes, size_t n)
{
	uint32_t index = ring_end % PRINTK_RING;
	size_t first = MIN(n, PRINTK_RING - index);

	memcpy(ring + index, bytes, first);
	memcpy(ring, bytes + first, n - first);
	ring_end += n;
}

// Add one line without its newline to the ring. The oldest lines are dropped to make room.
static void ring_add_line(enum log_level level, const char *line, size_t n)
{
	char digit = '0' + level;

	while (ring_end - ring_start + n + 2 > PRINTK_RING)
		while (ring[ring_start++ % PRINTK_RING] != '\n')
			;
	ring_put(&digit, 1);
	ring_put(line, n);
	ring_put("\n", 1);
}

// Each message is copied to the stack first, since it may be split at the ring's end.
void printk_replay(enum log_level max_level, void (*write)(const char *bytes, size_t n))
{
	char line[PRINTK_MAX + 2];
	uint32_t at = ring_start;

	while (at != ring_end) {
		enum log_level level = ring[at++ % PRINTK_RING] - '0';
		size_t n = 0;

		while ((line[n] = ring[at++ % PRINTK_RING]) != '\n')
			n++;
		line[n++] = '\r';
		line[n++] = '\n';
		if (level <= max_level)
			write(line, n);
	}
}

// Returns `position`, or that of the oldest line if it is before that. Positions wrap around, so
// their difference decides. Caller: holds console_lock, except in a panic.
static uint32_t in_ring(uint32_t position)
{
	return (int32_t)(position - ring_start) < 0 ? ring_start : position;
}

// "<6>" has two bytes more than the ring's level digit.
size_t printk_line(uint32_t *position, char *line)
{
	uint32_t at;
	size_t n = 0;

	console_acquire();
	at = in_ring(*position);
	if (at != ring_end) {
		line[n++] = '<';
		line[n++] = ring[at++ % PRINTK_RING];
		line[n++] = '>';
		do
			line[n] = ring[at++ % PRINTK_RING];
		while (line[n++] != '\n');
	}
	*position = at;
	console_release();
	return n;
}

// From the newest byte back: the last line that begins within `max` bytes.
uint32_t printk_tail(uint32_t position, size_t max)
{
	uint32_t at, found;
	size_t size = 0;

	console_acquire();
	position = in_ring(position);
	found = ring_end;
	for (at = ring_end; at != position && size < max;) {
		at--;
		size++;
		if (at != position && ring[(at - 1) % PRINTK_RING] != '\n')
			continue;
		size += 2;
		if (size <= max)
			found = at;
	}
	console_release();
	return found;
}

uint32_t printk_end(void)
{
	uint32_t end;

	console_acquire();
	end = ring_end;
	console_release();
	return end;
}

// The lock is held from the replay to the end, so no message is lost or printed twice. The sink
// goes to the end of the list: the order of registration is the order of output.
void console_sink_register(struct console_sink *sink)
{
	struct console_sink **last = &sinks;

	console_acquire();
	while (*last)
		last = &(*last)->next;
	sink->next = NULL;
	*last = sink;
	printk_replay(sink->max_level, sink->write);
	console_release();
}

void console_sink_remove(struct console_sink *sink)
{
	struct console_sink **link = &sinks;

	console_acquire();
	while (*link && *link != sink)
		link = &(*link)->next;
	if (*link)
		*link = sink->next;
	console_release();
}

// Write bytes to every sink that shows messages of `level`. Caller: holds console_lock, except in
// a panic.
static void sinks_write(enum log_level level, const char *bytes, size_t n)
{
	for (struct console_sink *sink = sinks; sink; sink = sink->next)
		if (level <= sink->max_level)
			sink->write(bytes, n);
}

// Format a message into text[PRINTK_MAX]. Returns its length; marks a message that was cut.
static size_t format_message(char *text, const char *format, va_list args)
{
	size_t n = (size_t)vsnprintf(text, PRINTK_MAX, format, args);

	if (n < PRINTK_MAX)
		return n;
	memcpy(text + PRINTK_MAX - 3, "...", 3);
	return PRINTK_MAX;
}

// Formatting happens before the lock is taken. A message with several lines stays together on all
// sinks, because the lock is held for all of it.
void vprintk(enum log_level level, const char *format, va_list args)
{
	char text[PRINTK_MAX];
	const char *line = text, *end = text + format_message(text, format, args);

	console_acquire();
	while (line < end) {
		const char *newline = memchr(line, '\n', (size_t)(end - line));
		size_t n = (size_t)((newline ? newline : end) - line);

		ring_add_line(level, line, n);
		sinks_write(level, line, n);
		sinks_write(level, "\r\n", 2);
		line += n + 1;
	}
	console_release();
}

void printk(enum log_level level, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vprintk(level, format, args);
	va_end(args);
}

// Differs from vprintk in the ring and in unfinished lines: text without "\n" leaves the line
// open.
void console_printf(const char *format, ...)
{
	char text[PRINTK_MAX];
	const char *at = text, *end;
	va_list args;

	va_start(args, format);
	end = text + format_message(text, format, args);
	va_end(args);

	console_acquire();
	while (at < end) {
		const char *newline = memchr(at, '\n', (size_t)(end - at));
		size_t n = (size_t)((newline ? newline : end) - at);

		sinks_write(LOG_EMERG, at, n);
		if (newline)
			sinks_write(LOG_EMERG, "\r\n", 2);
		at += n + (newline != NULL);
	}
	console_release();
}
