// console.h: the machine's console: output to COM1 and the display, input from COM1 and the
// keyboard.
#pragma once

#include "kern.h"

// Find the devices, send the kernel's messages to them, and let the monitor read from them; those
// that are absent are left out. Once, at boot, as early as possible after options_init. Kernel
// options, for the messages only: `log=` com1, vga, both with a comma between (the default), or
// none; `loglevel=` 0 to 7: show those up to this level (default 6, LOG_INFO; 7 if it is greater).
void console_init(void);

// Write bytes[n], 1 to SERIAL_FIFO (16) of them, to COM1 and the display as they are, whatever the
// option `log` says: no newline is translated, and the display acts on ANSI sequences. A device
// that is absent is left out. Takes locks of RANK_DEVICE; does not wait.
// Returns true; or false, with nothing written, if COM1 is full: then `room` of console_start is
// called once, when COM1 has room again.
bool console_write(const char *bytes, size_t n);

// Call `take` for what is typed on COM1 and the keyboard, by interrupt from now on. Once, at boot,
// after irq_init and console_init. `take` gets 1 to SERIAL_FIFO bytes and returns how many it has
// taken. The rest of what came through COM1 waits until console_input_resume, and `take` is not
// called for COM1 before; the rest of a key is lost. `take` is called with interrupts off and no
// spinlock held, and must not sleep. A break on COM1, Scroll Lock, and Control with Break open the
// monitor instead. `room` is called like `take`, when COM1 has room again after console_write has
// returned false. Neither may be NULL.
void console_start(size_t (*take)(const uint8_t *bytes, size_t n), void (*room)(void));

// Pass the bytes of COM1 that have waited to the `take` of console_start, because there is room
// now: before this function returns. Does nothing if none wait. A break that has come meanwhile
// opens the monitor. Caller: holds no spinlock.
void console_input_resume(void);
