// seq.c: text that grows.
#include "fs/seq.h"

#include "mem/heap.h"
#include <stdio.h>

#define FIRST_SIZE 256u

// Make room for `n` more bytes. false without memory.
static bool reserve(struct seq *seq, size_t n)
{
	size_t size = MAX(seq->size, FIRST_SIZE);
	char *text;

	if (n <= seq->size - seq->used)
		return true;
	if (n > KMALLOC_MAX)
		return false;
	while (size - seq->used < n)
		size *= 2;
	text = kmalloc(size);
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
	if (!reserve(seq, n)) {
		seq->overflow = true;
		return;
	}
	memcpy(seq->text + seq->used, bytes, n);
	seq->used += n;
}

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

void seq_free(struct seq *seq)
{
	kfree(seq->text);
	*seq = (struct seq)SEQ_INIT;
}
