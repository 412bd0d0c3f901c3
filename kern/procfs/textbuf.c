// textbuf.c: text that grows.
#include "procfs/textbuf.h"

#include "fs/uio.h"
#include "mem/heap.h"
#include "thread/yield.h"
#include <stdio.h>

#define FIRST_SIZE 256u
#define PIECE_SIZE (32u << 10) // no piece is longer, unless one write is
#define FREE_COST 500          // about how many instructions it takes to free a piece

// A full piece.
struct seq_piece {
	struct seq_piece *next;
	char *text;
	size_t used;
};

// Put the last piece, which is full, after the other full ones, and begin a new one. Returns
// false if out of memory.
static bool new_piece(struct seq *seq)
{
	struct seq_piece *piece = kmalloc(sizeof(*piece));

	if (!piece)
		return false;
	*piece = (struct seq_piece){ NULL, seq->text, seq->used };
	if (seq->last)
		seq->last->next = piece;
	else
		seq->first = piece;
	seq->last = piece;
	seq->before += seq->used;
	seq->text = NULL;
	seq->used = seq->size = 0;
	return true;
}

// Make room for `n` more bytes in the last piece. Its size doubles, so a text of n bytes is
// copied at most about once. The text may stay with an open file for long, so a long one leaves the
// last pages to others. Returns false if out of memory.
static bool reserve(struct seq *seq, size_t n)
{
	size_t size = MAX(seq->size, FIRST_SIZE);
	char *text;

	if (n <= seq->size - seq->used)
		return true;
	if (n > KMALLOC_MAX)
		return false;
	if (seq->used && seq->used + n > PIECE_SIZE) {
		if (!new_piece(seq))
			return false;
		size = FIRST_SIZE;
	}
	while (size - seq->used < n)
		size *= 2;
	text = size < PAGE_SIZE ? kmalloc(size) : kmalloc_lasting(size);
	if (!text)
		return false;
	memcpy(text, seq->text, seq->used);
	kfree(seq->text);
	seq->text = text;
	seq->size = size;
	return true;
}

void seq_write(struct seq *seq, const char *bytes, size_t n)
{
	if (seq->overflow || !reserve(seq, n)) {
		seq->overflow = true;
		return;
	}
	memcpy(seq->text + seq->used, bytes, n);
	seq->used += n;
}

// The sink of vformat.
static void emit(void *context, const char *text, size_t n)
{
	seq_write(context, text, n);
}

void seq_printf(struct seq *seq, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vformat(emit, seq, format, args);
	va_end(args);
}

// `pos` counts down from piece to piece. The last piece is not in the list.
size_t seq_copyout(const struct seq *seq, size_t pos, struct uio *uio)
{
	const struct seq_piece *piece = seq->first;
	size_t done = 0, wanted, n;

	assert_no_lock();
	for (; piece; piece = piece->next) {
		if (pos < piece->used) {
			wanted = MIN(piece->used - pos, uio->left);
			n = uio_copyout(uio, piece->text + pos, wanted);
			done += n;
			if (n < wanted || !uio->left || yield_after(n))
				return done;
			pos = piece->used;
		}
		pos -= piece->used;
	}
	if (pos < seq->used)
		done += uio_copyout(uio, seq->text + pos, MIN(seq->used - pos, uio->left));
	return done;
}

// The last piece is not in the list, so it is freed by itself.
void seq_free(struct seq *seq)
{
	while (seq->first) {
		struct seq_piece *piece = seq->first;

		seq->first = piece->next;
		kfree(piece->text);
		kfree(piece);
		(void)yield_after(FREE_COST);
	}
	kfree(seq->text);
	*seq = SEQ_INIT;
}
