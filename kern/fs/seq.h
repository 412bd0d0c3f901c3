// seq.h: text that grows: what a generated file says.
#pragma once

#include "kern.h"

struct seq {
	char *text;    // not NUL-terminated; NULL while empty
	size_t used;   // bytes of text
	size_t size;   // bytes there is room for
	bool overflow; // it did not fit into memory: something is missing
};

#define SEQ_INIT                  \
	{                         \
		NULL, 0, 0, false \
	}

// Append to the text. A failure shows in `overflow`.
void seq_write(struct seq *seq, const char *bytes, size_t n);
void seq_printf(struct seq *seq, const char *format, ...) __printf(2, 3);

// Give the text back.
void seq_free(struct seq *seq);
