// serial_output.h: standard output and error of the first program as lines on serial ports.
#pragma once

#include "dev/serial.h"
#include "kern.h"

struct inode_ops;

// The operations of the inode of a file that is one of these lines. inode->private is what
// output_line returns.
extern const struct inode_ops output_inode_ops;

// Returns line 0 (standard output) or 1 (standard error), for the `private` of an inode. Also
// before output_start.
void *output_line(unsigned int line);

// Let line 0 or 1 send through the serial port `name`, which both may share, and set the port's
// on_room. Called once for each line that is used, at boot, after irq_init and before the line's
// first write.
void output_start(unsigned int line, enum serial_name name);

// Returns true if a thread waits for a port to take its output (of a line, or of a terminal:
// tty_output_waiting): then the machine is not deadlocked. Takes no lock.
bool output_waiting(void);
