// console.h: the machine's console: output to COM1 and the display, input from COM1 and the
// keyboard.
#pragma once

#include "kern.h"

// Find the devices, and send the kernel's messages to them. As early as possible after
// options_init. Kernel options: `log=` a list of com1 and vga, or `none` (without the option:
// both); `loglevel=` 0 to 7: show messages up to this level (default 6, LOG_INFO).
void console_init(void);

// Write bytes[n], at most SERIAL_FIFO, to all output devices as they are: no newline is translated.
// Returns true; or false, with nothing written, if COM1 is full: then `room` of console_start is called
// when it has room.
bool console_write(const char *bytes, size_t n);

// Call `take` for what is typed, by interrupt from now on. After irq_init. `take` returns how many
// bytes it has taken. The rest of what came through COM1 waits until console_input_resume; the
// rest of a key is lost. `take` is called with interrupts off and no lock held, and must not
// sleep. A break on COM1, Scroll Lock, and Control with Break open the monitor instead. `room` is
// called like `take`, when COM1 has room again.
void console_start(size_t (*take)(const uint8_t *bytes, size_t n), void (*room)(void));

// Call `take` again for bytes that have waited, because there is room now. The call may come
// before this function returns.
void console_input_resume(void);
