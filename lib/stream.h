// Inside of stdio: what a FILE is.
#pragma once

#include <stdbool.h>
#include <stdio.h>

#define UNDECIDED (-1) // buffering of stdout: by lines on a terminal, else fully

struct file {
	int fd;
	bool readable, writable;
	bool error, at_end;
	bool writing;   // the buffer holds output, [0, end); else input not read yet, [start, end)
	bool flush_due; // what this call has put in the buffer must be written before it returns
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

// Put bytes in the buffer, writing when it is full; and at the end of a call that did so, write
// what may not wait. Both return 0 or EOF.
int stream_put(FILE *file, const char *data, size_t n);
int stream_end_call(FILE *file);
