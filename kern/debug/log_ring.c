// log_ring.c: the last lines of the kernel's log, as a ring of bytes.
#include "debug/log_ring.h"

#include "debug/printk.h"

// The lines, each as level digit, text, '\n'. The positions only grow; position % PRINTK_RING is
// the index. [start, end) holds whole lines.
static char ring[PRINTK_RING];
static uint32_t ring_start, ring_end;

// Append bytes, in two pieces if they reach the ring's end. Caller: has made room.
static void put(const char *bytes, size_t n)
{
	uint32_t index = ring_end % PRINTK_RING;
	size_t first = MIN(n, PRINTK_RING - index);

	memcpy(ring + index, bytes, first);
	memcpy(ring, bytes + first, n - first);
	ring_end += n;
}

void log_ring_add(enum log_level level, const char *line, size_t n)
{
	char digit = '0' + level;

	while (ring_end - ring_start + n + 2 > PRINTK_RING)
		while (ring[ring_start++ % PRINTK_RING] != '\n')
			;
	put(&digit, 1);
	put(line, n);
	put("\n", 1);
}

// Returns `position`, or that of the oldest line if it is before that. Positions wrap around, so
// their difference decides.
static uint32_t in_ring(uint32_t position)
{
	return (int32_t)(position - ring_start) < 0 ? ring_start : position;
}

// "<6>" has two bytes more than the ring's level digit.
size_t log_ring_line(uint32_t *position, char *line)
{
	uint32_t at = in_ring(*position);
	size_t n = 0;

	if (at != ring_end) {
		line[n++] = '<';
		line[n++] = ring[at++ % PRINTK_RING];
		line[n++] = '>';
		do
			line[n] = ring[at++ % PRINTK_RING];
		while (line[n++] != '\n');
	}
	*position = at;
	return n;
}

// From the newest byte back: the last line that begins within `max` bytes.
uint32_t log_ring_tail(uint32_t position, size_t max)
{
	uint32_t found = ring_end;
	size_t size = 0;

	position = in_ring(position);
	for (uint32_t at = ring_end; at != position && size < max;) {
		at--;
		size++;
		if (at != position && ring[(at - 1) % PRINTK_RING] != '\n')
			continue;
		size += 2;
		if (size <= max)
			found = at;
	}
	return found;
}

uint32_t log_ring_start(void)
{
	return ring_start;
}

uint32_t log_ring_end(void)
{
	return ring_end;
}
