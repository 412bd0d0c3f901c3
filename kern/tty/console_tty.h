// console_tty.h: the console (screen, keyboard and COM1) as a terminal.
#pragma once

struct tty;

// Create /dev/console, and /dev/tty, which is the controlling terminal of the process that opens
// it. Take the console's input, and its reports of room for output, from now on. Panics if out of
// memory. Called once, at boot, after fs_init.
void console_tty_init(void);

// The terminal of /dev/console.
extern struct tty console_tty;
