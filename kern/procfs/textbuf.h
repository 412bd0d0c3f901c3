// textbuf.h: text that grows: what a generated file says.
#pragma once

#include "kern.h"

// A long text is kept in pieces, so that its growth copies little and needs no long run of pages.
struct seq {
	char *text;                     // the last piece, not NUL-terminated; NULL while empty
	size_t used;                    // bytes of it
	size_t size;                    // bytes there is room for
	bool overflow;                  // it did not fit into memory: something is missing
	struct seq_piece *first, *last; // what comes before it
	size_t before;                  // bytes of that
};

#define SEQ_INIT ((struct seq){ NULL, 0, 0, false, NULL, NULL, 0 })

// Append to the text. A failure shows in `overflow`.
void seq_write(struct seq *seq, const char *bytes, size_t n);
void seq_printf(struct seq *seq, const char *format, ...) __printf(2, 3);

// The length of the whole text.
static inline size_t seq_length(const struct seq *seq)
{
	return seq->before + seq->used;
}

struct uio;

// Copy the text from `pos` on to the user, as far as the list reaches. Yields. Returns how many bytes
// were copied. Caller: holds no lock.
size_t seq_copyout(const struct seq *seq, size_t pos, struct uio *uio);

// Free the text.
void seq_free(struct seq *seq);
