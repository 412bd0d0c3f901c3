// textbuf.h: a text that grows: the contents of a file that is made when it is read.
#pragma once

#include "kern.h"

// A long text is kept in pieces, so that its growth copies little and needs no long run of
// pages.
struct seq {
	char *text;                     // the last piece, not NUL-terminated; NULL while empty
	size_t used;                    // bytes in the last piece
	size_t size;                    // bytes for which it has room
	bool overflow;                  // out of memory: a part of the text is missing
	struct seq_piece *first, *last; // the pieces before the last one
	size_t before;                  // bytes in them

	// A text without a bound is made in parts. Its writer ends a part when seq_full says so,
	// and continues in the next one. It chooses the meaning of both numbers.
	uint32_t from; // where this part begins; 0: at the start of the text
	uint32_t next; // stored by the writer: where the next part begins; 0: there is none
};

#define SEQ_INIT ((struct seq){ .text = NULL })
#define SEQ_PART (64u << 10) // bytes after which a part should end

// Append bytes[n] to the text; `n` may be 0. Out of memory, or if n > KMALLOC_MAX: sets `overflow`
// instead, which the reader of the text checks once, so its writers need not. Then nothing more is
// appended: a long loop should end. Does not sleep; takes the locks of memory, so the caller may
// hold spinlocks of lower rank than RANK_HEAP.
void seq_write(struct seq *seq, const char *bytes, size_t n);

// Append what printf makes of `format`, as seq_write does, with the same locks and errors; a text
// of which only a part has room stays as a part, with `overflow` set. No NUL is appended.
void seq_printf(struct seq *seq, const char *format, ...) __printf(2, 3);

// Returns the length of the text in bytes; of a text that is made in parts, the length of this
// part.
static inline size_t seq_length(const struct seq *seq)
{
	return seq->before + seq->used;
}

// Returns true if the part of a text has SEQ_PART bytes or more, so that the writer should store
// `next` and end. Nothing forces it to: seq_write goes on appending.
static inline bool seq_full(const struct seq *seq)
{
	return seq_length(seq) >= SEQ_PART;
}

struct uio;

// Copy the text from byte `pos` on to `uio`, as far as both reach, and advance `uio`. Yields.
// Caller: holds no lock. Returns how many bytes were copied: 0 if `pos` is at or beyond the end;
// fewer than possible if the next byte cannot be accessed or the thread must die.
size_t seq_copyout(const struct seq *seq, size_t pos, struct uio *uio);

// Free the text's memory. All fields of *seq are those of SEQ_INIT afterwards, also `overflow`,
// `from` and `next`. Yields if the text has several pieces: not with a lock held then. A text below
// 32 KiB has one piece.
void seq_free(struct seq *seq);
