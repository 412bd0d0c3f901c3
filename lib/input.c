// Reading from files of stdio.

#include "stream.h"
#include <stdlib.h>
#include <string.h>

// The next byte as an unsigned char, or EOF.
int fgetc(FILE *file)
{
	if ((file->writing || file->start == file->end) && stream_fill(file) < 0)
		return EOF;
	return (unsigned char)file->buffer[file->start++];
}

int getc(FILE *file)
{
	return fgetc(file);
}

int getchar(void)
{
	return fgetc(stdin);
}

// Have the next read return `c`. One byte is possible after each read. Returns `c`, or EOF.
int ungetc(int c, FILE *file)
{
	if (c == EOF || stream_to_reading(file) < 0)
		return EOF;
	if (file->end == 0)
		file->start = file->end = 1;
	if (file->start == 0)
		return EOF;
	file->buffer[--file->start] = (char)c;
	file->at_end = false;
	return (unsigned char)c;
}

// Read `count` elements of `size` bytes. Returns how many came whole before the end.
size_t fread(void *restrict data, size_t size, size_t count, FILE *restrict file)
{
	size_t total = size * count, done = 0;

	while (done < total) {
		size_t n = file->writing ? 0 : file->end - file->start;

		if (n == 0) {
			if (stream_fill(file) < 0)
				break;
			continue;
		}
		if (n > total - done)
			n = total - done;
		memcpy((char *)data + done, file->buffer + file->start, n);
		file->start += n;
		done += n;
	}
	return size > 0 ? done / size : 0;
}

// Read a line of at most `size` - 1 bytes, with its newline. Returns `line`, NUL-terminated, or
// NULL when there was nothing before the end.
char *fgets(char *restrict line, int size, FILE *restrict file)
{
	int n = 0, c = 0;

	while (n < size - 1 && c != '\n' && (c = fgetc(file)) != EOF)
		line[n++] = (char)c;
	if (n == 0)
		return NULL;
	line[n] = '\0';
	return line;
}

// Read a line of any length, with its newline, into *line, a block of *size bytes that is made
// larger as needed. Returns its length, or -1 at the end.
ssize_t getline(char **restrict line, size_t *restrict size, FILE *restrict file)
{
	size_t n = 0;
	int c = 0;

	if (!*line)
		*size = 0;
	while (c != '\n' && (c = fgetc(file)) != EOF) {
		if (n + 2 > *size) {
			char *larger = realloc(*line, 2 * *size + 64);

			if (!larger)
				return -1;
			*line = larger;
			*size = 2 * *size + 64;
		}
		(*line)[n++] = (char)c;
	}
	if (n == 0)
		return -1;
	(*line)[n] = '\0';
	return (ssize_t)n;
}
