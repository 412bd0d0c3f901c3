// console.h: the machine's console: output to COM1 and the display, input from COM1 and the
// keyboard.
#pragma once

#include "kern.h"

// Find the devices, and send the kernel's messages to them. As early as possible after
// options_init. Kernel options: `log=` a list of com1 and vga, or `none` (without the option:
// both); `loglevel=` 0 to 7: show messages up to this level (default 6, LOG_INFO).
void console_init(void);

// Write bytes to all output devices as they are: no newline is translated.
void console_write(const char *bytes, size_t n);

// Call `take` for what is typed, by interrupt from now on. After irq_init. `take` returns how many
// bytes it has taken. The rest of what came through COM1 waits until console_input_resume; the
// rest of a key is lost. `take` is called with interrupts off and no lock held, and must not
// sleep. A break on COM1, Scroll Lock, and Control with Break open the monitor instead.
void console_input_start(size_t (*take)(const uint8_t *bytes, size_t n));

// Call `take` again for bytes that have waited, because there is room now. The call may come
// before this function returns.
void console_input_resume(void);
