// console.h: the terminal in front of the machine: COM1 and the display for what is shown, COM1 and
// the keyboard for what is typed.
#pragma once

#include "kern.h"

// Find the devices, and send the kernel's messages to them. After options_init, as early as possible.
// Kernel options: `log=` a list of com1 and vga (both, unless it says otherwise; `none`), and
// `loglevel=` 0 to 7: messages up to this level are shown (6, LOG_INFO).
void console_init(void);

// Show bytes on all its devices, as they are: no newline is translated.
void console_write(const char *bytes, size_t n);

// Pass on what is typed, by interrupt from now on. After irq_init. `take` returns how many bytes it
// has taken. The rest of what came by COM1 is kept until console_input_resume; keys are lost.
// Called with interrupts off and no lock held; must not sleep.
// A break on COM1, Scroll Lock and Control with Break open the monitor.
void console_input_start(size_t (*take)(const uint8_t *bytes, size_t n));

// There is room again. `take` may be called before this returns.
void console_input_resume(void);
