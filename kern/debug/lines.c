// lines.c: looking up the kernel's table of lines.
#include "debug/lines.h"

extern const struct line_mark line_index[];
extern const uint32_t line_index_count;
extern const uint8_t line_rows[], line_rows_end[];
extern const char *const line_files[];

// Returns the number at *at, and moves *at after it.
static uint32_t take(const uint8_t **at)
{
	uint32_t value = 0, byte;
	unsigned int shift = 0;

	do {
		byte = *(*at)++;
		value |= (byte & 0x7F) << shift;
		shift += 7;
	} while (byte & 0x80);
	return value;
}

// Returns the last mark at or before `address`, or NULL. A binary search. Invariant: line_index[low
// - 1] is at or before `address`, and line_index[high] after it.
static const struct line_mark *mark_before(uintptr_t address)
{
	uint32_t low = 0, high = line_index_count;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (line_index[middle].address <= address)
			low = middle + 1;
		else
			high = middle;
	}
	return low > 0 ? &line_index[low - 1] : NULL;
}

// From the mark on, the rows are read one after another, at most 63.
const char *line_find(uintptr_t address, uint32_t *line_store)
{
	const struct line_mark *mark = mark_before(address);
	const uint8_t *at, *end;
	struct line_mark row;

	if (!mark)
		return NULL;
	row = *mark;
	at = line_rows + mark->at;
	end = mark + 1 < line_index + line_index_count ? line_rows + mark[1].at : line_rows_end;
	while (at < end) {
		uint32_t change;

		row.address += take(&at);
		if (row.address > address)
			break;
		change = take(&at);
		if (change & 1)
			row.file = take(&at);
		change >>= 1;
		row.line += change & 1 ? -(change >> 1) - 1 : change >> 1;
	}
	*line_store = row.line;
	return line_files[row.file];
}
