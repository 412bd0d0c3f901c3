// standard_files.h: what the first program has as standard input, output and error.
//
// Kernel options: `stdio=console` (the default): /dev/console. `stdio=serial`: files that behave
// like pipes: input comes over COM2, in frames of a 16-bit length (little-endian) and so many
// bytes, where a frame of length 0 is the end; output goes to COM2, errors to COM3, as they are.
// With `tty` too, all three are a terminal on COM2, whose input is framed the same way.
//
// If the file /.run/stdin exists, it is all the input of `stdio=serial`, and COM2's is not used.
#pragma once

#include "kern.h"

struct fdtable;

// Choose by the options, and take input from now on. Once, at boot.
void stdio_init(void);

// Open descriptors 0, 1 and 2 of an empty table, for the current process; a terminal becomes the
// controlling terminal of the session that this process will lead. 0 or -errno.
int stdio_open(struct fdtable *files);

// Are they a terminal? Then the process that opens them has to lead a session.
bool stdio_is_terminal(void);

// May input still come that would wake somebody?
bool stdio_input_possible(void);

// Does somebody wait for a port to take output?
bool stdio_output_waiting(void);
