// Writing to files of stdio.

#include "stream.h"
#include <errno.h>
#include <string.h>
#include <unistd.h>

// Write `count` elements of `size` bytes. Returns how many, which is fewer only on an error.
size_t fwrite(const void *restrict data, size_t size, size_t count, FILE *restrict file)
{
	if (stream_put(file, data, size * count) < 0 || stream_end_call(file) < 0)
		return 0;
	return count;
}

int fputc(int c, FILE *file)
{
	char byte = (char)c;

	if (stream_put(file, &byte, 1) < 0 || stream_end_call(file) < 0)
		return EOF;
	return (unsigned char)c;
}

int putc(int c, FILE *file)
{
	return fputc(c, file);
}

int putchar(int c)
{
	return fputc(c, stdout);
}

int fputs(const char *restrict s, FILE *restrict file)
{
	if (stream_put(file, s, strlen(s)) < 0)
		return EOF;
	return stream_end_call(file);
}

// Write a string and a newline to stdout.
int puts(const char *s)
{
	if (stream_put(stdout, s, strlen(s)) < 0 || stream_put(stdout, "\n", 1) < 0)
		return EOF;
	return stream_end_call(stdout);
}

static void emit_to_file(void *context, const char *text, size_t n)
{
	stream_put(context, text, n);
}

// Returns the number of bytes, or -1 on an error.
int vfprintf(FILE *restrict file, const char *restrict format, va_list args)
{
	int total = vformat(emit_to_file, file, format, args);

	if (stream_end_call(file) < 0 || file->error)
		return -1;
	return total;
}

int fprintf(FILE *restrict file, const char *restrict format, ...)
{
	va_list args;
	int total;

	va_start(args, format);
	total = vfprintf(file, format, args);
	va_end(args);
	return total;
}

int vprintf(const char *restrict format, va_list args)
{
	return vfprintf(stdout, format, args);
}

int printf(const char *restrict format, ...)
{
	va_list args;
	int total;

	va_start(args, format);
	total = vfprintf(stdout, format, args);
	va_end(args);
	return total;
}

// Print to a descriptor, past any FILE's buffer.
int dprintf(int fd, const char *restrict format, ...)
{
	char buffer[256];
	FILE file = { .fd = fd,
		      .writable = true,
		      .writing = true,
		      .buffering = _IONBF,
		      .size = sizeof(buffer),
		      .buffer = buffer };
	va_list args;
	int total;

	va_start(args, format);
	total = vfprintf(&file, format, args);
	va_end(args);
	return total;
}

// The caller sees to it that the buffer is large enough.
int sprintf(char *restrict buffer, const char *restrict format, ...)
{
	va_list args;
	int total;

	va_start(args, format);
	total = vsnprintf(buffer, INT32_MAX, format, args);
	va_end(args);
	return total;
}

// Print the last error on stderr.
void perror(const char *what)
{
	fprintf(stderr, "%s: %s\n", what, strerror(errno));
}

// Remove a name, be it a file's or a directory's.
int remove(const char *path)
{
	if (unlink(path) == 0)
		return 0;
	return errno == EISDIR ? rmdir(path) : -1;
}
