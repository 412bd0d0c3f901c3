// Inside of stdio: the struct FILE.
#pragma once

#include <stdbool.h>
#include <stdio.h>

#define UNDECIDED (-1) // buffering of stdout: by lines on a terminal, else fully

struct file {
	int fd;
	bool readable, writable;
	bool error, at_end;
	bool writing;   // the buffer holds output, [0, end); else input not read yet, [start, end)
	bool flush_due; // the bytes that this call buffers must be written before it returns
	int buffering;
	size_t start, end;
	size_t size;
	char *buffer;
	struct file *next; // of all open files
};

extern struct file *open_files;

// Have the buffer hold input, or output. Returns 0, or EOF if the file is not open for that.
int stream_to_reading(FILE *file);
int stream_to_writing(FILE *file);

// Read more input into the empty buffer. Returns 0, or EOF at the end or on an error.
int stream_fill(FILE *file);

// stream_put puts bytes in the buffer and writes when it is full. stream_end_call, at the end of a
// call that did so, writes the bytes that may not wait. Both return 0 or EOF.
int stream_put(FILE *file, const char *data, size_t n);
int stream_end_call(FILE *file);
