// standard_files.h: standard input, output and error of the first program.
//
// Kernel options:
// `stdio=console` (the default): all three are /dev/console.
// `stdio=serial`: files that behave like pipes. Input comes over COM2 in frames: a 16-bit length
// (little-endian) and that many bytes; a frame of length 0 is the end. Output goes to COM2 and
// errors to COM3, byte for byte.
// `stdio=serial,joined`: errors go to COM2 too, through one open file, so that output and errors
// keep their order.
// `stdio=serial tty`: all three are a terminal on COM2, whose input is framed in the same way. The
// length 0xFFFF announces the size of the host's window instead: rows and columns, 16 bits each.
//
// If the file /.run/stdin exists, it is all the input of `stdio=serial`, and COM2's input is not
// used.
#pragma once

#include "kern.h"

struct fdtable;

// Choose by the kernel options, and take input from COM2 from now on unless the console was chosen.
// Panics if out of memory. Called once, at boot, after console_tty_init.
void stdio_init(void);

// Open descriptors 0, 1 and 2 in the empty table `files`, for the current process. A terminal is
// one open file for all three, and becomes the controlling terminal of the session that this
// process will lead. Called once, after the archives are unpacked. Sleeps. Caller: holds no lock.
// Returns 0; -ENOMEM, or another negative errno of file_open_kernel (-ENOENT, -ENXIO); then some of
// the descriptors may be open, and the caller drops the table.
int stdio_open(struct fdtable *files);

// Returns true if the standard files are a terminal: the console (also before stdio_init) or COM2.
// Then the process that opens them must lead a session. The result is constant after stdio_init.
bool stdio_is_terminal(void);

// Returns true if input may still come and wake a thread: always from the console; else until the
// frame of length 0, and not if a file has the input. If not, and all threads sleep, the machine is
// deadlocked. Takes no lock.
bool stdio_input_possible(void);
