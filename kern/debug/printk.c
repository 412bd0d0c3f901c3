// printk.c: messages with levels. A message is formatted once, on the stack, and cut into lines.
// Each line is kept in the log's ring (log_ring.c) and written to every sink that shows its level.
#include "debug/printk.h"

#include <stdio.h>

#include "cpu/spinlock.h"
#include "debug/log_ring.h"
#include "debug/panic.h"

// Guards the list of sinks, the ring, and the order of lines on all sinks.
static struct spinlock console_lock = SPINLOCK_INIT("console", RANK_CONSOLE);

static struct console_sink *sinks;

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

// A line as the sinks get it has no "<6>" before it, and "\r\n" at its end.
void printk_replay(enum log_level max_level, void (*write)(const char *bytes, size_t n))
{
	uint32_t at = log_ring_start();
	char line[PRINTK_LINE + 1];
	size_t n;

	while ((n = log_ring_line(&at, line)) > 0) {
		line[n - 1] = '\r';
		line[n] = '\n';
		if ((enum log_level)(line[1] - '0') <= max_level)
			write(line + 3, n + 1 - 3);
	}
}

size_t printk_line(uint32_t *position, char *line)
{
	size_t n;

	console_acquire();
	n = log_ring_line(position, line);
	console_release();
	return n;
}

uint32_t printk_tail(uint32_t position, size_t max)
{
	uint32_t tail;

	console_acquire();
	tail = log_ring_tail(position, max);
	console_release();
	return tail;
}

uint32_t printk_end(void)
{
	uint32_t end;

	console_acquire();
	end = log_ring_end();
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

		log_ring_add(level, line, n);
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
