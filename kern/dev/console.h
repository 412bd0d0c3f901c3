// console.h: the machine's console: output to COM1 and the display, input from COM1 and the
// keyboard.
#pragma once

#include "kern.h"

// Find the devices, send the kernel's messages to them, and let the monitor read from them. Once,
// at boot, as early as possible after options_init. Kernel options: `log=` com1, vga, both with a
// comma between (the default), or none; `loglevel=` 0 to 7: show messages up to this level (default
// 6, LOG_INFO).
void console_init(void);

// Write bytes[n], 1 to SERIAL_FIFO of them, to all output devices as they are: no newline is
// translated. Takes locks of RANK_DEVICE; does not wait. Returns true; or false, with nothing
// written, if COM1 is full: then `room` of console_start is called when it has room.
bool console_write(const char *bytes, size_t n);

// Call `take` for what is typed, by interrupt from now on. After irq_init. `take` returns how many
// bytes it has taken. The rest of what came through COM1 waits until console_input_resume; the
// rest of a key is lost. `take` is called with interrupts off and no lock held, and must not
// sleep. A break on COM1, Scroll Lock, and Control with Break open the monitor instead. `room` is
// called like `take`, when COM1 has room again.
void console_start(size_t (*take)(const uint8_t *bytes, size_t n), void (*room)(void));

// Pass the bytes of COM1 that have waited to the `take` of console_start, because there is room
// now; perhaps before this function returns. Caller: holds no spinlock.
void console_input_resume(void);
