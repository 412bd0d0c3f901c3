// The buffers of stdio: filling and emptying them. One byte before the input is kept free for
// ungetc.
//
// The standard files and their buffers are static, so a program that uses no other needs no heap;
// of the buffers only the pages that hold something are ever touched.

#include "start.h"
#include "stream.h"
#include <errno.h>
#include <string.h>
#include <unistd.h>

static char buffers[3][BUFSIZ];

static struct file files[3] = {
	{ .fd = 0, .readable = true, .size = BUFSIZ, .buffer = buffers[0], .next = &files[1] },
	{ .fd = 1,
	  .writable = true,
	  .buffering = UNDECIDED,
	  .size = BUFSIZ,
	  .buffer = buffers[1],
	  .next = &files[2] },
	{ .fd = 2, .writable = true, .buffering = _IONBF, .size = BUFSIZ, .buffer = buffers[2] },
};

FILE *const stdin = &files[0];
FILE *const stdout = &files[1];
FILE *const stderr = &files[2];

struct file *open_files = files;

// Write all of `data`. Bytes that cannot be written are lost, and the file remembers the error.
static int write_all(FILE *file, const char *data, size_t n)
{
	while (n > 0) {
		ssize_t written = write(file->fd, data, n);

		if (written < 0 && errno == EINTR)
			continue;
		if (written < 0) {
			file->error = true;
			return EOF;
		}
		data += written;
		n -= written;
	}
	return 0;
}

static int flush_one(FILE *file)
{
	size_t n = file->end;

	file->flush_due = false;
	if (!file->writing)
		return 0;
	file->end = 0;
	return write_all(file, file->buffer, n);
}

// Write the contents of the buffer; of all files' buffers if `file` is NULL. Returns 0 or EOF.
int fflush(FILE *file)
{
	int result = 0;

	if (file)
		return flush_one(file);
	for (file = open_files; file; file = file->next)
		if (flush_one(file) < 0)
			result = EOF;
	return result;
}

void flush_all_files(void)
{
	fflush(NULL);
}

int stream_to_reading(FILE *file)
{
	if (!file->readable) {
		errno = EBADF;
		file->error = true;
		return EOF;
	}
	if (file->writing) {
		flush_one(file);
		file->writing = false;
		file->start = file->end = 0;
	}
	return 0;
}

// Prepare a stream for output: move the file's position back by the input that was read ahead but
// not taken, so that output goes to the right place.
int stream_to_writing(FILE *file)
{
	if (!file->writable) {
		errno = EBADF;
		file->error = true;
		return EOF;
	}
	if (!file->writing) {
		if (file->end > file->start)
			lseek(file->fd, (off_t)file->start - (off_t)file->end, SEEK_CUR);
		file->writing = true;
		file->start = file->end = 0;
	}
	if (file->buffering == UNDECIDED) {
		int saved = errno;

		file->buffering = isatty(file->fd) ? _IOLBF : _IOFBF;
		errno = saved;
	}
	return 0;
}

int stream_fill(FILE *file)
{
	ssize_t n;

	if (stream_to_reading(file) < 0)
		return EOF;
	if (stdout->buffering == _IOLBF)
		flush_one(stdout); // a prompt is seen before its answer is awaited
	do {
		n = read(file->fd, file->buffer + 1, file->size - 1);
	} while (n < 0 && errno == EINTR);
	file->error |= n < 0;
	file->at_end |= n == 0;
	file->start = 1;
	file->end = n > 0 ? 1 + n : 1;
	return n > 0 ? 0 : EOF;
}

int stream_put(FILE *file, const char *data, size_t n)
{
	if (stream_to_writing(file) < 0)
		return EOF;
	if (n >= file->size - file->end && flush_one(file) < 0)
		return EOF;
	if (n >= file->size)
		return write_all(file, data, n);
	// Only now: the flush above takes back what was due before.
	if (file->buffering == _IONBF ||
	    (file->buffering == _IOLBF && memchr(data, '\n', n) != NULL))
		file->flush_due = true;
	memcpy(file->buffer + file->end, data, n);
	file->end += n;
	return 0;
}

int stream_end_call(FILE *file)
{
	return file->flush_due ? flush_one(file) : 0;
}
