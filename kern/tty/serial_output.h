// serial_output.h: standard output and error of the first program as lines on serial ports.
#pragma once

#include "dev/serial.h"
#include "kern.h"

struct inode_ops;

// The operations of the inode of such a file. Its `private` is what output_line returns.
extern const struct inode_ops output_inode_ops;

// Returns line 0 (standard output) or 1 (standard error).
void *output_line(unsigned int line);

// Let the line send through a serial port. Called once for each, at boot.
void output_start(unsigned int line, enum serial_name name);

// Returns true if a thread waits for a port to take its output, a terminal's too: then the machine is
// not deadlocked.
bool output_waiting(void);
